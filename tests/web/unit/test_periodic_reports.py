"""Figures of periodic reports: every unit once, frozen, drawn again, across ends and moves of units."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from tests.web import reports_cast
from tests.web.reports_cast import KIND, LINE, SOURCE, YEAR, Books, done, draft, fresh, sent, taken

from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions import reports as drafting
from sipas_web.improvement.actions import reports_sending as sending
from sipas_web.improvement.actions import reports_writing as writing
from sipas_web.improvement.queries import reports as reads
from sipas_web.improvement.queries.reports_area import counted
from sipas_web.improvement.queries.reports_drawing import compared
from sipas_web.units import actions as unit_actions
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
at, books, world = reports_cast.at, reports_cast.books, reports_cast.world  # fixtures


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
