"""Periodic reports: drafting, sending, taking in, merging, correcting; areas; pages; files."""

from __future__ import annotations

import datetime as dt
import io
import random
import zipfile
from collections.abc import Callable, Collection
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.improvement.actions import reports as drafting
from sipas_web.improvement.actions import reports_periods as periods
from sipas_web.improvement.actions import reports_sending as sending
from sipas_web.improvement.actions import reports_urging as urging
from sipas_web.improvement.actions import reports_writing as writing
from sipas_web.improvement.models import PeriodicReport, ReportUnit
from sipas_web.improvement.pages.reports_waiting import due_rows, to_take_in
from sipas_web.improvement.queries import reports as reads
from sipas_web.improvement.queries.reports_area import counted
from sipas_web.improvement.queries.reports_drawing import compared
from sipas_web.improvement.queries.reports_following import expected, newest_period
from sipas_web.improvement.report_documents import built
from sipas_web.shared import report_figures
from sipas_web.shared.report_figures import Line, Source
from sipas_web.units import actions as unit_actions
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
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


# Figures


def test_a_province_alone_counts_every_unit_below_it_once(world: dict[str, Unit], by: Actor) -> None:
    report = draft(world["province"], by)
    assert done(report) == reads.Figure(2_111_111, 0)
    area = Unit.objects.filter(pk__in=counted(world["province"], report.first, report.last))
    lasting = {unit.pk for unit in area if units.last_day(unit) >= report.first}
    assert set(report.units.values_list("unit_id", flat=True)) == lasting
    assert len(area) > 3 * len(lasting) > 360  # communes of the time before lie in those of today
    assert report.receiver == units.root()
    assert (report.first, report.last, report.due) == (
        dt.date(2025, 12, 15), dt.date(2026, 6, 14), dt.date(2026, 6, 20),
    )  # fmt: skip
    assert "unknown" not in str(list(report.units.values_list("counts", flat=True)))


def test_reports_from_below_are_taken_as_they_came_and_nothing_is_counted_twice(
    world: dict[str, Unit], books: Books, by: Actor
) -> None:
    came = taken(world["a"], by)
    assert done(came) == reads.Figure(2_000_010, 0)  # the commune and the desk under it
    books.done[world["a"].pk] = 500  # counted otherwise since
    books.done[world["desk"].pk] = 0
    books.asked.clear()
    report = draft(world["province"], by)
    assert done(report) == reads.Figure(2_111_111, 2_000_010)
    assert not {world["a"].pk, world["desk"].pk} & {u for ids in books.asked for u in ids}
    rows = report.units.filter(via=came)
    assert set(rows.values_list("unit_id", flat=True)) == {world["a"].pk, world["desk"].pk}
    beside = compared(report)
    assert [(one.report, one.changes[SOURCE, LINE]) for one in beside] == [(came, (2_000_010, 500))]


def test_a_report_sent_but_not_taken_in_or_sent_back_counts_nowhere(world: dict[str, Unit], by: Actor) -> None:
    sent(world["a"], by)
    back = sent(world["b"], by)
    sending.send_back(report_id=back.pk, reason="Thiếu", by=by)
    assert done(draft(world["province"], by)) == reads.Figure(2_111_111, 0)


def test_a_frozen_figure_stays_and_drawing_again_tells_what_changes(
    world: dict[str, Unit], books: Books, by: Actor, at: Callable[[str], None]
) -> None:
    report = draft(world["province"], by)
    writing.explain(report_id=report.pk, source=SOURCE, line=LINE, text="Nhập chậm", by=by)
    books.done[world["b"].pk] = 150
    at("2026-06-18")
    assert done(fresh(report)).total == 2_111_111
    assert drafting.draw_again(report_id=report.pk, by=by) == 2
    assert done(fresh(report)).total == 2_111_161
    assert timezone.localdate(fresh(report).drawn) == dt.date(2026, 6, 18)
    assert [r.text for r in reads.remarks(report).values()] == ["Nhập chậm"]
    assert drafting.draw_again(report_id=report.pk, by=by) == 0


