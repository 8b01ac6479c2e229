"""Deadlines along a cascade: an order that is passed on is not due later than the order it comes from."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max
from django.utils.translation import gettext as _

from sipas.letters.text import fold
from sipas_web.improvement.models import Directive, Provision, Task

LIKE = 0.5  # share of words in common (Dice): below this two orders are told apart

_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Later:
    """An order that is due later than the one above it."""

    provision: Provision
    due: dt.date
    above: Directive
    limit: dt.date
    path: str  # of the order above; empty: the last deadline of the whole directive


def later_than_above(directive: Directive) -> list[Later]:
    """List the orders of a directive that are due later than what it passes on."""
    return later_than(directive, directive.above) if directive.above is not None else []


def later_than(directive: Directive, above: Directive) -> list[Later]:
    """List the orders of a directive that would be due later than those of another."""
    orders = [p for p in directive.provisions.select_related("above") if p.is_task and p.due is not None]
    if not orders:
        return []
    limits = limits_of(above, directive)
    last = max((day for day in limits.values() if day is not None), default=None)
    found = []
    for order in orders:
        paired = order.above if order.above is not None and order.above.directive_id == above.pk else None
        limit = limits.get(paired.pk) if paired else None
        path = paired.path if paired and limit else ""
        limit = limit or last
        if limit is not None and order.due is not None and order.due > limit:
            found.append(Later(order, order.due, above, limit, path))
    return found


def limits_of(above: Directive, below: Directive) -> dict[int, dt.date | None]:
    """Give the last day of each order of a directive, with extensions granted to who passes it on."""
    extended = dict(
        Task.objects
        .filter(directive=above, unit=below.issuer or below.unit, due__isnull=False, follows=None)
        .values_list("path")
        .annotate(day=Max("due"))
        .order_by()
    )
    return {
        p.pk: max(day for day in (p.due, extended.get(p.path)) if day) if p.due else None
        for p in above.provisions.all()
        if p.is_task
    }


def conflicts(directive: Directive) -> list[Later]:
    """List the orders in letters below that are due later, as after a correction of this directive."""
    below = directive.below.filter(state=Directive.State.KEPT).select_related("issuer", "unit")
    return [fault for child in below for fault in later_than(child, directive)]


def pair(directive: Directive) -> None:
    """Propose for each order which one of the directive above it passes on, by its words; given ones stay."""
    if directive.above is None:
        return
    above = [(p, _words(p.text)) for p in directive.above.provisions.all() if p.is_task]
    for order in directive.provisions.filter(is_task=True, above=None):
        order.above = closest(_words(order.text), above)
        if order.above is not None:
            order.save(update_fields=["above"])


def closest(words: frozenset[str], among: Iterable[tuple[Provision, frozenset[str]]]) -> Provision | None:
    """Give the order with the most words in common, if they are enough."""
    rated = [(2 * len(words & other) / max(len(words) + len(other), 1), p.pk, p) for p, other in among]
    best = max(rated, default=None, key=lambda r: (r[0], -r[1]))
    return best[2] if best is not None and best[0] >= LIKE else None


def sentence(fault: Later) -> str:
    """Say which deadline is later than which."""
    values = {
        "path": fault.provision.path,
        "due": fault.due.strftime("%d/%m/%Y"),
        "above": fault.above.reference,
        "limit": fault.limit.strftime("%d/%m/%Y"),
        "above_path": fault.path,
    }
    if fault.path:
        return (
            _(
                "Order %(path)s is due on %(due)s, later than order %(above_path)s of %(above)s, due on %(limit)s. "
                "Give an earlier day, or correct %(above)s first."
            )
            % values
        )
    return (
        _(
            "Order %(path)s is due on %(due)s, later than the last deadline of %(above)s, %(limit)s. Give an earlier "
            "day, or correct %(above)s first."
        )
        % values
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(fold(text)))
