"""Who owns the tasks of a directive: the bodies its orders name, or every addressee."""

from __future__ import annotations

from collections.abc import Iterator

from sipas_web.improvement.models import Addressee, Directive, Party, Provision, Task, TaskEntry
from sipas_web.improvement.queries.directives import names
from sipas_web.units.queries import Unit, successions_of, today

MOST_STEPS = 20


def owners_of(provision: Provision, addressees: list[Addressee]) -> tuple[list[Unit], list[str]]:
    """Give the units that own an order, and the names behind which no unit was found."""
    living = [a.unit for a in addressees if a.unit is not None and a.until is None]
    if provision.is_for_all:
        return _once(living), []
    found: list[Unit] = []
    unknown: list[str] = []
    for party in provision.parties.all():
        if party.role != Party.Role.OWN:
            continue
        units = [party.unit] if party.unit is not None else _meant(party.name, addressees)
        found += units
        unknown += [] if units else [party.name]
    return _once(found), unknown


def ungiven(directive: Directive) -> Iterator[tuple[Provision, Unit]]:
    """List the orders with the units that have no task from them yet; units that have ended are passed over.

    A unit whose task was handed to another has had it: it is not offered once more.
    """
    addressees = list(directive.addressees.select_related("unit"))
    given = {(path, unit) for path, unit in Task.objects.filter(directive=directive).values_list("path", "unit_id")}
    handed = TaskEntry.objects.filter(task__directive=directive, before__isnull=False)
    given |= set(handed.values_list("task__path", "before"))
    for provision in directive.provisions.filter(is_task=True).prefetch_related("parties__unit"):
        for unit in owners_of(provision, addressees)[0]:
            if unit.holds(today()) and (provision.path, unit.pk) not in given:
                yield provision, unit


def unknown_owners(directive: Directive) -> list[tuple[Provision, str]]:
    """List the names in orders behind which no unit stands: no task is given to them."""
    addressees = list(directive.addressees.select_related("unit"))
    orders = directive.provisions.filter(is_task=True).prefetch_related("parties__unit")
    return [(order, name) for order in orders for name in owners_of(order, addressees)[1]]


def _meant(name: str, addressees: list[Addressee]) -> list[Unit]:
    """Give the units of the addressees that a name means, as "các sở, ban, ngành" of Kính gửi."""
    return [
        a.unit
        for a in addressees
        if a.unit is not None
        and a.until is None
        and (names.is_same_group(name, a.group or a.name) or names.is_member(name, a.name, a.unit))
    ]


def _once(found: list[Unit]) -> list[Unit]:
    """Give each unit once; in the place of one that has ended those that took it over."""
    units: dict[int, Unit] = {}
    for unit in found:
        units |= {one.pk: one for one in living(unit)}
    return list(units.values())


def living(unit: Unit, depth: int = 0) -> list[Unit]:
    """Give the unit, or those that took it over and exist today."""
    if unit.holds(today()) or depth > MOST_STEPS:
        return [unit]
    return [one for step in successions_of(unit) for one in living(step.successor, depth + 1)] or [unit]
