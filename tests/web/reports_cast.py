"""Units with figures of their own, and periodic reports of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from typing import Any

import pytest
from django.utils import timezone

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions import reports as drafting
from sipas_web.improvement.actions import reports_sending as sending
from sipas_web.improvement.actions import reports_writing as writing
from sipas_web.improvement.models import PeriodicReport
from sipas_web.improvement.queries import reports as reads
from sipas_web.shared import report_figures
from sipas_web.shared.report_figures import Line, Source
from sipas_web.units import actions as unit_actions
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

Hire = Callable[..., Person]
State = PeriodicReport.State
KIND, YEAR = "half_year", 2026
SOURCE, LINE = "improvement.tests", "done"
NEEDED = {"assessment": "Tốt lên.", "difficulties": "Không có.", "coming": "Làm tiếp."}


class Books:
    """Counts of single units, kept by the test."""

    def __init__(self) -> None:
        self.done: dict[int, int] = {}
        self.asked: list[list[int]] = []

    def counts(self, unit_ids: Collection[int], first: dt.date, last: dt.date) -> dict[int, dict[str, int]]:
        del first, last
        self.asked.append(list(unit_ids))
        return {u: {"all": self.done[u] + 1, "done": self.done[u], "unknown": 7} for u in unit_ids if u in self.done}


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> Books:
    """One source of figures alone."""
    made = Books()
    lines = (
        Line("all", "Việc", url_name="periodic_report_list"),
        Line("done", "Việc xong", of="all", url_name="periodic_report_list"),
    )
    source = Source(SOURCE, 1, "Việc thử", lines, made.counts)
    monkeypatch.setattr(report_figures, "_sources", {SOURCE: source})
    return made


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Move the clock; 20/6/2026 is where tests begin."""

    def moved(day: str) -> None:
        moment = timezone.make_aware(dt.datetime.fromisoformat(f"{day}T09:00"))
        monkeypatch.setattr(timezone, "now", lambda: moment)

    moved("2026-06-16")
    return moved


@pytest.fixture
def world(books: Books, at: Callable[[str], None], tuyen_quang: Unit, by: Actor) -> dict[str, Unit]:
    """A province with two communes and two agencies that have figures."""
    del at
    communes = list(units.communes_of(tuyen_quang, dt.date(2026, 6, 14))[:3])
    agencies = [
        unit_actions.add(
            kind="agency", code=f"S-{k}", name=name, parent=tuyen_quang, valid_from=dt.date(2025, 7, 1), by=by
        )
        for k, name in enumerate(("Sở Xây dựng", "Sở Tư pháp"))
    ]
    desk = unit_actions.add(
        kind="one_stop",
        code="MC-1",
        name="Trung tâm PVHCC xã",
        parent=communes[0],
        valid_from=dt.date(2025, 7, 1),
        by=by,
    )
    made = {"province": tuyen_quang, "a": communes[0], "b": communes[1], "c": communes[2]}
    made |= {"build": agencies[0], "justice": agencies[1], "desk": desk}
    for place, name in enumerate(("province", "a", "b", "c", "build", "justice", "desk")):
        books.done[made[name].pk] = 10**place if place < 6 else 2_000_000
    return made


def draft(unit: Unit, by: Actor, kind: str = KIND, year: int = YEAR) -> PeriodicReport:
    return drafting.draft(unit=unit, kind=kind, year=year, by=by)


def sent(unit: Unit, by: Actor, **given: Any) -> PeriodicReport:
    report = draft(unit, by, **given)
    writing.write(report_id=report.pk, revision=0, texts=NEEDED, by=by)
    return sending.send(report_id=report.pk, by=by)


def taken(unit: Unit, by: Actor) -> PeriodicReport:
    return sending.take_in(report_id=sent(unit, by).pk, by=by)


def done(report: PeriodicReport) -> reads.Figure:
    return reads.figures(report)[SOURCE, LINE]


def fresh(report: PeriodicReport) -> PeriodicReport:
    return PeriodicReport.objects.get(pk=report.pk)
