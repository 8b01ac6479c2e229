"""Joining of adjustment classes that are too small, by a rule that anyone can repeat."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from sipas.errors import SipasError


@dataclass(slots=True)
class _Group:
    """A run of neighbouring classes, in a linked list by their place in the sorted order."""

    keys: list[tuple[str, ...]]
    respondents: int
    eligible_weight: float
    respondent_weight: float
    before: int
    after: int


def collapse_classes(
    counts: pl.DataFrame, by: Sequence[str], *, smallest: int, largest_factor: float = float("inf")
) -> pl.DataFrame:
    """Join classes until each has enough respondents.

    Parameters
    ----------
    counts : polars.DataFrame
        One row per class: the columns ``by`` (coarse first), ``respondents`` (int), ``eligible_weight`` and
        ``respondent_weight`` (float). A missing class value counts as a value of its own.
    by : sequence of str
        Columns that make the classes, the coarsest first.
    smallest : int
        Least number of respondents in a class, at least 1.
    largest_factor : float
        Largest eligible weight / respondent weight a class may have.

    Returns
    -------
    polars.DataFrame
        The columns ``by`` and ``class`` (label of the joined class), sorted by ``by``. A joined class is labelled
        ``first…last``.

    Raises
    ------
    SipasError
        ``weighting.no_respondents`` where nobody responded at all.

    Notes
    -----
    The rule. Classes stand sorted by their columns. While a class is short of respondents or its factor is too large,
    take the one with fewest respondents (then the first), and join it to the neighbour in the order that shares
    more leading columns with it (then the one with fewer respondents, then the one before it). Joined classes stay
    neighbours, so a class is always a run of the sorted list. Where one class is left, it stays as it is. Values of one
    column stand in the order of their text, which says nothing of likeness: only leading columns that are shared do. So
    give first what tells response best and must not be mixed, as ``respondent_kind`` before ``agency``.
    """
    ordered = counts.sort(by, nulls_last=False)
    if int(ordered["respondents"].sum()) == 0:
        raise SipasError("weighting.no_respondents", "respondents", expected=smallest, got=0)
    rows = ordered.select(*by, "respondents", "eligible_weight", "respondent_weight").iter_rows()
    groups = {
        i: _Group([tuple("" if v is None else str(v) for v in row[:-3])], row[-3], row[-2], row[-1], i - 1, i + 1)
        for i, row in enumerate(rows)
    }

    def short(group: _Group) -> bool:
        return group.respondents < max(smallest, 1) or group.eligible_weight > largest_factor * group.respondent_weight

    _join_while(groups, short)
    labels = [_label(group) for group in groups.values() for _ in group.keys]
    return ordered.select(by).with_columns(pl.Series("class", labels, dtype=pl.String))


def _join_while(groups: dict[int, _Group], short: Callable[[_Group], bool]) -> None:
    """Join in the order of the rule; a heap holds the short classes, entries that no longer hold are skipped."""
    waiting = [(group.respondents, at) for at, group in groups.items() if short(group)]
    heapq.heapify(waiting)
    while waiting and len(groups) > 1:
        respondents, at = heapq.heappop(waiting)
        if at not in groups or groups[at].respondents != respondents or not short(groups[at]):
            continue
        beside = [other for other in (groups[at].before, groups[at].after) if other in groups]
        other = min(beside, key=lambda o: _distance(groups, at, o))
        joined = _join(groups, min(at, other), max(at, other))
        if short(groups[joined]):
            heapq.heappush(waiting, (groups[joined].respondents, joined))


def _distance(groups: dict[int, _Group], at: int, other: int) -> tuple[int, int, int]:
    left, right = groups[min(at, other)].keys[-1], groups[max(at, other)].keys[0]
    shared = next((i for i, (a, b) in enumerate(zip(left, right, strict=True)) if a != b), len(left))
    return (-shared, groups[other].respondents, other)


def _join(groups: dict[int, _Group], first: int, second: int) -> int:
    left, right = groups[first], groups.pop(second)
    left.keys += right.keys
    left.respondents += right.respondents
    left.eligible_weight += right.eligible_weight
    left.respondent_weight += right.respondent_weight
    left.after = right.after
    if right.after in groups:
        groups[right.after].before = first
    return first


def _label(group: _Group) -> str:
    first, last = " × ".join(group.keys[0]), " × ".join(group.keys[-1])
    return first if len(group.keys) == 1 else f"{first}…{last}"