def test_an_explanation_needs_a_figure_of_the_report_and_an_empty_one_goes(world: dict[str, Unit], by: Actor) -> None:
    report = draft(world["a"], by)
    with pytest.raises(ValidationError):
        writing.explain(report_id=report.pk, source=SOURCE, line="unknown", text="x", by=by)
    writing.explain(report_id=report.pk, source=SOURCE, line=LINE, text="x", by=by)
    writing.explain(report_id=report.pk, source=SOURCE, line=LINE, text=" ", by=by)
    assert reads.remarks(report) == {}


# Units that move and end


def test_units_that_ended_or_moved_within_the_period_count_once(
    world: dict[str, Unit], books: Books, by: Actor
) -> None:
    on = dt.date(2026, 3, 1)
    heir, gone = world["justice"], world["build"]
    unit_actions.dissolve(unit=gone, on=on, successors=[heir], by=by)
    lost = unit_actions.add(
        kind="agency", code="S-9", name="Ban cũ", parent=world["b"], valid_from=dt.date(2025, 7, 1), by=by
    )
    unit_actions.dissolve(unit=lost, on=on, successors=[], by=by)
    books.done[lost.pk] = 5
    unit_actions.move(unit=world["desk"], parent=world["c"], on=on, by=by)
    assert done(draft(heir, by)).total == 110_000  # its own and those of the agency it took over
    assert done(draft(world["b"], by)).total == 105  # where the one without an heir lay last
    assert done(draft(world["a"], by)).total == 10
    assert done(draft(world["c"], by)).total == 2_001_000  # where it lies on the last day
    assert done(draft(world["province"], by)).total == 2_111_116
    with pytest.raises(ValidationError, match=r"took it over|tiếp nhận"):
        draft(gone, by)


def test_areas_of_one_level_share_no_unit_and_miss_none(world: dict[str, Unit], by: Actor) -> None:
    """Random moves, ends and successions; every agency is found in one area, as a walk over the days finds it."""
    chance = random.Random(6)
    first, last = dt.date(2025, 12, 15), dt.date(2026, 6, 14)
    places = [world["a"], world["b"], world["c"], world["build"], world["justice"]]
    live: list[Unit] = []
    every: list[Unit] = []
    for k in range(24):
        made = unit_actions.add(
            kind="one_stop", code=f"Z-{k}", name=f"Quầy {k}", parent=chance.choice(places),
            valid_from=dt.date(2025, 8, 1), by=by,
        )  # fmt: skip
        live.append(made)
        every.append(made)
    for k in range(18):
        on = dt.date(2025, 11, 1) + dt.timedelta(days=14 * k)
        unit = live.pop(chance.randrange(len(live)))
        if k % 3 == 0:
            unit_actions.move(unit=unit, parent=chance.choice(places), on=on, by=by)
            live.append(unit)
        else:
            heirs = chance.sample(live, k % 3)
            unit_actions.dissolve(unit=unit, on=on, successors=heirs, by=by)
    areas = {place.pk: set(counted(place, first, last)) for place in places}
    whole = set(counted(world["province"], first, last))
    for one in every:
        one.refresh_from_db()
        expected_ = walked(one, places, first, last)
        assert {p for p, area in areas.items() if one.pk in area} == expected_, one
        assert (one.pk in whole) == (last_seen(one, first, last) is not None), one
    assert sum(len(area) for area in areas.values()) == len(set().union(*areas.values()))


def last_seen(unit: Unit, first: dt.date, last: dt.date) -> dt.date | None:
    """Walk back over the days to the last one on which a unit lies anywhere."""
    day = last
    while day >= first:
        if unit.above.filter(valid_from__lte=day, valid_to__gte=day).exists():
            return day
        day -= dt.timedelta(days=1)
    return None


