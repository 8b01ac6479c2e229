"""What a corrected version changed: the index of each domain in both versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sipas.rounds.published import PublishedRound
from sipas_web.results.queries import Publication, folder_of, reading
from sipas_web.results.queries.reading_names import WHOLE, domain_name, kind_name

NOTHING = 0.005  # points: less does not show with two decimals


@dataclass(frozen=True, slots=True)
class Difference:
    """The index of a domain before and after; a missing value is withheld in that version, or not there."""

    kind: str
    name: str
    before: float | None
    after: float | None
    is_hidden: bool  # withheld in either version: then no difference is shown

    @property
    def change(self) -> float | None:
        """Points; none where a version withholds its value."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def is_same(self) -> bool:
        """Whether nothing shows."""
        change = self.change
        return (change is not None and abs(change) < NOTHING) or (self.before is None and self.after is None)


def differences(before: Publication, after: Publication) -> list[Difference]:
    """Compare the root of the tree in every domain of two versions; the whole round first."""
    results = reading.read(folder_of(after))
    old, new = _index(reading.read(folder_of(before))), _index(results)
    ordered = sorted({*old, *new}, key=lambda key: (key[0] != WHOLE, key))
    return [_difference(results, *key, old.get(key), new.get(key)) for key in ordered]


def _difference(results: PublishedRound, kind: str, domain: str, old: Any, new: Any) -> Difference:
    hidden = any(value is not None and value.suppressed for value in (old, new))
    before, after = (None if hidden or value is None else value.percent for value in (old, new))
    return Difference(kind_name(results, kind), domain_name(results, kind, domain), before, after, hidden)


def _index(results: PublishedRound) -> dict[tuple[str, str], Any]:
    root = results.figures.root
    return {(kind, domain): value for (kind, domain, node), value in results.figures.values.items() if node == root}
