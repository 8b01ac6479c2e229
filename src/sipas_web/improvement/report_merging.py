"""Merging of reports from below: every unit once, whatever was taken in and in whichever order. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Lines = Mapping[str, Mapping[str, int]]  # source -> line -> count
OUTSIDE, COUNTED_ELSEWHERE = "outside", "elsewhere"


@dataclass(frozen=True, slots=True)
class Below:
    """A report that was taken in from below.

    ``steps``: from its unit up to the one that merges. The widest report is taken whole, so that its own total stands
    in the merged one; among equals the one with the lowest number, which no order of arrival changes.
    """

    report: int
    steps: int
    units: Mapping[int, Lines]


@dataclass(frozen=True, slots=True)
class Counted:
    """A unit's counts, and the report they came with; none: the program's own."""

    lines: Lines
    via: int | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A unit that a report from below counts and the merged one does not take from it."""

    unit: int
    report: int
    why: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Every unit of an area once."""

    units: Mapping[int, Counted]
    left_out: tuple[LeftOut, ...]


def merge(
    area: Collection[int], below: Iterable[Below], own: Callable[[Collection[int]], Mapping[int, Lines]]
) -> Merged:
    """Count every unit of an area once: from the widest report that counts it, else by ``own``."""
    inside = set(area)
    units: dict[int, Counted] = {}
    left_out: list[LeftOut] = []
    for given in sorted(below, key=lambda b: (b.steps, b.report)):
        for unit, lines in given.units.items():
            if unit not in inside:
                left_out.append(LeftOut(unit, given.report, OUTSIDE))
            elif unit in units:
                left_out.append(LeftOut(unit, given.report, COUNTED_ELSEWHERE))
            else:
                units[unit] = Counted(lines, given.report)
    rest = sorted(inside - units.keys())
    found = own(rest) if rest else {}
    units.update({unit: Counted(found.get(unit, {}), None) for unit in rest})
    return Merged(units, tuple(sorted(left_out, key=lambda one: (one.report, one.unit))))


def totals(lines: Iterable[Lines]) -> dict[tuple[str, str], int]:
    """Add the counts of units."""
    added: dict[tuple[str, str], int] = {}
    for one in lines:
        for source, counts in one.items():
            for line, count in counts.items():
                added[source, line] = added.get((source, line), 0) + count
    return added


def differences(before: Iterable[Lines], now: Iterable[Lines]) -> dict[tuple[str, str], tuple[int, int]]:
    """Give what differs between two sums: line -> (before, now)."""
    old, new = totals(before), totals(now)
    pairs: dict[Any, tuple[int, int]] = {key: (old.get(key, 0), new.get(key, 0)) for key in old.keys() | new.keys()}
    return {key: pair for key, pair in sorted(pairs.items()) if pair[0] != pair[1]}