def walked(unit: Unit, places: list[Unit], first: dt.date, last: dt.date) -> set[int]:
    day = last_seen(unit, first, last)
    return {p.pk for p in places if day and units.lies_under(unit, p, day)}


def test_a_receiver_that_ended_hands_its_reports_to_who_goes_on_from_it(
    world: dict[str, Unit], books: Books, by: Actor
) -> None:
    below = unit_actions.add(
        kind="agency", code="S-8", name="Chi cục", parent=world["build"], valid_from=dt.date(2025, 7, 1), by=by
    )
    books.done[below.pk] = 3
    came = taken(below, by)
    assert came.receiver == world["build"]
    unit_actions.dissolve(unit=world["build"], on=dt.date(2026, 6, 15), successors=[world["justice"]], by=by)
    report = draft(world["justice"], by)
    assert came in list(reads.taken_below(world["justice"], KIND, YEAR, dt.date(2026, 6, 15)))
    assert below.pk not in counted(world["justice"], report.first, report.last)  # on the last day it lay elsewhere
    assert [(row["report"], row["why"]) for row in report.left_out] == []


def test_a_unit_that_ended_before_the_period_is_named_only_where_it_still_counts(
    world: dict[str, Unit], books: Books, by: Actor
) -> None:
    old = units.precedents_of(world["a"])[0].unit
    books.done[old.pk] = 70  # work left with it
    report = draft(world["province"], by)
    assert done(report).total == 2_111_181
    ended = [row.unit for row in report.units.select_related("unit") if units.last_day(row.unit) < report.first]
    assert ended == [old]


# The way up


def test_the_way_of_a_report(world: dict[str, Unit], by: Actor, at: Callable[[str], None]) -> None:
    report = draft(world["a"], by)
    with pytest.raises(ValidationError) as refused:
        sending.send(report_id=report.pk, by=by)
    assert len(refused.value.messages) == 3
    writing.write(report_id=report.pk, revision=0, texts=NEEDED, by=by)
    report = sending.send(report_id=report.pk, by=by)
    assert report.sha256 == reads.seal_of(fresh(report))
    for refuse in (drafting.draw_again, drafting.discard, sending.send):
        with pytest.raises(ValidationError):
            refuse(report_id=report.pk, by=by)
    with pytest.raises(ValidationError):
        writing.write(report_id=report.pk, revision=1, texts={"coming": "khác"}, by=by)
    sending.send_back(report_id=report.pk, reason="Chưa nêu hạn chế", by=by)
    with pytest.raises(ValidationError):
        drafting.discard(report_id=report.pk, by=by)  # it was sent before
    writing.write(report_id=report.pk, revision=1, texts={"assessment": "Còn hạn chế."}, by=by)
    at("2026-06-19")
    again = sending.send(report_id=report.pk, by=by)
    assert again.back_reason == ""
    sending.take_in(report_id=report.pk, by=by)
    assert fresh(report).state == State.TAKEN
    with pytest.raises(ValidationError):
        sending.send_back(report_id=report.pk, reason="x", by=by)
    acts = list(Record.objects.filter(action__contains="report_").order_by("sequence").values_list("action", flat=True))
    assert [a.removeprefix("improvement.report_") for a in acts] == [
        "drafted", "written", "sent", "sent_back", "written", "sent", "taken_in",
    ]  # fmt: skip
    assert "hạn chế" not in str(Record.objects.filter(action="improvement.report_written").values_list("details"))


def test_figures_from_before_the_cut_off_do_not_go_up(
    world: dict[str, Unit], by: Actor, at: Callable[[str], None]
) -> None:
    at("2026-06-10")
    report = draft(world["a"], by)
    writing.write(report_id=report.pk, revision=0, texts=NEEDED, by=by)
    at("2026-06-16")
    with pytest.raises(ValidationError, match="14/06/2026"):
        sending.send(report_id=report.pk, by=by)
    drafting.draw_again(report_id=report.pk, by=by)
    assert sending.send(report_id=report.pk, by=by).state == State.SENT


