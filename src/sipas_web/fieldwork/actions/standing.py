"""Where a case stands: worked out from what is known of it, so that it is no matter in which order that came in.

===============  ===================================================================================================
state            what is known (the first line that fits)
===============  ===================================================================================================
withdrawn        taken out of the round, with a reason
answered         an answer was accepted, valid or not
replaced         a reserve went out in its place
reserve          of the reserve list: in nobody's place, never visited, no form on its way
keyed, received  the paper form is at the desk, keyed or not yet
collected        the paper form is with the interviewer
not answered     the outcome that stands is an end: refused, cannot answer, not eligible
delivered        the paper form is with the person
visited          somebody went there
issued           nothing yet
===============  ===================================================================================================

``ALLOWED`` says which act people may do in which state. Files, and answers that come in, are bound by no table: they
tell of what has happened already, and whatever they tell the state follows from the facts. The final disposition is the
library's rule (``sipas.quality.case_dispositions``), case by case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from sipas.quality import dispositions
from sipas_web.fieldwork.models import Answer, Case, FormStep, State, Visit

COMPLETE, BREAK_OFF, NOT_RETURNED, NOT_ATTEMPTED = "1.1", "2.12", "2.27", "3.11"
FINISHED = frozenset({"R", "O", "NE"})  # groups in which no further visit is made
STEPS: tuple[str, ...] = tuple(FormStep.Step.values)  # in their order
IN_HAND = frozenset({FormStep.Step.COLLECTED, FormStep.Step.RECEIVED, FormStep.Step.KEYED})  # there is a form
Key = tuple[int, str, str, bool]  # agency, state, disposition, replaced


class Act(StrEnum):
    """What people do with a case, beside giving it to somebody."""

    VISIT = "visit"
    DELIVER = "deliver"
    COLLECT = "collect"
    RECEIVE = "receive"
    KEY = "key"
    REPLACE = "replace"
    WITHDRAW = "withdraw"


_ON_THE_WAY = frozenset({State.ISSUED, State.VISITED, State.DELIVERED})
_WITH_FORM = frozenset({State.COLLECTED, State.RECEIVED, State.KEYED})
_ENDED = frozenset({State.NOT_ANSWERED, State.ANSWERED, State.REPLACED})
# A form reaches the desk whatever was written of its case before: it lies there. An answered case may be replaced only
# where its answer is not valid (``replacing``). A replaced case is withdrawn where its person asks for that.
ALLOWED: Mapping[Act, frozenset[State]] = {
    Act.VISIT: _ON_THE_WAY,
    Act.DELIVER: frozenset({State.ISSUED, State.VISITED}),
    Act.COLLECT: _ON_THE_WAY,
    Act.RECEIVE: _ON_THE_WAY | {State.COLLECTED} | _ENDED,
    Act.KEY: _ON_THE_WAY | _WITH_FORM | _ENDED,
    Act.REPLACE: frozenset({State.VISITED, State.DELIVERED, State.NOT_ANSWERED, State.ANSWERED, State.WITHDRAWN}),
    Act.WITHDRAW: _ON_THE_WAY | _WITH_FORM | _ENDED,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that decides where a case stands."""

    is_official: bool
    is_in_place: bool = False  # a reserve issued in somebody's place
    outcomes: tuple[str, ...] = ()  # AAPOR, of the visits that stand, in their order
    step: str = ""  # furthest step of the paper form
    answer: str = Answer.NONE
    is_replaced: bool = False
    is_withdrawn: bool = False


def disposition_of(facts: Facts) -> str:
    """Give AAPOR's disposition as it would be if the field closed now; empty for a case that is not in the field.

    The answer of a withdrawn case does not count: it is not frozen.
    """
    if facts.answer and not facts.is_withdrawn:
        return COMPLETE if facts.answer == Answer.VALID else BREAK_OFF
    if facts.outcomes:
        return _highest(facts.outcomes)
    return NOT_ATTEMPTED if _is_out(facts) else ""


