"""The script's own books: what happened to each case, whatever the system says of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.web.functional.province.paper import BLANK, ITEMS, Answers, boxes, is_due

# Of the outcomes that the people here meet: AAPOR's group, and which of two stands (Standard Definitions, 10th
# edition: what is final above what is not, what is known of a person above what is not).
GROUP = {
    "2.11": ("R", 4), "4.10": ("NE", 5), "2.32": ("O", 3), "2.22": ("NC", 2), "2.25": ("NC", 2), "1.1": ("NC", 1),
    "2.27": ("NC", 1), "3.18": ("UH", 0),
}  # fmt: skip
ENDS = {"R", "NE", "O"}


@dataclass(frozen=True)
class Visit:
    """An attempt as it was written down; ``is_true``: somebody was really there."""

    day: dt.date
    outcome: str
    interviewer: str
    is_true: bool = True


@dataclass
class Case:
    """A drawn unit and what became of it."""

    code: str
    role: str
    stratum: str
    order: int
    commune: str
    agency: str
    kind: str
    would_answer: Answers
    office: int = 0
    interviewer: str = ""
    visits: list[Visit] = field(default_factory=list)
    step: str = ""  # of the paper form: delivered, collected, received, keyed
    paper: Answers | None = None  # what stands on the form that came back
    made_up: str = ""  # the way, where its interviewer invented it
    keyed: dict[str, dict[str, str]] = field(default_factory=dict)  # keyer -> place -> typed
    decided: dict[str, str] = field(default_factory=dict)  # by who reconciled, where two differed
    sent: list[Answers] = field(default_factory=list)  # on the web, in the order they were taken
    counts: str = ""  # whose answer counts: web, paper
    replaces: str = ""
    replaced_by: str = ""

    @property
    def is_out(self) -> bool:
        """Whether it is in the field."""
        return self.role == "official" or bool(self.replaces)

    @property
    def group(self) -> str:
        """Give AAPOR's group as of now."""
        if self.counts:
            return "I" if self.is_valid else "R"  # too few answers: a break-off
        if not self.visits:
            return "UH"
        return max(enumerate(GROUP[v.outcome] for v in self.visits), key=lambda one: (one[1][1], one[0]))[1][0]

    @property
    def state(self) -> str:
        """Say where it stands."""
        for holds, state in (
            (self.counts, "answered"),
            (self.replaced_by, "replaced"),
            (not self.is_out, "reserve"),
            (self.step in {"collected", "received", "keyed"}, self.step),
            (self.group in ENDS, "not_answered"),
            (self.step == "delivered", "delivered"),
            (self.visits, "visited"),
        ):
            if holds:
                return state
        return "issued"

    @property
    def is_valid(self) -> bool:
        """Whether half of the rated items are answered in what counts."""
        return 2 * sum(name in ITEMS for name in self.answer) >= len(ITEMS)

    @property
    def is_final(self) -> bool:
        """Whether a reserve may go out for it: an end, or three visits to somebody who was not met."""
        if self.replaced_by or not self.is_out or (self.counts and self.is_valid):
            return False
        return self.state in {"not_answered", "answered"} or (self.state == "visited" and len(self.visits) >= 3)

    @property
    def answer(self) -> dict[str, int]:
        """Give the single answers that count, as the system must have them; none before any does."""
        if not self.counts:
            return {}
        if self.counts == "web":
            return {n: int(v) for n, v in self.sent[0].items() if isinstance(v, int)}
        keys = {box.name: {key: value for value, key in box.keys.items()} for box in boxes(self.kind)}
        single = {n: t for n, t in self.taken.items() if t not in {"", BLANK} and keys[n] and len(t) == 1}
        return {n: keys[n][t] for n, t in single.items()}

    @property
    def taken(self) -> dict[str, str]:
        """Give what was taken of its two keyings: where both agree theirs, right or wrong."""
        first, second = self.keyed.values()
        return {n: t if t == second[n] else self.decided[n] for n, t in first.items()}


@dataclass
class Books:
    """All cases, and who re-verified which."""

    cases: dict[str, Case]
    again: dict[str, dict[str, int]] = field(default_factory=dict)  # re-verified: question asked again -> answer
    verdicts: dict[str, str] = field(default_factory=dict)
    opened: list[tuple[str, str]] = field(default_factory=list)  # who opened the contact of which case

    def out(self) -> list[Case]:
        """List the cases in the field."""
        return [case for case in self.cases.values() if case.is_out]

    def next_reserve(self, stratum: str) -> Case:
        """Give the reserve whose turn it is."""
        left = [c for c in self.cases.values() if c.role == "reserve" and c.stratum == stratum and not c.replaces]
        return min(left, key=lambda case: case.order)

    def states(self, cases: Iterable[Case] | None = None) -> Counter[str]:
        """Count cases by where they stand."""
        return Counter(case.state for case in (self.out() if cases is None else cases))

    def rates(self, cases: Iterable[Case] | None = None) -> dict[str, float | None]:
        """Work out AAPOR's rates by hand: RR1, RR3, COOP1, REF1; e is of the whole round (proportional allocation)."""
        whole = Counter(case.group for case in self.out())
        eligible = sum(whole[g] for g in ("I", "P", "R", "NC", "O"))
        known = eligible + whole["NE"]
        e = eligible / known if known else 1.0
        n = Counter(case.group for case in (self.out() if cases is None else cases))
        inside, unknown = sum(n[g] for g in ("I", "P", "R", "NC", "O")), n["UH"] + n["UO"]
        met = n["I"] + n["P"] + n["R"] + n["O"]
        shares = {
            "RR1": (n["I"], inside + unknown), "RR3": (n["I"], inside + e * unknown), "COOP1": (n["I"], met),
            "REF1": (n["R"], inside + unknown),
        }  # fmt: skip
        return {name: above / below if below else None for name, (above, below) in shares.items()}

    def keying(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Count what each keyer got wrong in each place, of the places that had to be keyed: errors, places."""
        found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for case in self.cases.values():
            if len(case.keyed) < 2 or case.paper is None:
                continue
            for keyer, place, is_wrong in self._typed(case):
                found[keyer, place][0] += is_wrong
                found[keyer, place][1] += 1
        return {key: (errors, places) for key, (errors, places) in found.items()}

    def _typed(self, case: Case) -> Iterator[tuple[str, str, bool]]:
        assert case.paper is not None
        right = case.taken
        for box in boxes(case.kind):
            if is_due(box, case.paper):
                for keyer, fields in case.keyed.items():
                    yield keyer, box.name, fields[box.name] != right[box.name]
