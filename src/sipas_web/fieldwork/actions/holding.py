"""A case in the hand of who acts on it: its round held, its holder asked for, its state allowing the act."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.actions.standing import ALLOWED, Act
from sipas_web.fieldwork.models import Case, State
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries.offices import offices_carried_by
from sipas_web.rounds import states
from sipas_web.rounds.queries import Round, held
from sipas_web.rounds.queries import State as RoundState


def case_in_field(case_pk: int) -> tuple[Case, Round]:
    """Hold the round of a case that is in the field, then read the case as it is now."""
    round_ = held(Case.objects.values_list("round_id", flat=True).get(pk=case_pk))
    states.refuse_unless(round_, RoundState.IN_FIELD)
    return Case.objects.select_related("office", "interviewer").get(pk=case_pk), round_


def require_over(case: Case, round_: Round, permission: str, by: Actor) -> None:
    """Refuse who does not hold a permission over the office of a case; over the round where no office has it."""
    by.require(permission, case.office or round_.unit)


def who_visited(case: Case, round_: Round, by: Actor) -> Any:
    """Give the person a visit is of: the interviewer, who writes it down, or for whom the post office does so.

    Refuses everyone else. The state of the case is asked after this: a finished case is nobody's to carry.
    """
    if case.interviewer_id is not None and case.interviewer_id == by.person and _may_carry(by, case):
        return case.interviewer
    require_over(case, round_, Permission.OFFICE_HOLD, by)
    if case.office is None or case.interviewer is None:
        raise ValidationError(
            _("No interviewer carries this case yet. Give it to one, then write down the visit."),
            code="fieldwork.no_interviewer",
        )
    return case.interviewer


def _may_carry(by: Actor, case: Case) -> bool:
    offices = offices_carried_by(by)
    return offices is None or offices.filter(pk=case.office_id or 0).exists()


def refuse_unless(case: Case, act: Act) -> None:
    """Refuse what the state of a case does not allow, with a sentence."""
    if State(case.state) not in ALLOWED[act]:
        raise ValidationError(not_now(case, ALLOWED[act]), code="fieldwork.not_now")


def not_now(case: Case, allowed: Collection[State]) -> str:
    """Say why an act is not possible now."""
    if case.state in {State.ANSWERED, State.NOT_ANSWERED, State.REPLACED, State.WITHDRAWN} - set(allowed):
        return _("Case %(code)s is finished (%(state)s). Nothing more can be written down here.") % {
            "code": case.case_id,
            "state": State(case.state).label,
        }
    return pgettext("case", "Case %(code)s is %(state)s; this is not possible now.") % {
        "code": case.case_id,
        "state": State(case.state).label,
    }
