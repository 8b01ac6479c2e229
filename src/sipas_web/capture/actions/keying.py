"""Keying a paper form: opened by one person at a time, saved as they go. How it ends: ``keying_end``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas.errors import SipasError
from sipas.rounds import respondent_kind
from sipas.sampling.case_codes import read_case_id
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.capture.keying_form import PaperForm
from sipas_web.capture.models import KeyedForm, Keying
from sipas_web.capture.permissions import Permission
from sipas_web.capture.turns import in_turn
from sipas_web.fieldwork.queries import Case
from sipas_web.fieldwork.queries import State as CaseState
from sipas_web.rounds import states
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.queries import Round, State, held
from sipas_web.shared.core_errors import reason, sentence

MOST_KEYSTROKES, MOST_SECONDS = 100_000, 86_400.0  # a page may say no more than this of one form


@dataclass(frozen=True, slots=True)
class Sent:
    """What a page sends: what stands in its fields, and which page it is."""

    typed: Mapping[str, str] = field(default_factory=dict)
    page: str = ""
    saves: int = 0  # of this page so far, this one included
    version: int = 0  # of the draft that the page began with
    keystrokes: int = 0
    seconds: float = 0.0


def open_keying(*, round_id: int, code: str, by: Actor, keystrokes: int = 0) -> Keying:
    """Open the form of a code for keying, or go on with it; needs ``capture.form_key`` in a round in the field."""
    kind = _kind(round_id, code)  # read from files: before the round is held
    return _opened(round_id=round_id, code=code, kind=kind, by=by, keystrokes=keystrokes)


@in_turn
@transaction.atomic
def _opened(*, round_id: int, code: str, kind: str, by: Actor, keystrokes: int) -> Keying:
    person = person_of(by)
    round_ = _open_round(round_id, by)
    case = _case(round_, code)
    form = KeyedForm.objects.filter(case=case).first()
    own = Keying.objects.filter(form=form, person=person).first() if form else None
    if own is not None and not own.is_done:
        return own
    if own is not None or (form is not None and form.state not in {KeyedForm.State.FIRST, KeyedForm.State.SECOND}):
        raise ValidationError(_("Form %(code)s has been keyed."), params={"code": case.case_id})
    if form is None:
        form = KeyedForm.objects.create(round=round_, case=case, kind=kind)
    number = 1 if form.state == KeyedForm.State.FIRST else 2
    if Keying.objects.filter(form=form, number=number).exists():
        raise ValidationError(_("Somebody else is keying form %(code)s now."), params={"code": case.case_id})
    made = Keying.objects.create(
        form=form, number=number, person_id=person, keystrokes=_limited(keystrokes, MOST_KEYSTROKES)
    )
    record(by=by, action="capture.keying_begun", subject=made, unit=round_.unit, details={"case": case.case_id})
    return made


@in_turn
@transaction.atomic
def save_keying(*, keying_id: int, sent: Sent, by: Actor) -> Keying:
    """Keep what is typed so far, so that nothing is lost; the keyer's own draft, which the record does not list."""
    keying = _own(keying_id, by)
    states.refuse_unless(keying.form.round, State.IN_FIELD)
    by.require(Permission.FORM_KEY, keying.form.round.unit)
    if keying.is_done or not is_newer(keying, sent):
        return keying
    keying.draft = {name: typed for name, typed in sent.typed.items() if typed}
    write_page(keying, sent)
    keying.save(update_fields=["draft", "page", "saves", "version", "keystrokes", "seconds", "saved"])
    return keying


