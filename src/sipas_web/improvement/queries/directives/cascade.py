"""The cascade of a directive: who has passed it on by which letter, who has not yet and since when."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Addressee, Directive
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.directives import names
from sipas_web.improvement.queries.directives.access import inside, visible

State = Directive.State
Standing = Literal["passed_on", "itself", "open", "ended", "unknown"]
MOST_LEVELS = 20


@dataclass(slots=True)
class Branch:
    """An addressee and what became of the directive there."""

    addressee: Addressee
    standing: Standing
    child: Node | None = None
    by: Directive | None = None  # the letter that passed it on, also where the reader may not open it

    @property
    def since(self) -> dt.date | None:
        """Day from which it is waited for."""
        return self.addressee.since

    @property
    def is_collective(self) -> bool:
        """Whether the name means several units and was not taken apart."""
        return self.addressee.unit_id is None and names.is_collective(self.addressee.name)


@dataclass(slots=True)
class Node:
    """A directive in its cascade."""

    directive: Directive
    branches: list[Branch] = field(default_factory=list)
    others: list[Node] = field(default_factory=list)  # letters that pass it on, of units it was not addressed to
    hidden: int = 0  # addressees outside the reader's areas
    due: dt.date | None = None  # last deadline of its orders

    def count(self, standing: Standing) -> int:
        """Count the addressees that stand so."""
        return sum(b.standing == standing for b in self.branches)

    @property
    def told(self) -> list[Branch]:
        """Addressees of whom something is known; those who passed it on first."""
        rank = {"passed_on": 0, "itself": 1, "ended": 2, "unknown": 3}
        return sorted((b for b in self.branches if b.standing != "open"), key=lambda b: rank[b.standing])

    @property
    def waiting(self) -> list[Branch]:
        """Addressees who have not passed it on yet."""
        return [b for b in self.branches if b.standing == "open"]

    def children(self) -> Iterator[Node]:
        """Give each directive below once, in the order of the addressees."""
        seen: set[int] = set()
        for child in [*(b.child for b in self.branches), *self.others]:
            if child is not None and child.directive.pk not in seen:
                seen.add(child.directive.pk)
                yield child


def standing_of(row: Addressee) -> Standing:
    """Say how an addressee stands."""
    if row.passed_on_id is not None:
        return "passed_on"
    if row.carries_itself:
        return "itself"
    if row.until is not None:
        return "ended"
    return "open" if row.unit_id is not None else "unknown"


def above_of(directive: Directive) -> list[Directive]:
    """Give the directives above one, from the top down."""
    found: list[Directive] = []
    step = directive.above
    while step is not None and len(found) < MOST_LEVELS:
        found.insert(0, step)
        step = step.above
    return found


def tree_of(directive: Directive, by: Actor) -> Node:
    """Give a directive with everything below it, as far as the reader may see; a few queries for each level."""
    levels = [[directive]]
    while levels[-1] and len(levels) < MOST_LEVELS:
        below = Directive.objects.filter(above__in=[d.pk for d in levels[-1]], state=State.KEPT)
        levels.append(
            list(below.select_related("issuer", "unit").prefetch_related("provisions").order_by("issued", "pk"))
        )
    every = [d for level in levels for d in level]
    seen = set(visible(by).filter(pk__in=[d.pk for d in every]).values_list("pk", flat=True)) | {directive.pk}
    rows = _rows(every)
    shown = _shown(by, every, rows)
    nodes = {d.pk: Node(d, due=_due(d)) for d in every}
    below_of: dict[int, list[Directive]] = defaultdict(list)
    for d in every[1:]:
        below_of[d.above_id or 0].append(d)
    for d in every:
        _grow(nodes, d, rows[d.pk], [c for c in below_of[d.pk] if c.pk in seen], shown[d.pk])
    return nodes[directive.pk]


def _grow(
    nodes: dict[int, Node], directive: Directive, rows: list[Addressee], below: list[Directive], inside: set[int]
) -> None:
    node = nodes[directive.pk]
    shown = [row for row in rows if row.pk in inside]
    node.hidden = len(rows) - len(shown)
    here = {c.pk for c in below}
    for row in shown:
        child = nodes.get(row.passed_on_id or 0) if row.passed_on_id in here else None
        node.branches.append(Branch(row, standing_of(row), child, row.passed_on))
    taken = {row.passed_on_id for row in shown}
    node.others = [nodes[c.pk] for c in below if c.pk not in taken]


def _rows(directives: Iterable[Directive]) -> dict[int, list[Addressee]]:
    found: dict[int, list[Addressee]] = defaultdict(list)
    rows = Addressee.objects.filter(directive__in=[d.pk for d in directives])
    for row in rows.select_related("unit", "passed_on", "came_from__unit").order_by("pk"):
        found[row.directive_id].append(row)
    return found


def _shown(by: Actor, directives: list[Directive], rows: dict[int, list[Addressee]]) -> dict[int, set[int]]:
    """Give the addressees a reader may see: all of a letter of their areas, else those of their areas."""
    touched = {u for d in directives for u in (d.issuer_id, d.unit_id)} | {
        r.unit_id for found in rows.values() for r in found
    }
    mine = inside(by, Permission.DIRECTIVE_VIEW, touched)
    return {
        d.pk: {
            r.pk
            for r in rows[d.pk]
            if r.unit_id in mine or d.issuer_id in mine or (not d.issuer_id and d.unit_id in mine)
        }
        for d in directives
    }


def _due(directive: Directive) -> dt.date | None:
    days = [p.due for p in directive.provisions.all() if p.is_task and p.due]
    return max(days, default=None)
