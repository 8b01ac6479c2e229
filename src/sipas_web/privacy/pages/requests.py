"""What the pages of requests show: clocks, what comes next, the text of the answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sipas_web.privacy import clocks
from sipas_web.privacy.actions.requests import Asker
from sipas_web.privacy.queries import due_day
from sipas_web.privacy.queries.requests import Breach, RequestKind, RequestState, SubjectRequest
from sipas_web.units.queries import Unit

LETTERS = Path(__file__).parents[1] / "data" / "letters.yaml"
WITH_REASON = (RequestKind.WITHDRAW, RequestKind.DELETE)


@dataclass(frozen=True, slots=True)
class Line:
    """A request in the list."""

    request: SubjectRequest
    next_day: dt.date | None
    is_late: bool
    tone: str
    days_left: int


def line(request: SubjectRequest) -> Line:
    """Say what is due next."""
    if request.state != RequestState.OPEN:
        return Line(request, None, False, "good" if request.state == RequestState.DONE else "info", 0)
    today = timezone.localdate()
    next_day = request.last_day if request.acknowledged else min(request.acknowledge_by, request.last_day)
    left = (next_day - today).days
    return Line(request, next_day, left < 0, "bad" if left < 0 else "warning", left)


def facts(request: SubjectRequest) -> dict[str, Any]:
    """Give what the page of a request shows."""
    rules = clocks.rules_on(request.received)
    is_open = request.state == RequestState.OPEN
    is_attached = bool(request.round_id and request.case_code)
    return {
        "found": request,
        "line": line(request),
        "rules": rules,
        "is_open": is_open,
        "is_attached": is_attached,
        "is_ready": is_open and is_attached and request.is_identity_checked,
        "may_extend": is_open and request.extended_to is None and rules.extension is not None,
        "is_acknowledged_late": bool(request.acknowledged and request.acknowledged > request.acknowledge_by),
        "is_closed_late": bool(request.closed and request.closed > request.last_day),
    }


def kept_until(request: SubjectRequest) -> dt.date | None:
    """Give the day until which the contact of a request's case is kept."""
    return due_day(request.round) if request.round else None


def extension(request: SubjectRequest) -> dict[str, Any]:
    """Give what the page of an extension says."""
    latest = clocks.latest_extension(request.kind, request.received, with_processor=request.with_processor)
    day = date_format(latest, "SHORT_DATE_FORMAT") if latest else "–"
    text = _(
        "Once only, with a reason that the person is told. Here it is taken as at most as long again, until %(day)s: "
        "the length is not verified in the text of the decree."
    )
    return {"title": _("Extend the time"), "text": text % {"day": day}}


def meaning(request: SubjectRequest) -> dict[str, Any]:
    """Say what carrying a request out does, before it is done."""
    texts = {
        RequestKind.SEE: _("Close the request once what is held was printed and handed over."),
        RequestKind.CORRECT: "",
        RequestKind.WITHDRAW: _(
            "The person's part in the round ends: an unfinished answer is deleted, the case is withdrawn where the "
            "results are not yet published, and name, address, telephone, and places and notes of visits are "
            "destroyed. This cannot be undone."
        ),
        RequestKind.RESTRICT: _("Nobody in the field opens this person's contact any more. The answer stays."),
        RequestKind.OBJECT: _("Nobody in the field opens this person's contact any more. The answer stays."),
        RequestKind.DELETE: _(
            "Name, address, telephone, places and notes of visits, and an unfinished answer are destroyed. An answer "
            "that was sent holds no identity; without the contact nobody can tell whose it is. This cannot be undone."
        ),
    }
    return {"title": _("Carry out the request"), "text": texts[RequestKind(request.kind)], "is_grave": True}


def letter(request: SubjectRequest, who: Asker) -> str:
    """Give the text of the answer in Vietnamese, for the agency's own letter."""
    texts = _letters()
    rules = clocks.rules_on(request.received)
    if request.state == RequestState.OPEN:
        body = texts["extended" if request.extended_to else "acknowledged"]
    elif request.state == RequestState.DONE:
        body = f"{texts['done']}\n- {texts['outcomes'][request.kind]}"
    else:
        body = texts["refused"]
    return "\n\n".join([texts["greeting"], body, texts["rights"], texts["closing"]]).format(
        name=who.name,
        number=str(request),
        received=_day(request.received),
        what=texts["kinds"][request.kind],
        last_day=_day(request.last_day),
        reason=request.refused_because or request.extended_because or "…",
        law=rules.source.act,
        office=_office(request.unit),
    )


def breach_letter(breach: Breach) -> str:
    """Give the text of the notice of a breach in Vietnamese."""
    return str(_letters()["breach"]).format(
        number=str(breach),
        office=_office(breach.unit),
        found=_moment(breach.found),
        until=_moment(clocks.notify_by(breach.found)),
        what=breach.what,
        happened=breach.happened or "…",
        data=breach.kinds,
        people="…" if breach.people is None else breach.people,
        measures=breach.measures or "…",
        late=breach.late_because or "",
        law=f"{clocks.BREACH.place} {clocks.BREACH.act}",
    )


def _office(unit: Unit) -> str:
    """Name the agency that answers: the department of a place, as letters begin."""
    place = unit.full_name[:1].lower() + unit.full_name[1:]
    return f"{_letters()['department']} {place}"


def _day(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"


def _moment(moment: dt.datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M %d/%m/%Y}"


@cache
def _letters() -> dict[str, Any]:
    return dict(yaml.safe_load(LETTERS.read_text(encoding="utf-8")))
