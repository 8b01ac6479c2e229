"""Duties that come again each period: one task for every period with its own deadline, however often it is asked."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.web.letters_cast import kept

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions import directives as acts
from sipas_web.improvement.actions import tasks_carrying, tasks_ending, tasks_recurring
from sipas_web.improvement.actions.directives.ordering import OrderGiven
from sipas_web.improvement.directive_deadlines import REPEATING, STEPS, last_of_year_named, next_deadline
from sipas_web.improvement.models import Directive, Provision, Task
from sipas_web.improvement.queries.directives import owning
from sipas_web.units import actions as unit_actions
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]
DAY = dt.timedelta(days=1)
LETTER = """ỦY BAN NHÂN DÂN
TỈNH TUYÊN QUANG

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Số: 431/UBND-NC
Tuyên Quang, ngày 12 tháng 01 năm 2026
V/v báo cáo kết quả nâng cao sự hài lòng của người dân

Kính gửi: Sở Nội vụ; Sở Tài chính.

Chủ tịch Ủy ban nhân dân tỉnh yêu cầu:

1. Định kỳ hằng quý, Sở Nội vụ và Sở Tài chính báo cáo kết quả về UBND tỉnh trước ngày 15 của tháng cuối quý./.

Nơi nhận:
- Như trên;
- Lưu: VT, NC.

CHỦ TỊCH

Lê Văn Giả Định
"""


@dataclass
class Made:
    """A directive with one order, its units."""

    directive: Directive
    interior: Unit
    finance: Unit
    province: Unit

    @property
    def order(self) -> Provision:
        """Give the order."""
        return self.directive.provisions.get()

    def dues(self, unit: Unit) -> list[dt.date | None]:
        """Give the deadlines of a unit's tasks."""
        rows = Task.objects.filter(directive=self.directive, unit=unit).order_by("first_due")
        return [task.first_due for task in rows]


@pytest.fixture
def made(by: Actor, tuyen_quang: Unit) -> Made:
    """Keep it as if on the day after the letter."""

    def office(code: str, name: str) -> Unit:
        return unit_actions.add(
            kind="agency", code=code, name=name, parent=tuyen_quang, valid_from=dt.date(2025, 7, 1), by=by
        )

    interior, finance = office("SNV", "Sở Nội vụ"), office("STC", "Sở Tài chính")
    directive = kept(LETTER, unit=tuyen_quang, issuer=tuyen_quang, to=[interior, finance], by=by)
    order = directive.provisions.get()
    assert (order.period, order.due, order.until) == ("quarter", dt.date(2026, 3, 15), None)
    Directive.objects.filter(pk=directive.pk).update(kept_on=dt.date(2026, 1, 13))
    Task.objects.filter(directive=directive).update(first_due=order.due, due=order.due)
    return Made(Directive.objects.get(pk=directive.pk), interior, finance, tuyen_quang)


def quarters(*months: int, day: int = 15) -> list[dt.date]:
    """Give the deadlines of 2026 in some months."""
    return [dt.date(2026, month, day) for month in months]


@pytest.mark.django_db
def test_each_period_gets_its_task_once_the_deadline_before_has_passed(made: Made, by: Actor) -> None:
    assert tasks_recurring.arise(on=dt.date(2026, 3, 15), by=by) == 0  # its last day is not over
    assert tasks_recurring.arise(on=dt.date(2026, 3, 16), by=by) == 2
    assert tasks_recurring.arise(on=dt.date(2026, 3, 16), by=by) == 0
    assert made.dues(made.interior) == made.dues(made.finance) == quarters(3, 6)
    first, second = Task.objects.filter(unit=made.interior).order_by("first_due")
    assert (second.follows, second.given, second.giver) == (first, dt.date(2026, 3, 16), made.province)
    assert (second.title, second.path, second.due) == (first.title, first.path, dt.date(2026, 6, 15))
    assert tasks_recurring.arise(on=dt.date(2026, 11, 20), by=by) == 4  # a server that stood still catches up
    assert made.dues(made.interior) == quarters(3, 6, 9, 12)


