"""Units as people name them when they give tasks."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.improvement.permissions import Permission
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units import queries as units
from sipas_web.units.kinds import Kind
from sipas_web.units.queries import Unit

GROUPS = (Kind.PROVINCE, Kind.DISTRICT, Kind.COMMUNE, Kind.AGENCY, Kind.ONE_STOP)


def units_named(lines: Sequence[str]) -> tuple[list[Unit], list[str]]:
    """Find the units of today that lines name by code or full name; and the lines that name none, or several."""
    found: dict[int, Unit] = {}
    faults = []
    for line in lines:
        unit = _named(line)
        if unit is None:
            faults.append(line)
        else:
            found[unit.pk] = unit
    return list(found.values()), faults


def groups_of(by: Actor) -> list[Kind]:
    """List the kinds of which an actor gives tasks to some unit of today."""
    kinds = set(_in_areas(by).values_list("kind", flat=True).distinct())
    return [kind for kind in GROUPS if kind in kinds]


def units_of_group(by: Actor, kind: str) -> list[Unit]:
    """List the units of a kind to which an actor gives tasks, in Vietnamese order."""
    return list(_in_areas(by).filter(kind=kind).order_by("sort_key", "code"))


def givers_of(areas: frozenset[int]) -> QuerySet[Unit]:
    """List the units in whose name somebody may give tasks who works at some units (ids)."""
    return Unit.objects.filter(pk__in=areas).order_by("sort_key", "pk")


def _named(line: str) -> Unit | None:
    today = units.holding(Unit.objects.all(), units.today())
    code = line.rpartition("(")[2].rstrip(") ") if line.endswith(")") else line  # as lists show it: name (code)
    for fit in (today.filter(code=code), today.filter(search_key=search_key(line))):
        rows = list(fit.order_by("pk")[:2])
        if len(rows) == 1:
            return rows[0]
    return None


def _in_areas(by: Actor) -> QuerySet[Unit]:
    today = units.holding(Unit.objects.all(), units.today())
    areas = by.holder.areas_of(str(Permission.TASK_GIVE)) if by.may(Permission.TASK_GIVE) else []
    return today if areas is None else today.filter(pk__in=areas)
