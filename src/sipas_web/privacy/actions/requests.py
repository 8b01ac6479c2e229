"""People's requests: taken in, acknowledged, extended once, refused with a reason; carried out in ``carrying``."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.privacy.actions.keeping import sealing_key
from sipas_web.privacy.clocks import clock, latest_extension
from sipas_web.privacy.identity import Identity
from sipas_web.privacy.models import Contact, RequestState, SubjectRequest
from sipas_web.privacy.permissions import Permission
from sipas_web.privacy.queries import are_dropped
from sipas_web.privacy.queries.requests import contacts_like, held_request
from sipas_web.privacy.sealing import REQUEST, seal, unseal
from sipas_web.rounds.queries import held
from sipas_web.units.models import Unit


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, how to answer them, and what they say."""

    name: str
    reach: str
    words: str = ""

    def __repr__(self) -> str:
        return "Asker(…)"


@transaction.atomic
def receive_request(
    *, unit: Unit, kind: str, channel: str, received: dt.date, with_processor: bool, asker: Asker, by: Actor
) -> SubjectRequest:
    """Take a request in; its last days follow from the law of that day. Needs ``privacy.request_handle``."""
    by.require(Permission.REQUEST_HANDLE, unit)
    if received > timezone.localdate():
        raise ValidationError({"received": _("This day is still to come.")})
    key, token = sealing_key(), secrets.token_hex(16)
    times = clock(kind, received, with_processor=with_processor)
    request = SubjectRequest.objects.create(
        unit=unit, kind=kind, channel=channel, received=received, with_processor=with_processor,
        sealed=seal(asdict(asker), key=key, round_id=0, code=token, kind=REQUEST), key=key.name, token=token,
        acknowledge_by=times.acknowledge_by, due=times.due, created_by=by.name,
    )  # fmt: skip
    details = {"kind": kind, "received": received.isoformat(), "due": times.due.isoformat()}
    record(by=by, action="privacy.request_received", subject=request, unit=unit, details=details)
    return request


@transaction.atomic
def open_asker(*, request_id: int, by: Actor) -> Asker:
    """Open who asks, for the page of one who handles requests; recorded."""
    request = _handled(request_id, by)
    told = unseal(request.sealed, key=request.key, round_id=0, code=request.token, kind=REQUEST)
    record(by=by, action="privacy.asker_opened", subject=request, unit=request.unit)
    return Asker(**told)


@transaction.atomic
def acknowledge(*, request_id: int, on: dt.date, is_identity_checked: bool, by: Actor) -> None:
    """Note that the person was told that the request came in and how it will be done."""
    request = _open(request_id, by)
    if not request.received <= on <= timezone.localdate():
        raise ValidationError({"on": _("A day from the receipt of the request to today.")})
    request.acknowledged, request.is_identity_checked = on, is_identity_checked
    request.save(update_fields=["acknowledged", "is_identity_checked"])
    details = {"on": on.isoformat(), "identity_checked": is_identity_checked}
    record(by=by, action="privacy.request_acknowledged", subject=request, unit=request.unit, details=details)


@transaction.atomic
def extend(*, request_id: int, to: dt.date, reason: str, by: Actor) -> None:
    """Give a request more time, once, with a reason."""
    request = _open(request_id, by)
    latest = latest_extension(request.kind, request.received, with_processor=request.with_processor)
    if request.extended_to is not None or latest is None:
        raise ValidationError(_("The time of a request can be extended once only."))
    if not request.due < to <= latest:
        raise ValidationError({"to": _("A day after the last day, at most as long again.")})
    request.extended_to, request.extended_because = to, reason
    request.save(update_fields=["extended_to", "extended_because"])
    record(by=by, action="privacy.request_extended", subject=request, unit=request.unit, details={"to": to.isoformat()})


@transaction.atomic
def refuse_request(*, request_id: int, reason: str, by: Actor) -> None:
    """Close a request that is not carried out, with a reason that goes into the answer."""
    request = _open(request_id, by)
    request.refused_because = reason
    close(request, RequestState.REFUSED, [], by)
    record(by=by, action="privacy.request_refused", subject=request, unit=request.unit)


@transaction.atomic
def find_case(*, request_id: int, wanted: Mapping[str, str], by: Actor) -> list[tuple[Contact, Identity]]:
    """Find whom a request is about by exact code, telephone, e-mail, dossier number or name; recorded without values.

    Only the contacts that fit are opened.
    """
    from sipas_web.privacy.actions.keeping import identity_in

    request = _open(request_id, by)
    names = ("code", "phone", "email", "dossier", "name")
    rows = contacts_like(by, **{name: wanted.get(name, "").strip() for name in names})
    details = {
        "by": sorted(name for name in names if wanted.get(name, "").strip()),
        "cases": [f"{row.round_id}:{row.case_code}" for row in rows],
    }
    record(by=by, action="privacy.person_searched", subject=request, unit=request.unit, details=details)
    return [(row, identity_in(row)) for row in rows]


@transaction.atomic
def attach_case(*, request_id: int, round_id: int, case_code: str, by: Actor) -> None:
    """Say which case a request is about."""
    request = _open(request_id, by)
    round_ = held(round_id)
    by.require(Permission.REQUEST_HANDLE, round_.unit)
    if are_dropped(round_) or not Contact.objects.filter(round=round_, case_code=case_code).exists():
        raise ValidationError(_("There is no contact of this case any more."))
    request.round, request.case_code = round_, case_code
    request.save(update_fields=["round", "case_code"])
    details = {"round": round_.pk, "case": case_code}
    record(by=by, action="privacy.request_attached", subject=request, unit=request.unit, details=details)


@transaction.atomic
def forget_requests(before: dt.datetime, by: Actor) -> int:
    """Destroy closed requests of whose closing so long has passed; the audit record says that they were."""
    by.require(Permission.REQUEST_HANDLE)
    old = SubjectRequest.objects.exclude(state=RequestState.OPEN).filter(closed__lt=timezone.localdate(before))
    count, _each = old.delete()
    if count:
        record(by=by, action="privacy.requests_forgotten", subject="privacy.requests", details={"requests": count})
    return count


def close(request: SubjectRequest, state: RequestState, outcome: list[str], by: Actor) -> None:
    """Close a request that the caller holds."""
    request.state, request.outcome = state, outcome
    request.closed, request.closed_by = timezone.localdate(), by.name
    request.save(update_fields=["state", "outcome", "closed", "closed_by", "refused_because"])


def open_request(request_id: int, by: Actor) -> SubjectRequest:
    """Hold an open request for someone who may handle it."""
    request = _handled(request_id, by)
    if request.state != RequestState.OPEN:
        raise ValidationError(_("This request is closed."))
    return request


def _handled(request_id: int, by: Actor) -> SubjectRequest:
    request = held_request(request_id)
    by.require(Permission.REQUEST_HANDLE, request.unit)
    return request


_open = open_request