def test_a_correction_is_a_version_and_the_one_before_stands_until_it_is_taken_in(
    world: dict[str, Unit], books: Books, by: Actor
) -> None:
    first = taken(world["a"], by)
    books.done[world["a"].pk] = 40
    second = sending.correct(report_id=first.pk, reason="Sót việc", by=by)
    assert (second.version, second.corrects_id) == (2, first.pk)
    assert done(second).total == 2_000_010  # as it was, until drawn again
    assert reads.texts(second)["coming"] == "Làm tiếp."
    with pytest.raises(ValidationError):
        sending.correct(report_id=first.pk, reason="nữa", by=by)
    drafting.draw_again(report_id=second.pk, by=by)
    sending.send(report_id=second.pk, by=by)
    province = draft(world["province"], by)
    assert done(province).below == 2_000_010
    sending.take_in(report_id=second.pk, by=by)
    assert fresh(first).state == State.REPLACED
    assert done(fresh(province)).below == 2_000_010  # what was drawn stays
    assert [r.pk for r in reads.not_merged(province)] == [second.pk]
    drafting.draw_again(report_id=province.pk, by=by)
    assert done(province).below == 2_000_040
    assert reads.seal_of(first) == fresh(first).sha256


def test_a_correction_of_what_was_not_taken_in_takes_its_place_once_sent(world: dict[str, Unit], by: Actor) -> None:
    first = sent(world["a"], by)
    second = sending.correct(report_id=first.pk, reason="Nhầm", by=by)
    assert fresh(first).state == State.SENT
    sending.send(report_id=second.pk, by=by)
    assert fresh(first).state == State.REPLACED
    with pytest.raises(ValidationError):
        sending.take_in(report_id=first.pk, by=by)


def test_one_report_of_a_unit_and_period(world: dict[str, Unit], by: Actor) -> None:
    report = draft(world["a"], by)
    with pytest.raises(ValidationError):
        draft(world["a"], by)
    drafting.discard(report_id=report.pk, by=by)
    assert draft(world["a"], by).version == 1
    assert ReportUnit.objects.filter(report_id=report.pk).count() == 0


def test_a_report_of_days_to_come_or_of_a_post_office_is_refused(world: dict[str, Unit], by: Actor) -> None:
    with pytest.raises(ValidationError) as refused:
        draft(world["a"], by, kind="quarter_1", year=2027)
    assert "year" in refused.value.message_dict
    office = unit_actions.add(
        kind="post_office", code="BD-1", name="Bưu điện", parent=world["a"], valid_from=dt.date(2025, 7, 1), by=by
    )
    with pytest.raises(ValidationError) as refused:
        draft(office, by)
    assert "unit" in refused.value.message_dict


def test_texts_saved_over_another_s_change_are_refused_with_a_sentence(world: dict[str, Unit], by: Actor) -> None:
    report = draft(world["a"], by)
    writing.write(report_id=report.pk, revision=0, texts={"coming": "một"}, by=by)
    with pytest.raises(ValidationError):
        writing.write(report_id=report.pk, revision=0, texts={"coming": "hai"}, by=by)
    assert reads.texts(report)["coming"] == "một"


# Areas


