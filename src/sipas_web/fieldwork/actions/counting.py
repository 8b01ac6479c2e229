"""Moving cases and their counts together. The caller holds the round."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from sipas_web.fieldwork.actions.standing import Key, key_of
from sipas_web.fieldwork.models import Case, CaseCount, DayCount

MOVING = (
    "state", "disposition", "answer", "visits_made", "last_outcome", "last_day", "replaces", "replaced_by",
)  # fmt: skip


class Moves:
    """Cases in the hand: what they were counted under before, so that the counts can follow."""

    def __init__(self, round_id: int, cases: Iterable[Case]) -> None:
        self.round_id = round_id
        self.cases = {case.case_id: case for case in cases}
        self._before = {case.case_id: (key_of(case), _values(case)) for case in self.cases.values()}

    def put(self) -> int:
        """Write the cases that changed and their counts; give their number."""
        changed = [c for c in self.cases.values() if _values(c) != self._before[c.case_id][1]]
        if changed:
            # Far faster than bulk_update: one statement without a CASE for each row.
            Case.objects.bulk_create(changed, update_conflicts=True, unique_fields=["pk"], update_fields=MOVING)
            steps: Counter[Key] = Counter()
            for case in changed:
                steps[self._before[case.case_id][0]] -= 1
                steps[key_of(case)] += 1
            count(self.round_id, steps)
        return len(changed)


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


def _values(case: Case) -> tuple[Any, ...]:
    return tuple(getattr(case, name) for name in MOVING)
