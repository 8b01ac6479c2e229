"""Reads of rounds."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.rounds.models import Draw as Draw
from sipas_web.rounds.models import MeasuredUnit as MeasuredUnit
from sipas_web.rounds.models import Milestone as Milestone
from sipas_web.rounds.models import Round as Round
from sipas_web.rounds.models import State as State
from sipas_web.rounds.models import TargetValue as TargetValue
from sipas_web.rounds.models import Witness as Witness
from sipas_web.rounds.permissions import Permission
from sipas_web.units import queries as units


def in_areas(by: Actor, permission: str) -> QuerySet[Round]:
    """Rounds of units over which the actor holds a permission, newest first."""
    rounds = Round.objects.select_related("unit", "previous")
    areas = by.holder.areas_of(str(permission)) if by.may(permission) else []
    return rounds if areas is None else rounds.filter(unit__in=areas)


def reaching(by: Actor, permission: str) -> QuerySet[Round]:
    """Rounds of units that lie in, or above, the areas in which the actor holds a permission.

    An agency sees the round of its province, also of one it lay in when it was measured: what it may see inside is the
    caller's to limit.
    """
    rounds = Round.objects.select_related("unit", "previous")
    areas = by.holder.areas_of(str(permission)) if by.may(permission) else []
    if areas is None:
        return rounds
    then = units.over_any(areas, OuterRef("window_to")).filter(ancestor=OuterRef("unit"))
    return rounds.filter(Q(unit__in=units.over_any(areas, units.today())) | Exists(then))


def visible(by: Actor) -> QuerySet[Round]:
    """Rounds the actor may see."""
    return in_areas(by, Permission.ROUND_VIEW)


def round_for(by: Actor, round_id: int, permission: str) -> Round | None:
    """Give a round in an area where the actor holds a permission."""
    return in_areas(by, permission).filter(pk=round_id).first()


def by_id(round_id: int) -> Round:
    """Give a round, for work that asks for its permission at each action."""
    return Round.objects.select_related("unit", "previous").get(pk=round_id)


def held(round_id: int) -> Round:
    """Hold a round for a change until the end of the transaction."""
    return Round.objects.select_for_update(of=("self",)).select_related("unit", "previous").get(pk=round_id)


def has_open_draw(round_: Round) -> bool:
    """Say whether a draw is open: frame and design must stay as they are until it is done or abandoned."""
    return Draw.objects.filter(round=round_, state__in=[Draw.State.OPEN, Draw.State.DRAWING]).exists()
