"""How the closure is made from memberships and successions: pure, in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Period = tuple[dt.date, dt.date]
Way = Literal["own", "continued", "succeeded"]
DAY = dt.timedelta(days=1)
FOREVER = dt.date.max


@dataclass(frozen=True, slots=True)
class Line:
    """Under an ancestor during a period.

    ``own``: by place in the tree. ``continued``: the ancestor ended, and a unit of the same territory that came from
    it alone goes on (a province becomes a city). ``succeeded``: the descendant ended; it lies where its successors lie.
    """

    ancestor: int
    period: Period
    depth: int
    way: Way = "own"


@dataclass(slots=True)
class Tree:
    """What the closure is made from, by unit id."""

    periods: Mapping[int, Period]
    parents: Mapping[int, list[tuple[int, Period]]]
    successors: Mapping[int, list[int]]
    continues: Mapping[int, int]  # unit -> the unit it continues
    # Lines of units that are not made anew.
    known: dict[int, tuple[Line, ...]] = field(default_factory=dict)

    def lines(self, unit: int) -> tuple[Line, ...]:
        """Give every ancestor of a unit over time, itself first."""
        if unit not in self.known:
            during = self._during(unit)
            self.known[unit] = during + self._after(unit)
        return self.known[unit]

    def _during(self, unit: int) -> tuple[Line, ...]:
        own = [Line(unit, self.periods[unit], 0)]
        earlier = self.continues.get(unit)
        while earlier is not None:
            own.append(Line(earlier, self.periods[unit], 0, "continued"))
            earlier = self.continues.get(earlier)
        for parent, period in self.parents.get(unit, ()):
            for line in self.lines(parent):
                common = overlap(line.period, period)
                if common:
                    own.append(Line(line.ancestor, common, line.depth + 1, line.way))
        return tuple(own)

    def _after(self, unit: int) -> tuple[Line, ...]:
        last = self.periods[unit][1]
        successors = self.successors.get(unit, [])
        if last == FOREVER or not successors:
            return ()
        shared = _by_ancestor(self.lines(successors[0]))
        for other in successors[1:]:
            theirs = _by_ancestor(self.lines(other))
            shared = {a: _both(shared[a], theirs[a]) for a in shared.keys() & theirs.keys()}
        later = (last + DAY, FOREVER)
        return tuple(
            Line(ancestor, common, depth, "succeeded")
            for ancestor, found in sorted(shared.items())
            for period, depth in found
            if (common := overlap(period, later))
        )


def overlap(one: Period, other: Period) -> Period | None:
    """Give the days two periods share."""
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start <= end else None


def _by_ancestor(lines: Iterable[Line]) -> dict[int, list[tuple[Period, int]]]:
    found: dict[int, list[tuple[Period, int]]] = {}
    for line in lines:
        found.setdefault(line.ancestor, []).append((line.period, line.depth))
    return found


def _both(one: list[tuple[Period, int]], other: list[tuple[Period, int]]) -> list[tuple[Period, int]]:
    return [(common, max(d, e)) for p, d in one for q, e in other if (common := overlap(p, q))]
