"""Carrying out what a person asks: see, correct, withdraw, restrict, object, delete. Each is one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.privacy import subjects
from sipas_web.privacy.actions.keeping import forget_contacts, identity_in, sealing_key, visit_of, write_contacts
from sipas_web.privacy.actions.requests import close, open_request
from sipas_web.privacy.identity import Identity, VisitNote
from sipas_web.privacy.models import Contact, RequestKind, RequestState, SubjectRequest, VisitSecret
from sipas_web.privacy.queries import are_dropped
from sipas_web.privacy.subjects import Lines
from sipas_web.rounds.queries import Round, held

Act = Callable[[Round, str, str, Actor], str]


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that is held about a person, opened once."""

    who: Identity
    visits: list[VisitNote]
    parts: list[tuple[str, Lines]]  # of each app: what it is, lines


@transaction.atomic
def see(*, request_id: int, by: Actor) -> Shown:
    """Open everything held about the person a request is about; recorded. It does not close the request."""
    request, round_ = _attached(request_id, by)
    contact = _contact(request, round_)
    visits = VisitSecret.objects.filter(round=round_, case_code=request.case_code).order_by("visit")
    parts = [(str(one.label), one.see(round_, request.case_code)) for one in subjects.all_held()]
    shown = Shown(identity_in(contact), [visit_of(row) for row in visits], [p for p in parts if p[1]])
    record(by=by, action="privacy.person_shown", subject=request, unit=request.unit, details=_case(request))
    return shown


@transaction.atomic
def finish_seeing(*, request_id: int, by: Actor) -> None:
    """Close a request to see once its answer was handed over."""
    request, _round = _attached(request_id, by)
    _asked(request, RequestKind.SEE)
    _done(request, [_("The person was given everything that is held about them.")], by)


@transaction.atomic
def correct(*, request_id: int, who: Identity, by: Actor) -> None:
    """Put other contact details in place of those held, and close the request. Answers are not corrected by us."""
    request, round_ = _attached(request_id, by)
    _asked(request, RequestKind.CORRECT)
    if not who.name:
        raise ValidationError({"name": _("A name is needed.")})
    contact = _contact(request, round_)
    before = asdict(identity_in(contact))
    changed = sorted(name for name, value in asdict(who).items() if before[name] != value)
    write_contacts([(contact, who)], sealing_key())
    _done(request, [_("The contact details were corrected.")], by, changed=changed)


@transaction.atomic
def withdraw(*, request_id: int, reason: str, by: Actor) -> None:
    """End the person's part in the round, destroy their contact, and close the request."""
    request, round_ = _attached(request_id, by)
    _asked(request, RequestKind.WITHDRAW)
    said = _ask_all([one.withdraw for one in subjects.all_held()], request, round_, reason, by)
    forget_contacts(round_=round_, case_codes=[request.case_code], by=by)
    _done(request, [*said, _("The contact details, and the places and notes of visits, were destroyed.")], by)


@transaction.atomic
def delete(*, request_id: int, reason: str, by: Actor) -> None:
    """Destroy what is held about the person and need not be kept, and close the request."""
    request, round_ = _attached(request_id, by)
    _asked(request, RequestKind.DELETE)
    said = _ask_all([one.delete for one in subjects.all_held()], request, round_, reason, by)
    forget_contacts(round_=round_, case_codes=[request.case_code], by=by)
    _done(request, [*said, _("The contact details, and the places and notes of visits, were destroyed.")], by)


@transaction.atomic
def restrict(*, request_id: int, by: Actor) -> None:
    """Lock a person's contact, so that nobody in the field opens it any more, and close the request."""
    request, round_ = _attached(request_id, by)
    _asked(request, RequestKind.RESTRICT, RequestKind.OBJECT)
    Contact.objects.filter(pk=_contact(request, round_).pk).update(is_restricted=True)
    _done(request, [_("The contact details were locked: nobody in the field can open them any more.")], by)


def carry_out(*, request_id: int, kind: str, reason: str, by: Actor) -> None:
    """Carry out what a request asks for; a correction needs its new values (``correct``)."""
    acts: dict[str, Callable[[], None]] = {
        RequestKind.SEE: lambda: finish_seeing(request_id=request_id, by=by),
        RequestKind.WITHDRAW: lambda: withdraw(request_id=request_id, reason=reason, by=by),
        RequestKind.DELETE: lambda: delete(request_id=request_id, reason=reason, by=by),
        RequestKind.RESTRICT: lambda: restrict(request_id=request_id, by=by),
        RequestKind.OBJECT: lambda: restrict(request_id=request_id, by=by),
    }
    if kind in acts:
        acts[kind]()


def _ask_all(acts: list[Act], request: SubjectRequest, round_: Round, reason: str, by: Actor) -> list[str]:
    return [said for act in acts if (said := act(round_, request.case_code, reason, by))]


def _done(request: SubjectRequest, said: list[str], by: Actor, **details: list[str]) -> None:
    case = _case(request)
    close(request, RequestState.DONE, said, by)
    record(
        by=by, action=f"privacy.request_{request.kind}_done", subject=request, unit=request.unit, details=case | details
    )


def _attached(request_id: int, by: Actor) -> tuple[SubjectRequest, Round]:
    """Hold the round, then the request with its case; the person must be who they say."""
    request = open_request(request_id, by)
    if request.round is None or not request.case_code:
        raise ValidationError(_("Find first which case the request is about."))
    if not request.is_identity_checked:
        raise ValidationError(_("Check first that the person is who they say, and note it with the acknowledgement."))
    return request, held(request.round.pk)


def _contact(request: SubjectRequest, round_: Round) -> Contact:
    found = Contact.objects.filter(round=round_, case_code=request.case_code).first()
    if found is None or are_dropped(round_):
        raise ValidationError(_("There is no contact of this case any more."))
    return found


def _asked(request: SubjectRequest, *kinds: RequestKind) -> None:
    if request.kind not in kinds:
        raise ValidationError(_("The person asked for something else."))


def _case(request: SubjectRequest) -> dict[str, object]:
    return {"round": request.round_id, "case": request.case_code}
