"""Pages of reconciling: forms whose two keyings differ, field by field, for a third person with the paper in hand."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sipas_web.audit.actors import ActorRequest
from sipas_web.capture.actions.keying import person_of, put_back
from sipas_web.capture.actions.reconciling import reconcile as act
from sipas_web.capture.keying_form import NOTHING, Entry, Field, PaperForm, entries_of
from sipas_web.capture.keying_page import label_of, words
from sipas_web.capture.permissions import Permission
from sipas_web.capture.queries import keying as queries
from sipas_web.capture.queries.keying import KeyedForm
from sipas_web.rounds.queries import State
from sipas_web.rounds.views.found import round_or_404
from sipas_web.shared.access import needs

LISTED = 200
OWN = "own"  # neither of the two: what is typed beside counts


@dataclass(frozen=True, slots=True)
class Choice:
    """What one keying says of a field."""

    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A field to be decided."""

    field: Field
    label: str
    choices: tuple[Choice, ...]
    is_own: bool
    typed: str
    fault: str


@never_cache
@needs(Permission.KEYING_RECONCILE)
@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: ActorRequest, round_id: int) -> HttpResponse:
    """List the forms to reconcile, and keyings left unfinished, which can be let go of."""
    round_ = round_or_404(request, round_id, Permission.KEYING_RECONCILE)
    if request.method == "POST":
        left = queries.unfinished(round_).filter(pk=_key(request.POST.get("keying"))).first()
        if left is None:
            raise Http404
        try:
            put_back(keying_id=left.pk, by=request.actor)
            code = left.form.case.case_id
            messages.success(request, _("Form %(code)s can be keyed by somebody else.") % {"code": code})
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect("keying_reconcile_list", round_.pk)
    person = person_of(request.actor)
    own = set(queries.keyed_by(person).filter(form__round=round_).values_list("form", flat=True))
    forms = [(form, form.pk in own) for form in queries.to_reconcile(round_)[: LISTED + 1]]
    shown = {
        "round": round_,
        "forms": forms[:LISTED],
        "has_more": len(forms) > LISTED,
        "unfinished": queries.unfinished(round_)[:LISTED],
        "is_open": round_.state == State.IN_FIELD,
        "may_view": request.actor.may(Permission.KEYING_VIEW, round_.unit),
    }
    return render(request, "capture/keying/reconcile_list.html", shown)


@never_cache
@needs(Permission.KEYING_RECONCILE)
@require_http_methods(["GET", "HEAD", "POST"])
def reconcile(request: ActorRequest, keyed_form_id: int) -> HttpResponse:
    """Settle one form."""
    form = queries.form_to_reconcile(request.actor, keyed_form_id)
    if form is None:
        raise Http404
    both = queries.two_keyings(form)
    is_own = person_of(request.actor) in {keying.person_id for keying in both}
    if is_own or (request.method != "POST" and form.state != KeyedForm.State.DIFFERS):
        said = _("You keyed this form yourself: a third person reconciles it.")
        messages.error(request, said if is_own else _("There is nothing to reconcile in this form."))
        return redirect("keying_reconcile_list", form.round_id)
    faults = _both_ways(request, form)
    if request.method == "POST" and not faults:
        try:
            act(form_id=form.pk, typed=_typed(request, form), by=request.actor)
        except ValidationError as error:
            if not hasattr(error, "error_dict"):
                messages.error(request, " ".join(error.messages))
                return redirect("keying_reconcile_list", form.round_id)
            faults = {name: " ".join(said) for name, said in error.message_dict.items()}
        else:
            messages.success(request, _("Form %(code)s is reconciled.") % {"code": form.case.case_id})
            return redirect("keying_reconcile_list", form.round_id)
    shown = {"round": form.round, "form": form, "differences": _differences(request, form, faults), "faults": faults}
    return render(request, "capture/keying/reconcile.html", shown)


def _typed(request: ActorRequest, form: KeyedForm) -> dict[str, str]:
    """Put together what was decided: the text of the keying chosen, or what was typed."""
    paper = queries.form_of(form.round, form.kind)
    both = {str(k.number): entries_of(k.entries) for k in queries.two_keyings(form)}
    made = {}
    for field in paper.fields:
        choice, typed = request.POST.get(f"c-{field.name}"), request.POST.get(f"k-{field.name}", "")
        if choice in both:
            made[field.name] = field.typed(both[choice].get(field.name, NOTHING))
        elif typed:
            made[field.name] = typed
    return made


def _both_ways(request: ActorRequest, form: KeyedForm) -> dict[str, str]:
    """Refuse a field in which a keying was chosen and something was typed."""
    said = _("Choose one of the two keyings, or “neither” and type what the paper says; not both.")
    names = queries.form_of(form.round, form.kind).by_name
    return {n: said for n in names if request.POST.get(f"c-{n}") in {"1", "2"} and request.POST.get(f"k-{n}")}


def _differences(request: ActorRequest, form: KeyedForm, faults: dict[str, str]) -> list[Difference]:
    paper = queries.form_of(form.round, form.kind)
    both = [entries_of(keying.entries) for keying in queries.two_keyings(form)]
    names = {*form.differing, *faults}
    return [_difference(request, f, [e.get(f.name, NOTHING) for e in both], faults) for f in _in_order(paper, names)]


def _in_order(paper: PaperForm, names: set[str]) -> list[Field]:
    return [field for field in paper.fields if field.name in names]


def _difference(request: ActorRequest, field: Field, both: list[Entry], faults: dict[str, str]) -> Difference:
    chosen = request.POST.get(f"c-{field.name}", "")
    told = [Choice(str(n), words(field, entry), chosen == str(n)) for n, entry in enumerate(both, start=1)]
    differ = told if both[0] != both[1] else told[:1]
    typed = request.POST.get(f"k-{field.name}", "")
    return Difference(field, label_of(field), tuple(differ), chosen == OWN, typed, faults.get(field.name, ""))


def _key(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0
