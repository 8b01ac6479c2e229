"""Several apologies at once: drafted from the list of what is due, sent from the list of letters."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from sipas_web.audit.actors import ActorRequest
from sipas_web.onestop.actions import apologies_many as actions
from sipas_web.onestop.forms.apologies import ManyForm, ManySentForm
from sipas_web.onestop.pages import apologies_many as pages
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import apologies as reads
from sipas_web.onestop.views.apologies import chosen, due_page
from sipas_web.shared.access import needs

MOST_NOTED = 200  # letters on one page


@needs(Permission.APOLOGY_DRAFT)
def draft(request: ActorRequest) -> HttpResponse:
    """Draft a letter for each dossier chosen; what cannot be drafted is named, the rest is."""
    if request.method != "POST":  # sorted or filtered from the page that showed a fault
        return _back(request, "apology_due")
    form = ManyForm(request.POST)
    if not form.is_valid():
        return due_page(request, form)
    found = reads.chosen_dossiers(request.actor, chosen(request, "dossier"))
    _tell(request, pages.said_of_drafting(actions.draft(dossiers=found, by=request.actor, **form.cleaned_data)))
    return _back(request, "apology_due")


@needs(Permission.APOLOGY_DRAFT)
@require_POST
def send(request: ActorRequest) -> HttpResponse:
    """Ask that the signed letters chosen leave as messages."""
    seen = reads.letters_in_areas(request.actor, Permission.APOLOGY_DRAFT)
    keys = seen.filter(pk__in=chosen(request, "letter"), state__in=reads.TO_SEND).values_list("pk", flat=True)
    _tell(request, pages.said_of_sending(actions.send(apology_ids=list(keys), by=request.actor)))
    return _back(request, "apology_letters")


@needs(Permission.APOLOGY_DRAFT)
@require_POST
def note_sent(request: ActorRequest) -> HttpResponse:
    """Note that the signed letters chosen left on paper: first their numbers and the day are asked for."""
    seen = reads.letters_in_areas(request.actor, Permission.APOLOGY_DRAFT).select_related("dossier", "unit")
    found = seen.filter(pk__in=chosen(request, "letter"), state__in=reads.TO_SEND).order_by("pk")[:MOST_NOTED]
    is_filled_in = "on" in request.POST
    initial = {"on": reads.today(), "way": "paper"}
    form = ManySentForm(request.POST if is_filled_in else None, letters=list(found), initial=initial)
    if not form.letters:
        _tell(request, pages.said_of_noting(actions.Done()))
        return _back(request, "apology_letters")
    if is_filled_in and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("on", "way")}
        result = actions.note_sent(numbers=form.numbers(), **given, by=request.actor)
        if result.done or not result.refused:
            _tell(request, pages.said_of_noting(result))
            return _back(request, "apology_letters")
        for sentence in pages.said_of_noting(result)[1]:
            form.add_error(None, sentence)
    return render(request, "onestop/apologies/note_sent.html", {"form": form})


def _tell(request: ActorRequest, said: tuple[str, list[str]]) -> None:
    done, rest = said
    if done:
        messages.success(request, done)
    for sentence in rest:
        messages.warning(request, sentence)


def _back(request: ActorRequest, name: str) -> HttpResponse:
    query = request.GET.copy()
    query.pop("chon", None)
    return redirect(f"{reverse(name)}?{query.urlencode()}" if query else reverse(name))
