"""What may be done with one case by who asks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.actions.replacing import why_not
from sipas_web.fieldwork.actions.standing import ALLOWED, Act
from sipas_web.fieldwork.pages.mine import hour_of
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries import Case, State, Visit, mine, rules_of
from sipas_web.fieldwork.queries.replacements import record_of, reserves_left
from sipas_web.fieldwork.wording import mode_label, outcome_label, state_label, told_label
from sipas_web.rounds.queries import State as RoundState


@dataclass(frozen=True, slots=True)
class ActsPage:
    """One case for its post office or the operator."""

    state: tuple[str, str]
    disposition: str
    visits: list[tuple[Visit, str, str, dt.datetime | None]]  # with mode, outcome, hour
    steps: list[object]
    may_visit: bool
    last: Visit | None  # that may be taken back with a reason
    may_replace: bool
    why_not: str
    left: int  # reserves of the stratum
    may_withdraw: bool
    written: object


def acts_page(case: Case, by: Actor) -> ActsPage:
    """Work out what may be done."""
    where = case.office or case.round.unit
    in_field = case.round.state == RoundState.IN_FIELD
    state = State(case.state)
    holds = in_field and by.may(Permission.OFFICE_HOLD, where)
    replaces = in_field and by.may(Permission.CASE_REPLACE, where) and not case.replaced_by
    listed = list(mine.visits_with_returned(case))
    standing = [v for v in listed if v.voided is None]
    last = standing[-1] if holds and standing and standing[-1].at and not case.replaced_by else None
    return ActsPage(
        state=state_label(case),
        disposition=outcome_label(case.disposition),
        visits=[_visit(v) for v in listed],
        steps=list(mine.steps_of(case)),
        may_visit=holds and case.interviewer_id is not None and state in ALLOWED[Act.VISIT],
        last=last if state != State.WITHDRAWN else None,
        may_replace=replaces and state in ALLOWED[Act.REPLACE],
        why_not=why_not(case, rules_of(case.round)) if replaces and state in ALLOWED[Act.REPLACE] else "",
        left=reserves_left(case.round, [case.stratum]).get(case.stratum, 0) if replaces else 0,
        may_withdraw=in_field and by.may(Permission.CASE_WITHDRAW, where) and state in ALLOWED[Act.WITHDRAW],
        written=record_of(case),
    )


def _visit(visit: Visit) -> tuple[Visit, str, str, dt.datetime | None]:
    outcome = told_label(visit.outcome, visit.step, is_with_person=bool(visit.at))
    return visit, mode_label(visit.mode), outcome, hour_of(visit)