@transaction.atomic
def put_back(*, keying_id: int, by: Actor) -> Round:
    """Let go of a keying that is not finished, so that somebody else can key the form.

    The keyer may; for one who went home, who may reconcile.
    """
    keying = Keying.objects.select_related("form").get(pk=keying_id)
    round_ = held(keying.form.round_id)
    is_own = by.key == f"person:{keying.person_id}"
    by.require(Permission.FORM_KEY if is_own else Permission.KEYING_RECONCILE, round_.unit)
    keying = Keying.objects.select_related("form", "form__case").get(pk=keying_id)
    if keying.is_done:
        raise ValidationError(_("This keying is finished."))
    details = {"case": keying.form.case.case_id, "number": keying.number}
    record(by=by, action="capture.keying_put_back", subject=keying, unit=round_.unit, details=details)
    keying.delete()
    if keying.number == 1:
        keying.form.delete()
    return round_


def said(paper: PaperForm, name: str, code: str) -> str:
    """Say what is wrong with a field."""
    kind = paper.by_name[name].kind
    if code == "capture.keyed_missing":
        return _("Nothing was keyed here. If the paper is blank, type T.")
    if code == "capture.keyed_unreadable":
        if kind == "number":
            return _("Type the number on the paper, T for blank or K for illegible.")
        return _("Not an answer of this form. If the paper says so, type G behind it.")
    return _("%(fault)s If the paper says so, type G behind it.") % {"fault": reason(code)}


def person_of(by: Actor) -> int:
    """Give the key of the person who acts; only people key."""
    if not by.person:
        raise PermissionDenied
    return by.person


def _kind(round_id: int, code: str) -> str:
    """Say whether a person or an organisation was drawn; empty where nobody knows, or the code is refused later."""
    try:
        case = Case.objects.filter(round=round_id, case_id=read_case_id(code)).select_related("round").first()
    except SipasError:
        return ""
    if case is None or KeyedForm.objects.filter(case=case).exists():
        return ""
    return respondent_kind(folder_of(case.round), case.case_id) or ""


def _open_round(round_id: int, by: Actor) -> Round:
    round_ = held(round_id)
    by.require(Permission.FORM_KEY, round_.unit)
    states.refuse_unless(round_, State.IN_FIELD)
    return round_


def _case(round_: Round, code: str) -> Case:
    try:
        case_id = read_case_id(code)
    except SipasError as error:
        raise ValidationError(sentence(error)) from error
    case = Case.objects.filter(round=round_, case_id=case_id).first()
    if case is None:
        raise ValidationError(_("Form %(code)s does not belong to this round."), params={"code": case_id})
    if case.state == CaseState.RESERVE:
        raise ValidationError(
            _("Form %(code)s is a reserve that was not issued. Record the replacement first."),
            params={"code": case_id},
        )
    refuse_withdrawn(case)
    return case


def refuse_withdrawn(case: Case) -> None:
    """Refuse a form whose case was withdrawn."""
    if case.state == CaseState.WITHDRAWN:
        raise ValidationError(
            _("Form %(code)s was withdrawn: it must not be keyed. Give it back to the desk."),
            params={"code": case.case_id},
        )


def _own(keying_id: int, by: Actor) -> Keying:
    """Hold a keying of the actor's own."""
    rows = Keying.objects.select_for_update(of=("self",)).select_related("form__case", "form__round__unit")
    keying = rows.filter(pk=keying_id, person=person_of(by)).first()
    if keying is None:
        raise PermissionDenied
    return keying


def is_newer(keying: Keying, sent: Sent) -> bool:
    """Say whether a page sends something newer than what is kept; refuses a page that another has overtaken."""
    if keying.page == sent.page:
        return sent.saves > keying.saves
    if keying.version != sent.version:
        raise ValidationError(
            _("This form was gone on with in another window. Close this one."), code="capture.overtaken"
        )
    return True


def write_page(keying: Keying, sent: Sent) -> None:
    """Note which page sent last, how often it did, and the work it measured."""
    keying.page, keying.saves, keying.version = sent.page, sent.saves, keying.version + 1
    keying.keystrokes = _limited(sent.keystrokes, MOST_KEYSTROKES)
    keying.seconds = min(max(sent.seconds, 0.0), MOST_SECONDS)
    keying.saved = timezone.now()


def _limited(number: int, most: int) -> int:
    return min(max(number, 0), most)
