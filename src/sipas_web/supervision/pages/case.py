"""What the pages of re-verification show of a case: nothing of its first answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sipas_web.supervision.queries import CheckAttempt, CheckCase
from sipas_web.supervision.wording import mode_label, outcome_label


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in the list."""

    check: CheckCase
    outcome: str


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """An attempt in words."""

    attempt: CheckAttempt
    mode: str
    outcome: str


def rows_of(checks: Iterable[CheckCase]) -> list[CaseRow]:
    """Put cases into rows."""
    return [CaseRow(check, outcome_label(check.outcome) if check.outcome else "") for check in checks]


def attempts_of(check: CheckCase) -> list[AttemptRow]:
    """List the attempts at a case."""
    return [AttemptRow(a, mode_label(a.mode), outcome_label(a.outcome)) for a in check.attempts.all()]
