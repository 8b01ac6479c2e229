"""The way of a periodic report: sending, taking in, correcting; areas; days; who has not sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from tests.web import reports_cast
from tests.web.reports_cast import KIND, NEEDED, YEAR, Books, Hire, State, done, draft, fresh, sent, taken

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.improvement.actions import reports as drafting
from sipas_web.improvement.actions import reports_periods as periods
from sipas_web.improvement.actions import reports_sending as sending
from sipas_web.improvement.actions import reports_urging as urging
from sipas_web.improvement.actions import reports_writing as writing
from sipas_web.improvement.models import ReportUnit
from sipas_web.improvement.pages.reports_waiting import due_rows, to_take_in
from sipas_web.improvement.queries import reports as reads
from sipas_web.improvement.queries.reports_following import expected, newest_period
from sipas_web.units import actions as unit_actions
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
at, books, world = reports_cast.at, reports_cast.books, reports_cast.world  # fixtures


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
        "drafted", "drawn", "written", "sent", "sent_back", "written", "sent", "taken_in",
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
