"""What the pages of one directive and of the list show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from sipas_web.audit.actors import Actor
from sipas_web.improvement.directive_wording import indicator_label, kind_label, part_label
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import targets as target_reads
from sipas_web.improvement.queries import tasks as task_reads
from sipas_web.improvement.queries.directives import (
    Addressee,
    Citation,
    Directive,
    ProposedTarget,
    Provision,
    cascade,
    citing,
    kept_like,
    names,
    owning,
    timing,
    visible,
)
from sipas_web.improvement.queries.directives.access import inside
from sipas_web.units.queries import today

MOST_TASKS = 100
CSV_HEADS = (
    "Số, ký hiệu",
    "Ngày",
    "Cơ quan ban hành",
    "Loại",
    "Trích yếu",
    "Nơi nhận",
    "Đã chuyển tiếp",
    "Chưa chuyển tiếp",
)


@dataclass(slots=True)
class Named:
    """Addressees of one collective name, or one that stands alone."""

    name: str
    rows: list[Addressee] = field(default_factory=list)
    is_group: bool = False
    is_collective: bool = False  # still to be taken apart

    @property
    def first(self) -> Addressee:
        """Give the row by which its page is found."""
        return self.rows[0]


@dataclass(frozen=True, slots=True)
class Order:
    """An order with its tasks."""

    provision: Provision
    tasks: Sequence[Any]
    owners: int
    unknown: Sequence[str]


def addressees_of(directive: Directive) -> list[Named]:
    """Gather the addressees by the names of the letter."""
    found: dict[str, Named] = {}
    for row in directive.addressees.select_related("unit"):
        if row.came_from_id is not None:
            continue
        name = row.group or row.name
        entry = found.setdefault(name, Named(name, is_group=bool(row.group)))
        entry.rows.append(row)
        entry.is_collective |= not row.group and row.unit_id is None and names.is_collective(name)
    return list(found.values())


def orders_of(directive: Directive, by: Actor) -> list[Order]:
    """List the orders with the tasks given from them that the reader may see, and who would own the others."""
    addressees = list(directive.addressees.select_related("unit"))
    given: dict[str, list[Any]] = defaultdict(list)
    if by.may(Permission.TASK_VIEW):
        seen = (
            task_reads
            .visible(by)
            .filter(directive=directive)
            .select_related("unit")
            .prefetch_related(task_reads.GRANTED)
        )
        for task in seen.order_by("unit__sort_key"):
            given[task.path].append((task, task_reads.state_of(task, today())))
    orders = []
    for provision in directive.provisions.prefetch_related("parties__unit").select_related("above__directive"):
        owners, unknown = owning.owners_of(provision, addressees)
        orders.append(Order(provision, given.get(provision.path, []), len(owners), unknown))
    return orders


def facts(directive: Directive, by: Actor) -> dict[str, Any]:
    """Give what the page of a kept directive shows."""
    may_keep = by.may(Permission.DIRECTIVE_KEEP, directive.unit)
    may_give = directive.state == Directive.State.KEPT and by.may(Permission.TASK_GIVE)
    wanted = [unit.pk for _provision, unit in owning.ungiven(directive)] if may_give else []
    ungiven = inside(by, Permission.TASK_GIVE, wanted)
    return {
        "directive": directive,
        "kind": kind_label(directive.kind),
        "addressees": addressees_of(directive),
        "orders": orders_of(directive, by),
        "citations": citations_of(directive),
        "targets": [target_line(t) for t in directive.proposed_targets.all() if t.is_wanted],
        "set_targets": set_targets(directive, by),
        "may_set": by.may(Permission.TARGET_SET),
        "node": cascade.tree_of(directive, by),
        "above": above_lines(directive, by),
        "changes": [(change, part_label(change.what)) for change in directive.changes.all()],
        "conflicts": [timing.sentence(fault) for fault in timing.conflicts(directive)],
        "may_keep": may_keep,
        "ungiven": sum(pk in ungiven for pk in wanted),
    }


def citations_of(directive: Directive) -> list[tuple[Citation, str]]:
    """List the documents cited with their kinds in words."""
    return [(c, kind_label(c.kind)) for c in directive.citations.select_related("cited", "issuer")]


def set_targets(directive: Directive, by: Actor) -> list[Any]:
    """List the targets that were set from a directive and that the reader may see."""
    return list(target_reads.visible(by).filter(directive=directive, withdrawn=None).select_related("unit"))


def target_line(target: ProposedTarget) -> tuple[ProposedTarget, str]:
    """Give a figure with what it measures."""
    return target, str(indicator_label(target.indicator)) if target.indicator else _("not said")


def csv_rows(directives: Iterable[Directive]) -> Iterable[tuple[str | int | None, ...]]:
    """Put directives into rows of a file."""
    for directive in directives:
        rows = [r for r in directive.addressees.all() if r.until is None]
        standings = [cascade.standing_of(r) for r in rows]
        yield (
            directive.reference, directive.issued.strftime("%d/%m/%Y") if directive.issued else "",
            directive.issuer_label, kind_label(directive.kind),
            directive.subject, len(rows), standings.count("passed_on"), standings.count("open"),
        )  # fmt: skip


def list_rows(directives: Sequence[Directive]) -> list[dict[str, Any]]:
    """Put directives into rows of the list."""
    found = []
    for directive in directives:
        standings = [cascade.standing_of(r) for r in directive.addressees.all() if r.until is None]
        found.append({
            "directive": directive, "kind": kind_label(directive.kind), "total": len(standings),
            "passed_on": standings.count("passed_on"), "open": standings.count("open"),
        })  # fmt: skip
    return found


def missing_rows(found: Sequence[citing.Missing]) -> list[tuple[citing.Missing, str]]:
    """List documents that are missing with their kinds in words."""
    return [(m, kind_label(m.kind)) for m in found]


def above_lines(directive: Directive, by: Actor) -> list[tuple[Directive, bool]]:
    """List the directives above one, from the top down, and whether the reader may open each."""
    above = cascade.above_of(directive)
    seen = set(visible(by).filter(pk__in=[d.pk for d in above]).values_list("pk", flat=True))
    return [(d, d.pk in seen) for d in above]


def parties_line(provision: Provision) -> str:
    """Say who carries an order out."""
    rows = [f"{p.get_role_display()}: {p.unit.full_name if p.unit else p.name}" for p in provision.parties.all()]
    return "; ".join(([_("every addressee")] if provision.is_for_all else []) + rows)


def draft_facts(directive: Directive) -> dict[str, Any]:
    """Give what is still to be looked at before a letter is kept."""
    rows = directive.addressees.select_related("unit")
    return {
        "addressees": addressees_of(directive),
        "unmatched": [row.name for row in rows if row.unit_id is None],
        "unknown": [(order.path, name) for order, name in owning.unknown_owners(directive)],
        "count_tasks": sum(1 for _pair in owning.ungiven(directive)),
        "citations": citations_of(directive),
        "kept": kept_like(directive),
        "later": [timing.sentence(fault) for fault in timing.later_than_above(directive)],
        "issuer": directive.issuer,
    }