@pytest.mark.django_db
def test_two_at_once_make_one_task(made: Made, by: Actor) -> None:
    tasks_recurring.arise(on=dt.date(2026, 3, 16), by=by)
    second = Task.objects.get(unit=made.interior, follows__isnull=False)
    with pytest.raises(IntegrityError):
        Task.objects.create(
            unit=made.interior, title="x", given=second.given, first_due=second.due, due=second.due,
            created_by="", follows=second.follows,
        )  # fmt: skip


@pytest.mark.django_db
def test_periods_that_were_over_before_the_letter_was_kept_do_not_arise(made: Made, by: Actor) -> None:
    Directive.objects.filter(pk=made.directive.pk).update(kept_on=dt.date(2026, 8, 20))
    tasks_recurring.arise(on=dt.date(2026, 11, 20), by=by)
    assert made.dues(made.interior) == quarters(3, 9, 12)
    task = Task.objects.get(unit=made.interior, first_due=dt.date(2026, 9, 15))
    assert task.given == dt.date(2026, 8, 20)
    assert tasks_recurring.first_deadline(made.order, dt.date(2026, 8, 20)) == dt.date(2026, 9, 15)
    assert tasks_recurring.first_deadline(made.order, dt.date(2026, 1, 13)) == dt.date(2026, 3, 15)


@pytest.mark.django_db
def test_one_period_can_be_skipped_and_the_duty_goes_on(made: Made, by: Actor) -> None:
    task = Task.objects.get(unit=made.interior)
    with pytest.raises(ValidationError):
        tasks_ending.skip(task_id=task.pk, reason=" ", by=by)
    tasks_ending.skip(task_id=task.pk, reason="Quý I đã có báo cáo chuyên đề", by=by)
    task.refresh_from_db()
    assert (task.is_open, task.is_skipped, task.entries.last().kind) == (False, True, "skipped")  # type: ignore[union-attr]
    assert tasks_recurring.arise(on=dt.date(2026, 3, 15), by=by) == 0  # not before its day has passed
    assert tasks_recurring.arise(on=dt.date(2026, 3, 16), by=by) == 2
    assert made.dues(made.interior) == quarters(3, 6)
    after = Task.objects.get(follows=task)
    assert after.is_open
    tasks_ending.reopen(task_id=task.pk, reason="Vẫn cần", by=by)
    task.refresh_from_db()
    assert (task.is_open, task.is_skipped) == (True, False)
    tasks_ending.drop(task_id=after.pk, reason="Thôi hẳn", by=by)
    assert tasks_recurring.arise(on=dt.date(2026, 6, 16), by=by) == 1  # of the other unit
    Provision.objects.filter(pk=made.order.pk).update(period="")
    with pytest.raises(ValidationError):
        tasks_ending.skip(task_id=task.pk, reason="Không lặp lại", by=by)


@pytest.mark.django_db
def test_who_handed_a_task_over_is_not_offered_it_again(made: Made, by: Actor) -> None:
    assert list(owning.ungiven(made.directive)) == []
    other = unit_actions.add(
        kind="agency", code="VP", name="Văn phòng", parent=made.province, valid_from=dt.date(2025, 7, 1), by=by
    )
    task = Task.objects.get(unit=made.interior)
    tasks_ending.hand_over(task_id=task.pk, unit=other, reason="Đổi đầu mối", by=by)
    assert list(owning.ungiven(made.directive)) == []
    assert acts.give_tasks(directive_id=made.directive.pk, by=by) == 0
    assert Task.objects.filter(directive=made.directive).count() == 2


