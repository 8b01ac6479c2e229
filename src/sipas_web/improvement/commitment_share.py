"""How much of what was signed was kept: pure counting, against 100 %."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

FULFILLED, PARTLY, NOT, OPEN = "fulfilled", "partly", "not", ""


@dataclass(frozen=True, slots=True)
class Line:
    """A commitment: whether it was signed, and the newest verdict on each of its items (empty: not reviewed)."""

    is_signed: bool
    verdicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """Counts that add. Items are those of signed commitments; an item not reviewed is not fulfilled."""

    asked: int = 0  # commitments asked for, signed or not
    signed: int = 0
    complete: int = 0  # signed, and every item fulfilled
    items: int = 0
    by_verdict: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: Share) -> Share:
        """Put two counts together."""
        names = self.by_verdict.keys() | other.by_verdict.keys()
        return Share(
            self.asked + other.asked,
            self.signed + other.signed,
            self.complete + other.complete,
            self.items + other.items,
            {name: self.by_verdict.get(name, 0) + other.by_verdict.get(name, 0) for name in names},
        )

    def count(self, verdict: str) -> int:
        """Count the items with a verdict."""
        return self.by_verdict.get(verdict, 0)

    @property
    def fulfilled(self) -> int:
        """Items kept in full."""
        return self.count(FULFILLED)

    @property
    def partly(self) -> int:
        """Items kept in part: not fulfilled, told apart."""
        return self.count(PARTLY)

    @property
    def not_kept(self) -> int:
        """Items not kept."""
        return self.count(NOT)

    @property
    def unreviewed(self) -> int:
        """Items nobody has reviewed."""
        return self.count(OPEN)

    @property
    def unsigned(self) -> int:
        """Commitments still asked for."""
        return self.asked - self.signed

    @property
    def percent(self) -> float | None:
        """Items fulfilled of all items signed; none where nothing was signed."""
        return 100 * self.fulfilled / self.items if self.items else None

    @property
    def percent_complete(self) -> float | None:
        """Units that kept everything, of all that were asked: who has not signed has not kept it."""
        return 100 * self.complete / self.asked if self.asked else None


def share_of(line: Line) -> Share:
    """Count one commitment."""
    if not line.is_signed:
        return Share(asked=1)
    counts = {name: line.verdicts.count(name) for name in dict.fromkeys(line.verdicts)}
    complete = bool(line.verdicts) and set(line.verdicts) == {FULFILLED}
    return Share(1, 1, int(complete), len(line.verdicts), counts)


def total(shares: Iterable[Share]) -> Share:
    """Add up."""
    return sum(shares, start=Share())