def test_who_drafts_does_not_send_and_who_is_elsewhere_does_nothing(
    world: dict[str, Unit], by: Actor, hire: Hire, acting: Callable[[Person], Actor]
) -> None:
    agency, head = acting(hire("agency", world["a"])), acting(hire("head", world["a"]))
    other, department = acting(hire("tracker", world["b"])), acting(hire("department", world["province"]))
    for stranger in (other, acting(hire("press", world["a"]))):
        with pytest.raises(PermissionDenied):
            draft(world["a"], stranger)
    report = draft(world["a"], agency)
    assert reads.report_for(other, report.pk) is None
    writing.write(report_id=report.pk, revision=0, texts=NEEDED, by=agency)
    with pytest.raises(PermissionDenied):
        sending.send(report_id=report.pk, by=agency)
    sending.send(report_id=report.pk, by=head)
    for refused in (agency, head, other):
        with pytest.raises(PermissionDenied):
            sending.take_in(report_id=report.pk, by=refused)
    assert [row.key for row in to_take_in(department, 9)] == [f"improvement.report_in:{report.pk}"]
    sending.take_in(report_id=report.pk, by=department)
    assert list(to_take_in(department, 9)) == []
    with pytest.raises(PermissionDenied):
        periods.set_period(**own_period(world["province"]), by=head)


def test_what_waits_are_the_reports_of_one_s_own_units(
    world: dict[str, Unit], by: Actor, hire: Hire, acting: Callable[[Person], Actor], at: Callable[[str], None]
) -> None:
    agency = acting(hire("agency", world["a"]))
    waits = due_rows(agency, 9)
    assert [(row.due, row.unit) for row in waits if "half_year-2026" in row.key] == [
        (dt.date(2026, 6, 17), world["a"].full_name)
    ]
    sent(world["a"], by)
    assert [row for row in due_rows(agency, 9) if "half_year-2026" in row.key] == []
    assert due_rows(acting(hire("press", world["a"])), 9) == []
    at("2026-06-14")
    assert [row for row in due_rows(acting(hire("agency", world["b"])), 9) if "half_year-2026" in row.key] == []


def own_period(unit: Unit, **changes: Any) -> dict[str, Any]:
    days = {"first": (-1, 12, 1), "last": (0, 5, 31), "due": (0, 6, 5)}
    given = {"unit": unit, "kind": KIND, "level": "commune", "since": dt.date(2026, 1, 1), "days": days,
             "day_off": "keep", "act": "QĐ 1/QĐ-UBND"}  # fmt: skip
    return given | changes


def test_an_area_sets_its_own_days(world: dict[str, Unit], by: Actor) -> None:
    before = draft(world["a"], by)
    periods.set_period(**own_period(world["province"]), by=by)
    report = draft(world["b"], by)
    assert (report.first, report.last, report.due) == (
        dt.date(2025, 12, 1), dt.date(2026, 5, 31), dt.date(2026, 6, 5),
    )  # fmt: skip
    assert report.source["act"] == "QĐ 1/QĐ-UBND"
    assert report.source["is_verified"] is False
    assert fresh(before).last == dt.date(2026, 6, 14)
    assert draft(world["build"], by).last == dt.date(2026, 6, 14)  # another level
    with pytest.raises(ValidationError) as refused:
        periods.set_period(**own_period(world["province"], days=days(due=(0, 5, 30))), by=by)
    assert "due" in refused.value.message_dict
    with pytest.raises(ValidationError) as refused:
        periods.set_period(**own_period(world["province"], days=days(last=(0, 2, 29))), by=by)
    assert "last" in refused.value.message_dict


def days(**changes: tuple[int, int, int]) -> dict[str, tuple[int, int, int]]:
    return {"first": (-1, 12, 1), "last": (0, 5, 31), "due": (0, 6, 5)} | changes


# Who has not sent