def state_of(facts: Facts) -> State:
    """Give where a case stands; the table above in code."""
    for holds, state in (
        (facts.is_withdrawn, State.WITHDRAWN),
        (facts.answer, State.ANSWERED),
        (facts.is_replaced, State.REPLACED),
        (not _is_out(facts), State.RESERVE),
        (facts.step in IN_HAND, facts.step),
        (group_of(disposition_of(facts)) in FINISHED, State.NOT_ANSWERED),
        (facts.step, State.DELIVERED),
        (facts.outcomes, State.VISITED),
    ):
        if holds:
            return State(state)
    return State.ISSUED


def key_of(case: Case) -> Key:
    """Give what a case is counted under."""
    return case.agency_id, case.state, case.disposition, bool(case.replaced_by)


def stand_by_visits(case: Case, visits: Sequence[Visit]) -> None:
    """Bring a case up to date with all its visits, in order."""
    case.visits_made = len(visits)
    case.last_outcome = visits[-1].outcome if visits else ""
    case.last_day = max((v.day for v in visits), default=None)
    if visits:
        case.replaced_by = next((v.replaced_by for v in reversed(visits) if v.replaced_by), case.replaced_by)
    _stand(case, _facts(case, tuple(v.outcome for v in visits)))


def stand_by_answer(case: Case, *, is_valid: bool) -> None:
    """Bring a case up to date with its chosen answer; that of a withdrawn case is noted and changes nothing."""
    case.answer = Answer.VALID if is_valid else Answer.INVALID
    _stand_as_visited(case)


def stand_by_step(case: Case, step: str) -> None:
    """Bring a case up to date with a step of its form; one that comes late moves nothing back."""
    if furthest(step, case.form_step) != case.form_step:
        case.form_step = step
    _stand_as_visited(case)


def stand_in_place(reserve: Case, of: Case) -> None:
    """Issue a reserve in the place of a case; a reserve named twice keeps the first place."""
    if reserve.role != "reserve":
        return
    reserve.replaces = reserve.replaces or of.case_id
    _stand_as_visited(reserve)


def group_of(disposition: str) -> str:
    """Give AAPOR's group of a disposition; empty for a reserve."""
    return _rules().get(disposition, ("", 0))[0]


def furthest(*steps: str) -> str:
    """Give the furthest of some steps of a form."""
    return max(steps, key=lambda step: STEPS.index(step) if step in STEPS else -1, default="")


def _stand_as_visited(case: Case) -> None:
    """Take the outcome of the visits from the case: until it is answered, what it shows now is the highest of them."""
    outcomes = (case.disposition,) if case.visits_made and case.disposition else ()
    _stand(case, _facts(case, outcomes))


def _facts(case: Case, outcomes: tuple[str, ...]) -> Facts:
    return Facts(
        is_official=case.role == "official",
        is_in_place=bool(case.replaces),
        outcomes=outcomes,
        step=case.form_step,
        answer=case.answer,
        is_replaced=bool(case.replaced_by),
        is_withdrawn=bool(case.withdrawn_because),
    )


def _stand(case: Case, facts: Facts) -> None:
    case.disposition, case.state = disposition_of(facts), state_of(facts)


def _is_out(facts: Facts) -> bool:
    return facts.is_official or facts.is_in_place or bool(facts.outcomes or facts.step or facts.answer)


def _highest(outcomes: Sequence[str]) -> str:
    """Take the outcome that stands highest, the later of two; a form said to be done is not in yet."""
    rules = _rules()
    told = [NOT_RETURNED if rules[o][1] == 0 else o for o in outcomes]
    return max(enumerate(told), key=lambda numbered: (rules[numbered[1]][1], numbered[0]))[1]


@cache
def _rules() -> dict[str, tuple[str, int]]:
    return {d.code: (d.group, d.standing) for d in dispositions()}
