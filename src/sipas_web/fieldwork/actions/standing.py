"""Where a case stands, from its visits and whether it was answered; the library's rule, case by case."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sipas.quality import dispositions
from sipas_web.fieldwork.models import Answer, Case, State, Visit

COMPLETE, BREAK_OFF, NOT_RETURNED, NOT_ATTEMPTED = "1.1", "2.12", "2.27", "3.11"
FINISHED = frozenset({"R", "O", "NE"})  # groups in which no further visit is made
Key = tuple[int, str, str, bool]  # agency, state, disposition, replaced


def key_of(case: Case) -> Key:
    """Give what a case is counted under."""
    return case.agency_id, case.state, case.disposition, bool(case.replaced_by)


def stand_by_visits(case: Case, visits: Sequence[Visit]) -> None:
    """Bring a case up to date with all its visits, in order."""
    if visits:
        case.visits_made, case.last_outcome = len(visits), visits[-1].outcome
        case.last_day = max(v.day for v in visits)
        case.replaced_by = next((v.replaced_by for v in reversed(visits) if v.replaced_by), "")
        if not case.answer:
            case.disposition = _of_visits(visits)
    case.state = _state(case)


def stand_by_answer(case: Case, *, is_valid: bool) -> None:
    """Bring a case up to date with its chosen answer."""
    case.answer = Answer.VALID if is_valid else Answer.INVALID
    case.disposition = COMPLETE if is_valid else BREAK_OFF
    case.state = _state(case)


def stand_in_place(reserve: Case, of: Case) -> None:
    """Issue a reserve in the place of a case; a reserve named twice keeps the first place."""
    if reserve.role != "reserve":
        return
    reserve.replaces = reserve.replaces or of.case_id
    reserve.disposition = reserve.disposition or NOT_ATTEMPTED
    reserve.state = _state(reserve)


def group_of(disposition: str) -> str:
    """Give AAPOR's group of a disposition; empty for a reserve."""
    return _rules().get(disposition, ("", 0))[0]


def _state(case: Case) -> State:
    if case.answer:
        return State.ANSWERED
    if case.replaced_by:
        return State.REPLACED
    if not case.visits_made:
        return State.ISSUED if case.role == "official" or case.replaces else State.RESERVE
    return State.NOT_ANSWERED if group_of(case.disposition) in FINISHED else State.VISITED


def _of_visits(visits: Sequence[Visit]) -> str:
    """Take the outcome that stands highest, the later of two; a form said to be done is not in yet."""
    rules = _rules()
    told = [NOT_RETURNED if rules[v.outcome][1] == 0 else v.outcome for v in visits]
    return max(enumerate(told), key=lambda numbered: (rules[numbered[1]][1], numbered[0]))[1]


@cache
def _rules() -> dict[str, tuple[str, int]]:
    return {d.code: (d.group, d.standing) for d in dispositions()}
