"""Pages of letters: drafted, sent back, signed, sent, taken along as files; dossiers for which none is owed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sipas.errors import SipasError
from sipas_web.audit.actors import ActorRequest
from sipas_web.onestop.actions import apologies as actions
from sipas_web.onestop.actions.apologies_letters import make_letter
from sipas_web.onestop.apology_documents import FORMS
from sipas_web.onestop.forms.apologies import ContentForm, EnterForm, ExceptForm, LetterFilter, SendBackForm, SentForm
from sipas_web.onestop.pages import apologies as pages
from sipas_web.onestop.pages import apologies_forms as filled
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import apologies as reads
from sipas_web.onestop.queries.apologies import Apology, Dossier
from sipas_web.onestop.views.apologies import chosen
from sipas_web.privacy.views.faults import add_faults
from sipas_web.shared.access import needs
from sipas_web.shared.core_errors import sentence
from sipas_web.shared.downloads import attachment

PER_PAGE = 50


@needs(Permission.APOLOGY_VIEW)
@require_safe
def letters(request: ActorRequest) -> HttpResponse:
    """List letters; several are signed at once."""
    form = LetterFilter(request.GET)
    found = reads.letters(request.actor, form.wanted(), sort=request.GET.get("sort", ""))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown = {
        "form": form,
        "page": page,
        "rows": pages.letter_lines(page, reads.today(), request.actor),
        "is_filtered": bool(request.GET.get("state")),
        "may_sign": request.actor.may(Permission.APOLOGY_SIGN),
        "may_send": request.actor.may(Permission.APOLOGY_DRAFT),
        "is_every_chosen": "chon" in request.GET,
    }
    return render(request, "onestop/apologies/letters.html", shown)


@needs(Permission.APOLOGY_SIGN)
@require_POST
def sign(request: ActorRequest) -> HttpResponse:
    """Sign the letters chosen; those that cannot be signed are named."""
    keys = chosen(request, "letter")
    visible = list(reads.letters_in_areas(request.actor, Permission.APOLOGY_SIGN).filter(pk__in=keys))
    waiting = [letter for letter in visible if letter.state == reads.ApologyState.WAITING]
    result = actions.sign(apology_ids=[letter.pk for letter in waiting or visible], by=request.actor)
    done = len(result.done)
    if done:
        said = ngettext("%(count)d letter was signed.", "%(count)d letters were signed.", done)
        messages.success(request, said % {"count": done})
    for said in pages.said_of_signing(done, result.refused):
        messages.warning(request, said)
    only = visible[0].pk if len(visible) == 1 and "one" in request.POST else None
    return redirect("apology_detail", only) if only else redirect("apology_letters")


@needs(Permission.APOLOGY_VIEW)
@require_safe
def detail(request: ActorRequest, apology_id: int) -> HttpResponse:
    """Show a letter and the next step."""
    found = _letter(request, apology_id)
    return render(request, "onestop/apologies/letter.html", pages.letter_facts(found, request.actor))


@needs(Permission.APOLOGY_DRAFT)
def draft(request: ActorRequest, dossier_id: int) -> HttpResponse:
    """Draft a letter for a dossier."""
    dossier = _dossier(request, dossier_id, Permission.APOLOGY_DRAFT)
    form = ContentForm(request.POST or None, is_open=dossier.finished is None, initial=filled.new_content(dossier))
    if request.method == "POST" and form.is_valid():
        made = _done(form, lambda: actions.draft(dossier_id=dossier.pk, content=form.content(), by=request.actor))
        if made is not None:
            messages.success(request, _("The letter waits for the signature of the head."))
            return redirect("apology_detail", made.pk)
    return render(request, "onestop/apologies/form.html", filled.drafting(dossier) | {"form": form})


@needs(Permission.APOLOGY_DRAFT)
def change(request: ActorRequest, apology_id: int) -> HttpResponse:
    """Change a letter that is not signed."""
    found = _letter(request, apology_id)
    is_open = found.dossier.finished is None
    form = ContentForm(request.POST or None, is_open=is_open, initial=filled.content_of(found))
    if request.method == "POST" and form.is_valid():
        made = _done(form, lambda: actions.change(apology_id=found.pk, content=form.content(), by=request.actor))
        if made is not None:
            messages.success(request, _("The letter waits for the signature of the head."))
            return redirect("apology_detail", found.pk)
    return render(request, "onestop/apologies/form.html", filled.changing(found) | {"form": form})


@needs(Permission.APOLOGY_DRAFT)
def enter(request: ActorRequest, dossier_id: int) -> HttpResponse:
    """Enter a letter that was sent outside this program."""
    dossier = _dossier(request, dossier_id, Permission.APOLOGY_DRAFT)
    form = EnterForm(request.POST or None, initial=filled.entered_before(dossier))
    if request.method == "POST" and form.is_valid():
        content, rest = filled.entered(form.cleaned_data)
        made = _done(form, lambda: actions.enter_sent(
            dossier_id=dossier.pk, content=content, **rest, by=request.actor
        ))  # fmt: skip
        if made is not None:
            messages.success(request, _("The letter was entered; it is marked as entered afterwards."))
            return redirect("apology_dossier", dossier.pk)
    return render(request, "onestop/apologies/form.html", filled.entering(dossier) | {"form": form})


@needs(Permission.APOLOGY_SIGN)
def send_back(request: ActorRequest, apology_id: int) -> HttpResponse:
    """Send a letter back with a note."""
    found = _letter(request, apology_id)
    form = SendBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        note = form.cleaned_data["note"]
        if _done(form, lambda: _true(actions.send_back(apology_id=found.pk, note=note, by=request.actor))):
            messages.success(request, _("The letter was sent back."))
            return redirect("apology_detail", found.pk)
    return render(request, "onestop/apologies/form.html", filled.sending_back(found) | {"form": form})


@needs(Permission.APOLOGY_DRAFT)
def note_sent(request: ActorRequest, apology_id: int) -> HttpResponse:
    """Note that a signed letter left on paper or was told in person."""
    found = _letter(request, apology_id)
    form = SentForm(request.POST or None, initial={"on": reads.today(), "way": "paper"})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if _done(form, lambda: _true(actions.note_paper(apology_id=found.pk, **data, by=request.actor))):
            messages.success(request, _("Noted as sent."))
            return redirect("apology_detail", found.pk)
    return render(request, "onestop/apologies/form.html", filled.noting(found) | {"form": form})


@needs(Permission.APOLOGY_DRAFT)
@require_POST
def withdraw(request: ActorRequest, apology_id: int) -> HttpResponse:
    """Withdraw a letter that has not left, or was entered by mistake."""
    found = _letter(request, apology_id)
    _told(request, lambda: actions.withdraw(apology_id=found.pk, by=request.actor), _("The letter was withdrawn."))
    return redirect("apology_detail", found.pk)


@needs(Permission.APOLOGY_SIGN)
def exempt(request: ActorRequest, dossier_id: int) -> HttpResponse:
    """Decide that no apology is owed."""
    dossier = _dossier(request, dossier_id, Permission.APOLOGY_VIEW)
    form = ExceptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if _done(form, lambda: actions.except_dossier(dossier_id=dossier.pk, **data, by=request.actor)):
            messages.success(request, _("Noted that no apology is owed."))
            return redirect("apology_dossier", dossier.pk)
    return render(request, "onestop/apologies/form.html", filled.excepting(dossier) | {"form": form})


@needs(Permission.APOLOGY_SIGN)
@require_POST
def lift(request: ActorRequest, dossier_id: int) -> HttpResponse:
    """Take back that no apology is owed."""
    dossier = _dossier(request, dossier_id, Permission.APOLOGY_VIEW)
    _told(request, lambda: actions.lift_exception(dossier_id=dossier.pk, by=request.actor), _("Taken back."))
    return redirect("apology_dossier", dossier.pk)


@never_cache
@needs(Permission.APOLOGY_VIEW)
@require_POST
def letter_file(request: ActorRequest, apology_id: int, form: str) -> HttpResponseBase:
    """Give the letter as PDF or DOCX; the applicant is opened for it, with a record."""
    if form not in FORMS:
        raise Http404
    found = _letter(request, apology_id)
    try:
        content = make_letter(apology_id=found.pk, form=form, by=request.actor)
    except SipasError as error:
        messages.error(request, sentence(error))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        return attachment(content, f"{found}.{form}", FORMS[form])
    return redirect("apology_detail", found.pk)


def _letter(request: ActorRequest, apology_id: int) -> Apology:
    found = reads.letter_for(request.actor, apology_id)
    if found is None:
        raise Http404
    return found


def _dossier(request: ActorRequest, dossier_id: int, permission: str) -> Dossier:
    found = reads.dossier_for(request.actor, dossier_id, permission)
    if found is None:
        raise Http404
    return found


def _done(form: Any, act: Callable[[], Any]) -> Any:
    """Carry an act out; what it refuses stands beside its field, and None is given."""
    try:
        return act()
    except ValidationError as error:
        add_faults(form, error)
        return None


def _told(request: ActorRequest, act: Callable[[], Any], said: str) -> None:
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, said)


def _true(_nothing: None) -> bool:
    return True
