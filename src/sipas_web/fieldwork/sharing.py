"""Sharing cases out among people by area and load. Pure: the same figures give the same shares.

First each commune goes whole to the least loaded of those who may take it. Then, while somebody is outside the band of
``BAND`` around the mean load and a way leads to somebody better placed, a whole commune moves where one fits, else as
few cases as bring them into the band, over several hands where the areas ask for it.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

BAND = 0.2  # of the mean load, to both sides


@dataclass(slots=True)
class Shares:
    """Who takes how many new cases of which commune; ``left``: communes nobody may take."""

    flow: dict[tuple[str, int], int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)


def share(communes: Mapping[str, int], loads: Mapping[int, int], allowed: Mapping[str, Collection[int]]) -> Shares:
    """Share the new cases of communes among people.

    Parameters
    ----------
    communes : Mapping of str to int
        New cases of each commune.
    loads : Mapping of int to int
        Cases each person has already.
    allowed : Mapping of str to collection of int
        Who may take cases of a commune; people not in ``loads`` are passed over.

    Returns
    -------
    Shares
        Every new case once.
    """
    may = {commune: sorted(set(allowed.get(commune, ())) & loads.keys()) for commune in communes}
    left = {commune: n for commune, n in communes.items() if n and not may[commune]}
    hands = _Hands(dict(loads), {c: people for c, people in may.items() if people and communes[c]})
    for commune in sorted(hands.may, key=lambda c: (-communes[c], c)):
        hands.move(commune, None, min(hands.may[commune], key=lambda p: (hands.load[p], p)), communes[commune])
    while hands.ease() or hands.fill():
        pass
    return Shares({key: n for key, n in sorted(hands.flow.items()) if n}, left)


@dataclass
class _Hands:
    load: dict[int, int]
    may: dict[str, list[int]]
    flow: dict[tuple[str, int], int] = field(default_factory=dict)

    def move(self, commune: str, giver: int | None, taker: int, n: int) -> None:
        if giver is not None:
            self.flow[commune, giver] -= n
            self.load[giver] -= n
        self.flow[commune, taker] = self.flow.get((commune, taker), 0) + n
        self.load[taker] += n

    def band(self) -> tuple[int, int]:
        mean = sum(self.load.values()) / len(self.load)
        return math.floor((1 - BAND) * mean), math.ceil((1 + BAND) * mean)

    def ease(self) -> bool:
        """Take from the most loaded person above the band who can be helped; say whether anybody was."""
        if not self.load:
            return False
        low, high = self.band()
        for giver in sorted((p for p, n in self.load.items() if n > high), key=lambda p: (-self.load[p], p)):
            if self._whole(giver, low, high):
                return True
            ways = self._ways(giver, forwards=True)
            taker = min(ways, key=lambda p: (self.load[p], p))
            if self.load[taker] <= self.load[giver] - 2:
                self._along(ways, giver, taker, min(self.load[giver] - high, self._half(giver, taker)), forwards=True)
                return True
        return False

    def fill(self) -> bool:
        """Give to the least loaded person below the band who can be reached; say whether anybody was."""
        if not self.load:
            return False
        low, _high = self.band()
        for taker in sorted((p for p, n in self.load.items() if n < low), key=lambda p: (self.load[p], p)):
            ways = self._ways(taker, forwards=False)
            giver = max(ways, key=lambda p: (self.load[p], -p))
            if self.load[giver] >= self.load[taker] + 2:
                self._along(ways, taker, giver, min(low - self.load[taker], self._half(giver, taker)), forwards=False)
                return True
        return False

    def _half(self, giver: int, taker: int) -> int:
        return (self.load[giver] - self.load[taker]) // 2

    def _whole(self, giver: int, low: int, high: int) -> bool:
        """Move the one whole commune that brings the giver nearest to the band and keeps both above and below it."""
        excess = self.load[giver] - high
        fits = [
            (abs(n - excess), commune, self.load[taker], taker, n)
            for (commune, holder), n in self.flow.items()
            if holder == giver and 0 < n <= self.load[giver] - low
            for taker in self.may[commune]
            if taker != giver and self.load[taker] + n <= high
        ]
        if not fits:
            return False
        _distance, commune, _load, taker, n = min(fits)
        self.move(commune, giver, taker, n)
        return True

    def _ways(self, start: int, *, forwards: bool) -> dict[int, tuple[int, str] | None]:
        """Give everybody cases can pass to from a person, or from whom they can pass to them, and over whom."""
        ways: dict[int, tuple[int, str] | None] = {start: None}
        queue = deque([start])
        while queue:
            here = queue.popleft()
            for commune, people in sorted(self.may.items()):
                if not (self.flow.get((commune, here)) if forwards else here in people):
                    continue
                for other in people:
                    if other not in ways and (forwards or self.flow.get((commune, other))):
                        ways[other] = here, commune
                        queue.append(other)
        return ways

    def _along(
        self, ways: Mapping[int, tuple[int, str] | None], start: int, end: int, most: int, *, forwards: bool
    ) -> None:
        """Pass cases along the way between two people, as many as every hand on it can pass."""
        steps, here = [], end
        while (step := ways[here]) is not None:
            before, commune = step
            steps.append((commune, before, here) if forwards else (commune, here, before))
            here = before
        n = min(most, *(self.flow[commune, giver] for commune, giver, _taker in steps))
        for commune, giver, taker in steps:
            self.move(commune, giver, taker, n)
