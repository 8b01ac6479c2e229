"""What of a round somebody reaches: all of it, or the cases of the post offices in their areas."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.models import Case
from sipas_web.rounds.queries import Round


def areas_in(by: Actor, round_: Round, permission: str) -> Any:
    """Give None for who holds a permission over the whole round; else a query of the units it is held over."""
    if by.may(permission, round_.unit):
        return None
    return by.holder.areas_of(str(permission)) if by.may(permission) else []


def cases_reached(by: Actor, round_: Round, permission: str) -> QuerySet[Case]:
    """List the cases of a round that somebody reaches."""
    areas = areas_in(by, round_, permission)
    cases = Case.objects.filter(round=round_)
    return cases if areas is None else cases.filter(office__in=areas)


def case_reached(by: Actor, round_: Round, permission: str, case_id: str) -> Case | None:
    """Give a case that somebody reaches, by its code."""
    found = cases_reached(by, round_, permission).filter(case_id=case_id)
    return found.select_related("round", "round__unit", "office", "interviewer", "agency").first()
