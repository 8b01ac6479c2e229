"""Keeping the closure in step with memberships and successions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from django.db.models import Q

from sipas_web.units.closure import Line, Period, Tree, Way
from sipas_web.units.models import Ancestry, Membership, Succession, Unit


@dataclass(frozen=True, slots=True)
class Step:
    """One succession."""

    unit: int
    successor: int
    is_whole: bool
    is_beginning: bool  # the successor begins on the day of the succession


def continued(steps: Collection[Step]) -> dict[int, int]:
    """Find who continues whom: whole, each the other's only one, and one beginning where the other ends."""
    after = Counter(step.unit for step in steps)
    before = Counter(step.successor for step in steps)
    return {
        step.successor: step.unit
        for step in steps
        if step.is_whole and step.is_beginning and after[step.unit] == before[step.successor] == 1
    }


def store(lines: Mapping[int, Collection[Line]]) -> None:
    """Write the lines of some units."""
    Ancestry.objects.bulk_create(
        (
            Ancestry(
                ancestor_id=line.ancestor,
                descendant_id=unit,
                valid_from=line.period[0],
                valid_to=line.period[1],
                depth=line.depth,
                way=line.way,
            )
            for unit, found in lines.items()
            for line in found
        ),
        batch_size=2000,
    )


def refresh(units: Iterable[int]) -> None:
    """Make the lines of some units and of everything under them anew; the rest is read as it stands."""
    stale = _with_descendants(set(units))
    tree = _tree(stale)
    Ancestry.objects.filter(descendant__in=stale).delete()
    store({unit: tree.lines(unit) for unit in stale})


def _with_descendants(units: set[int]) -> set[int]:
    """Add what lies under them on any day, predecessors that lie where they lie included."""
    below = Ancestry.objects.filter(ancestor__in=units).values_list("descendant_id", flat=True)
    placed = Membership.objects.filter(parent__in=units).values_list("unit_id", flat=True)
    preceding = Succession.objects.filter(successor__in=units).values_list("unit_id", flat=True)
    found = units | set(below) | set(placed) | set(preceding)
    return found if found == units else _with_descendants(found)


def _tree(stale: set[int]) -> Tree:
    parents: dict[int, list[tuple[int, Period]]] = defaultdict(list)
    for m in Membership.objects.filter(unit__in=stale):
        parents[m.unit_id].append((m.parent_id, (m.valid_from, m.valid_to)))
    steps = _steps(stale)
    successors: dict[int, list[int]] = defaultdict(list)
    for step in steps:
        if step.unit in stale:
            successors[step.unit].append(step.successor)
    outside = {p for places in parents.values() for p, _ in places} | {
        s for found in successors.values() for s in found
    }
    periods = {u.pk: u.period() for u in Unit.objects.filter(pk__in=stale)}
    return Tree(periods, parents, successors, continued(steps), _known(outside - stale))


def _steps(units: set[int]) -> list[Step]:
    """Every succession from some units, to them, and from those that came before them."""
    before = Succession.objects.filter(successor__in=units).values("unit_id")
    found = Succession.objects.filter(Q(unit__in=units) | Q(unit__in=before)).select_related("successor")
    whole = Succession.Extent.WHOLE
    return [Step(s.unit_id, s.successor_id, s.extent == whole, s.on == s.successor.valid_from) for s in found]


def _known(units: set[int]) -> dict[int, tuple[Line, ...]]:
    found: dict[int, list[Line]] = {unit: [] for unit in units}
    for a in Ancestry.objects.filter(descendant__in=units).order_by("depth", "valid_from", "ancestor_id"):
        way = cast("Way", a.way)
        found[a.descendant_id].append(Line(a.ancestor_id, (a.valid_from, a.valid_to), a.depth, way))
    return {unit: tuple(lines) for unit, lines in found.items()}