@pytest.mark.django_db
def test_a_line_ends_where_it_is_dropped_ended_or_withdrawn(made: Made, by: Actor) -> None:
    dropped = Task.objects.get(unit=made.finance)
    tasks_ending.drop(task_id=dropped.pk, reason="Sở Nội vụ báo cáo chung", by=by)
    tasks_recurring.arise(on=dt.date(2026, 6, 20), by=by)
    assert made.dues(made.finance) == quarters(3)
    assert made.dues(made.interior) == quarters(3, 6, 9)
    order = made.order
    put = OrderGiven(
        order.pk, is_task=True, title=order.title, due=order.due, period="quarter", until=dt.date(2026, 9, 30)
    )
    acts.correct_provisions(directive_id=made.directive.pk, orders=[put], by=by, reason="Chỉ đến hết quý III")
    assert tasks_recurring.arise(on=dt.date(2026, 11, 20), by=by) == 0
    assert made.dues(made.interior) == quarters(3, 6, 9)
    for wrong in (replace(put, period=""), replace(put, until=dt.date(2026, 3, 1)), replace(put, due=None)):
        with pytest.raises(ValidationError):
            acts.correct_provisions(directive_id=made.directive.pk, orders=[wrong], by=by, reason="x")
    put = replace(put, until=None)
    acts.correct_provisions(directive_id=made.directive.pk, orders=[put], by=by, reason="Tiếp tục")
    acts.withdraw(directive_id=made.directive.pk, reason="Hết hiệu lực", fate="keep", fate_reason="98/UBND-NC", by=by)
    assert tasks_recurring.arise(on=dt.date(2026, 11, 20), by=by) == 0


@pytest.mark.django_db
def test_a_corrected_day_holds_from_the_next_period_on(made: Made, by: Actor) -> None:
    Provision.objects.filter(directive=made.directive).update(due=dt.date(2026, 3, 25))
    tasks_recurring.arise(on=dt.date(2026, 6, 26), by=by)
    assert made.dues(made.interior) == [dt.date(2026, 3, 15), dt.date(2026, 6, 25), dt.date(2026, 9, 25)]


@pytest.mark.django_db
def test_the_successor_of_a_unit_has_the_next_period_and_one_task_of_it(made: Made, by: Actor) -> None:
    unit_actions.dissolve(unit=made.finance, on=units.today() - DAY, successors=[made.interior], by=by)
    tasks_recurring.arise(on=dt.date(2026, 6, 14), by=by)
    rows = Task.objects.filter(directive=made.directive).order_by("first_due", "pk")
    assert [(row.unit, row.first_due) for row in rows] == [
        (made.interior, day) for day in quarters(3, 3, 6)
    ]  # what it took over, and then one of each period


@pytest.mark.django_db
def test_a_late_report_does_not_move_the_next_one_and_only_the_server_asks(
    made: Made, by: Actor, hire: Hire, acting: Acting
) -> None:
    task = Task.objects.get(unit=made.interior)
    tasks_recurring.arise(on=dt.date(2026, 3, 16), by=by)
    tasks_carrying.complete(task_id=task.pk, by=acting(hire("agency", made.interior)))
    tasks_recurring.arise(on=dt.date(2026, 6, 16), by=by)
    assert made.dues(made.interior) == quarters(3, 6, 9)
    with pytest.raises(PermissionDenied):
        tasks_recurring.arise(on=dt.date(2026, 12, 31), by=acting(hire("tracker", made.province)))


@settings(deadline=None)  # the machine may be busy
@given(
    first=st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31)),
    period=st.sampled_from(REPEATING),
    days=st.integers(-400, 2000),
)
def test_the_next_deadline_is_the_first_one_a_slow_walk_meets(first: dt.date, period: str, days: int) -> None:
    after = first + days * DAY
    assert next_deadline(first, period, after) == walked(first, period, after)


def walked(first: dt.date, period: str, after: dt.date) -> dt.date:
    """Walk from day to day: the slow, obvious twin."""
    day = first
    while True:
        if period == "week":
            is_due = (day - first).days % 7 == 0
        else:
            months = (day.year * 12 + day.month) - (first.year * 12 + first.month)
            last = calendar.monthrange(day.year, day.month)[1]
            is_due = months % STEPS[period] == 0 and day.day == min(first.day, last)
        if is_due and day > after:
            return day
        day += DAY


def test_the_year_a_subject_names() -> None:
    day = dt.date(2026, 1, 12)
    assert last_of_year_named("nâng cao sự hài lòng năm 2026", day) == dt.date(2026, 12, 31)
    assert last_of_year_named("kết quả năm 2025 và kế hoạch năm 2026", day) is None
    assert last_of_year_named("khắc phục tồn tại năm 2025", day) is None
    assert last_of_year_named("nâng cao sự hài lòng", day) is None
