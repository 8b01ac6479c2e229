"""Moving cases and their counts together. The caller holds the round."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.utils import timezone

from sipas_web.fieldwork.actions.standing import Key, key_of
from sipas_web.fieldwork.models import Assignment, Case, CaseCount, DayCount, HolderCount

MOVING = (
    "state", "disposition", "answer", "visits_made", "last_outcome", "last_day", "replaces", "replaced_by",
    "form_step", "withdrawn_because", "office_id", "interviewer_id",
)  # fmt: skip
FIELDS = [name.removesuffix("_id") for name in MOVING]
HolderKey = tuple[int, int, str, str, bool]  # office, interviewer (0: none), state, disposition, replaced
HANDS = 2  # of the columns, the last: who holds a case
AT_ONCE = 500  # keys in one statement
REASON_LENGTH = 300


class Moves:
    """Cases in the hand: what they were counted under before, so that counts and assignments can follow."""

    def __init__(self, round_id: int, cases: Iterable[Case]) -> None:
        self.round_id = round_id
        self.cases = {case.case_id: case for case in cases}
        self._before = {case.case_id: _Before(case) for case in self.cases.values()}

    def put(self, *, given_by: str = "", reason: str = "") -> int:
        """Write the cases that changed, their counts and, where office or interviewer changed, who gave them to whom.

        Gives the number of cases written.
        """
        changed = [c for c in self.cases.values() if _values(c) != self._before[c.case_id].values]
        if changed:
            befores = [self._before[case.case_id] for case in changed]
            _write([c for c, b in zip(changed, befores, strict=True) if _values(c)[:-HANDS] != b.values[:-HANDS]])
            _write_hands([c for c, b in zip(changed, befores, strict=True) if _values(c)[:-HANDS] == b.values[:-HANDS]])
            count(self.round_id, _steps((b.key for b in befores), (key_of(c) for c in changed)))
            count_holders(self.round_id, _steps((b.holder for b in befores), (holder_of(c) for c in changed)))
            given = [c for c in changed if self._before[c.case_id].hands != (c.office_id, c.interviewer_id)]
            _hand_over(given, given_by, reason[:REASON_LENGTH])
        return len(changed)


class _Before:
    def __init__(self, case: Case) -> None:
        self.key, self.holder, self.values = key_of(case), holder_of(case), _values(case)
        self.hands = (case.office_id, case.interviewer_id)


def holder_of(case: Case) -> HolderKey | None:
    """Give what a case is counted under by who holds it; None where no office does."""
    if case.office_id is None:
        return None
    return case.office_id, case.interviewer_id or 0, case.state, case.disposition, bool(case.replaced_by)


def count(round_id: int, steps: Counter[Key]) -> None:
    """Add to the counts."""
    moved = {key: step for key, step in steps.items() if step}
    there = {
        (c.agency_id, c.state, c.disposition, c.is_replaced): c
        for c in CaseCount.objects.filter(agency__in={key[0] for key in moved})
    }
    rows = []
    for key, step in moved.items():
        agency, state, disposition, is_replaced = key
        row = there.get(key) or CaseCount(
            round_id=round_id, agency_id=agency, state=state, disposition=disposition, is_replaced=is_replaced
        )
        row.count += step
        rows.append(row)
    _put(CaseCount, rows, ["count"])


def count_holders(round_id: int, steps: Counter[HolderKey]) -> None:
    """Add to the counts by office and interviewer."""
    moved = {key: step for key, step in steps.items() if step}
    offices = {key[0] for key in moved}
    there = {
        (c.office_id, c.interviewer_pk, c.state, c.disposition, c.is_replaced): c
        for c in HolderCount.objects.filter(round=round_id, office__in=offices)
    }
    rows = []
    for key, step in moved.items():
        office, interviewer, state, disposition, is_replaced = key
        row = there.get(key) or HolderCount(
            round_id=round_id, office_id=office, interviewer_pk=interviewer, state=state, disposition=disposition,
            is_replaced=is_replaced,
        )  # fmt: skip
        row.count += step
        rows.append(row)
    _put(HolderCount, rows, ["count"])


def count_days(round_id: int, steps: Counter[tuple[dt.date, str, str]]) -> None:
    """Add to what came in on a day: day, mode, and which figure."""
    there = {(d.day, d.mode): d for d in DayCount.objects.filter(round=round_id, day__in={key[0] for key in steps})}
    for (day, mode, figure), step in steps.items():
        row = there.setdefault((day, mode), DayCount(round_id=round_id, day=day, mode=mode))
        setattr(row, figure, getattr(row, figure) + step)
    changed = {(day, mode) for day, mode, _figure in steps}
    _put(DayCount, [there[key] for key in changed], ["visits", "answers", "valid"])


def _put(kind: type[models.Model], rows: Sequence[models.Model], figures: list[str]) -> None:
    kind._default_manager.bulk_create(row for row in rows if row.pk is None)
    old = [row for row in rows if row.pk is not None]
    if old:
        kind._default_manager.bulk_create(old, update_conflicts=True, unique_fields=["pk"], update_fields=figures)


def _write(cases: Sequence[Case]) -> None:
    if cases:
        # Far faster than bulk_update: one statement without a CASE for each row.
        Case.objects.bulk_create(cases, update_conflicts=True, unique_fields=["pk"], update_fields=FIELDS)


def _write_hands(cases: Sequence[Case]) -> None:
    """Write cases of which nothing but the hands changed: one short statement for each new holder."""
    by_hands: dict[tuple[int | None, int | None], list[int]] = {}
    for case in cases:
        by_hands.setdefault((case.office_id, case.interviewer_id), []).append(case.pk)
    for (office, interviewer), keys in by_hands.items():
        for start in range(0, len(keys), AT_ONCE):
            part = Case.objects.filter(pk__in=keys[start : start + AT_ONCE])
            part.update(office=office, interviewer=interviewer)


def _hand_over(cases: Sequence[Case], given_by: str, reason: str) -> None:
    """End the present assignments of cases and begin those that now hold."""
    now = timezone.now()
    Assignment.objects.filter(case__in=[case.pk for case in cases], until__isnull=True).update(until=now)
    Assignment.objects.bulk_create(
        Assignment(
            case=case, office_id=case.office_id, interviewer_id=case.interviewer_id, since=now, given_by=given_by,
            reason=reason,
        )
        for case in cases
        if case.office_id is not None
    )  # fmt: skip


def _steps(before: Iterable[Any], after: Iterable[Any]) -> Counter[Any]:
    """Give how many more stand alike after than before; cases nobody holds count for nothing."""
    steps: Counter[Any] = Counter(key for key in after if key is not None)
    steps.subtract(key for key in before if key is not None)
    return steps


def _values(case: Case) -> tuple[Any, ...]:
    return tuple(getattr(case, name) for name in MOVING)