def test_who_has_not_sent_and_how_late(world: dict[str, Unit], by: Actor, at: Callable[[str], None]) -> None:
    at("2026-06-18")
    sent(world["a"], by)
    draft(world["b"], by)
    back = sent(world["c"], by)
    sending.send_back(report_id=back.pk, reason="x", by=by)
    at("2026-06-25")
    rows = {row.unit.pk: row for row in expected(world["province"], KIND, YEAR, units.today())}
    assert {world[name].pk for name in ("a", "b", "c", "build", "justice")} <= rows.keys()
    assert world["desk"].pk not in rows
    told = {name: (rows[world[name].pk].state, rows[world[name].pk].days_late) for name in ("a", "b", "c", "build")}
    assert told == {"a": ("sent", 1), "b": ("draft", 8), "c": ("back", 8), "build": ("none", 8)}
    assert len([row for row in rows.values() if row.is_missing]) == len(rows) - 1
    missing = urging.urge(unit=world["province"], kind=KIND, year=YEAR, reply_by=dt.date(2026, 7, 1), by=by)
    assert world["a"].pk not in {due.unit.pk for due in missing}
    assert len(missing) == len(rows) - 1
    assert Record.objects.filter(action="improvement.reports_urged").count() == 1
    with pytest.raises(ValidationError):
        urging.urge(unit=world["province"], kind=KIND, year=YEAR, reply_by=dt.date(2026, 6, 1), by=by)


@pytest.mark.parametrize(
    ("day", "period"),
    [
        ("2026-01-05", ("year", 2025)), ("2026-03-12", ("quarter_1", 2026)), ("2026-06-09", ("quarter_1", 2026)),
        ("2026-06-10", ("half_year", 2026)), ("2026-11-22", ("quarter_3", 2026)), ("2026-12-11", ("year", 2026)),
    ],
)  # fmt: skip
def test_the_period_that_is_due(day: str, period: tuple[str, int]) -> None:
    assert newest_period(dt.date.fromisoformat(day)) == period


# Files and pages


def test_the_document_says_what_the_rows_say(world: dict[str, Unit], books: Books, by: Actor) -> None:
    taken(world["a"], by)
    report = draft(world["province"], by)
    writing.write(report_id=report.pk, revision=0, texts={**NEEDED, "coming": "Một.\nHai."}, by=by)
    writing.explain(report_id=report.pk, source=SOURCE, line=LINE, text="Do nhập chậm", by=by)
    text = str(built(fresh(report)))
    for said in ("2.111.111", "2.000.010", "100,00", "Do nhập chậm", "text='Hai.'", "6 tháng đầu năm 2026",
                 "ỦY BAN NHÂN DÂN TỈNH TUYÊN QUANG", "Bộ Nội vụ", "TM. ỦY BAN NHÂN DÂN", "./."):  # fmt: skip
        assert said in text, said
    assert "mô phỏng" not in text.lower()


def test_files_are_given_and_hold_the_figures(
    client: Client, world: dict[str, Unit], by: Actor, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = sent(world["a"], by)
    client.force_login(hire("tracker", world["a"]))
    given = {
        form: client.get(reverse("periodic_report_download", args=[report.pk, form]))
        for form in ("pdf", "docx", "xlsx")
    }
    assert {form: answer.status_code for form, answer in given.items()} == dict.fromkeys(given, 200)
    assert given["pdf"].content.startswith(b"%PDF")
    with zipfile.ZipFile(io.BytesIO(given["docx"].content)) as packed:
        assert "2.000.010" in packed.read("word/document.xml").decode()
    book = openpyxl.load_workbook(io.BytesIO(given["xlsx"].content))
    figures = {row[1]: row[2] for row in book["Báo cáo"].iter_rows(min_row=5, values_only=True)}
    assert figures["Việc"] == 2_000_012
    assert figures["   Việc xong"] == 2_000_010
    by_unit = {row[0]: row[4] for row in book["Theo đơn vị"].iter_rows(min_row=5, values_only=True)}
    assert by_unit == {world["a"].full_name: 10, "Trung tâm PVHCC xã": 2_000_000}
    link = [row[4] for row in book["Nguồn số liệu"].iter_rows(min_row=5, values_only=True)]
    assert link[0] == f"http://testserver/bao-cao/?don-vi={world['a'].pk}&tu=2025-12-15&den=2026-06-14"
    monkeypatch.setattr("django.conf.settings.DEMONSTRATION", True)
    assert built(report).mark == "MÔ PHỎNG"


def test_the_pages_from_draft_to_taken_in(client: Client, world: dict[str, Unit], hire: Hire) -> None:
    client.force_login(hire("tracker", world["a"]))
    made = client.post(reverse("periodic_report_add"), {"unit": world["a"].pk, "kind": KIND, "year": YEAR})
    report = PeriodicReport.objects.get()
    assert made.headers["Location"] == reverse("periodic_report", args=[report.pk])
    page = client.get(reverse("periodic_report", args=[report.pk])).content.decode()
    assert "2.000.010" in page
    assert f"don-vi={world['a'].pk}&amp;tu=2025-12-15&amp;den=2026-06-14" in page
    write = reverse("periodic_report_write", args=[report.pk])
    client.post(write, {"revision": 0, **NEEDED})
    late = client.post(write, {"revision": 0, "coming": "của tôi"}).content.decode()
    assert "của tôi" in late  # what was typed is kept
    explain = reverse("periodic_report_explain", args=[report.pk])
    client.post(explain, {"line": f"{SOURCE}/{LINE}", "text": "Giải thích"})
    assert "Giải thích" in client.get(f"{explain}?dong={SOURCE}/{LINE}").content.decode()
    assert client.post(reverse("periodic_report_draw", args=[report.pk])).status_code == 302
    client.post(reverse("periodic_report_send", args=[report.pk]))
    assert fresh(report).state == State.SENT
    client.force_login(hire("tracker", world["province"]))
    assert client.post(reverse("periodic_report_send_back", args=[report.pk]), {"reason": ""}).status_code == 200
    client.post(reverse("periodic_report_take_in", args=[report.pk]))
    assert fresh(report).state == State.TAKEN
    for name in ("periodic_report", "periodic_report_units", "periodic_report_compare"):
        assert client.get(reverse(name, args=[report.pk])).status_code == 200
    client.post(reverse("periodic_report_correct", args=[report.pk]), {"reason": "Nhầm"})
    second = PeriodicReport.objects.get(version=2)
    client.post(reverse("periodic_report_discard", args=[second.pk]))
    assert not PeriodicReport.objects.filter(version=2).exists()


def test_the_pages_of_who_has_sent_and_of_days(client: Client, world: dict[str, Unit], hire: Hire) -> None:
    client.force_login(hire("tracker", world["province"]))
    asked = f"?unit={world['province'].pk}&kind={KIND}&year={YEAR - 1}"
    page = client.get(reverse("periodic_report_following") + asked).content.decode()
    assert "Sở Xây dựng" not in page  # it did not exist then
    assert world["a"].full_name not in page
    page = client.get(reverse("periodic_report_following")).content.decode()
    assert "Sở Xây dựng" in page
    form = {"unit": world["province"].pk, "level": "commune", "kind": KIND, "since": "01/01/2026", "first": "1/12",
            "first_before": "on", "last": "31/5", "due": "5-6", "day_off": "before", "act": "QĐ 2"}  # fmt: skip
    wrong = client.post(reverse("report_period_add"), {**form, "due": "mai"}).content.decode()
    assert 'value="mai"' in wrong
    assert client.post(reverse("report_period_add"), form).status_code == 302
    assert "QĐ 2" in client.get(reverse("report_period_list")).content.decode()


def test_the_letter_that_urges(client: Client, world: dict[str, Unit], hire: Hire, at: Callable[[str], None]) -> None:
    at("2026-06-30")
    client.force_login(hire("tracker", world["province"]))
    asked = f"?unit={world['province'].pk}&kind={KIND}&year={YEAR}"
    url = reverse("periodic_report_urge") + asked
    assert client.get(url).status_code == 200
    answer = client.post(url, {"reply_by": "10/07/2026", "place": "Tuyên Quang"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        text = packed.read("word/document.xml").decode()
    assert "Sở Xây dựng" in text
    assert "10/7/2026" in text
