"""What the pages of procedures show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actors import Actor
from sipas_web.improvement import procedure_files
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import procedures as reads
from sipas_web.improvement.queries.procedures import Difference, Procedure, ProcedureVersion, Simplification
from sipas_web.shared.downloads import Cell


@dataclass(frozen=True, slots=True)
class Line:
    """A procedure in the list with the version of today."""

    procedure: Procedure
    version: ProcedureVersion | None


@dataclass(frozen=True, slots=True)
class Saved:
    """A simplification with what it saves, in the order days, papers, fee, cost."""

    row: Simplification
    parts: tuple[tuple[str, Difference], ...]
    yearly_cost: Decimal | None
    counts_in: str  # kind of days; empty where the two versions count otherwise


def lines(procedures: Iterable[Procedure]) -> list[Line]:
    """Give each procedure the version of today."""
    today = timezone.localdate()
    return [Line(row, reads.version_on(row, today)) for row in procedures]


def saved(rows: Iterable[Simplification]) -> list[Saved]:
    """Work out what simplifications save."""
    made = []
    for row in rows:
        found = reads.saving(row.before, row.after, row.yearly)
        names = (
            (_("Statutory time"), found.days),
            (_("Papers"), found.papers),
            (_("Fee"), found.fee),
            (_("Cost of compliance"), found.cost),
        )
        same = row.before.day_kind == row.after.day_kind
        made.append(Saved(row, names, found.yearly_cost, row.after.get_day_kind_display() if same else ""))
    return made


def procedure_page(procedure: Procedure, by: Actor) -> dict[str, Any]:
    """Give what the page of a procedure shows."""
    versions = reads.versions_of(procedure)
    today = timezone.localdate()
    return {
        "procedure": procedure,
        "versions": versions,
        "now": next((v for v in versions if v.first <= today and (v.last is None or v.last >= today)), None),
        "saved": saved(reads.simplifications_of(procedure)),
        "may_change": by.may(Permission.PLAN_CHANGE, procedure.unit),
    }


def begun(procedure: Procedure) -> dict[str, Any]:
    """Give what a form of the next version begins with: the newest one, without its days and act."""
    newest = next(iter(reads.versions_of(procedure)), None)
    if newest is None:
        return {}
    kept = ("days", "day_kind", "fee", "fee_note", "cost", "cost_source")
    lists = {name: "\n".join(getattr(newest, name)) for name in ("papers", "steps")}
    return {**{name: getattr(newest, name) for name in kept}, **lists}


def sheet(procedures: QuerySet[Procedure]) -> tuple[list[str], Iterator[list[Cell]]]:
    """Give the list as a file that can be handed in again: every version is a row."""
    rows = (procedure_files.cells(p, v) for p in procedures for v in sorted(p.versions.all(), key=lambda v: v.first))
    return procedure_files.heads(), rows


def saved_sheet(rows: Iterable[Simplification]) -> tuple[list[str], Iterator[list[Cell]]]:
    """Give simplifications as a file."""
    names = (_("Statutory time"), _("Papers"), _("Fee (đồng)"), _("Cost of one dossier (đồng)"))
    heads = [_("Code"), _("Procedure"), _("Unit"), _("Deciding act"), _("From day")]
    for name in names:
        heads += [f"{name}: {word}" for word in (_("before"), _("after"), _("less"), _("less, %"))]
    heads += [_("Dossiers in a year"), _("Cost saved in a year (đồng)")]
    return heads, (_cells(one) for one in saved(rows))


def _cells(one: Saved) -> list[Cell]:
    row = one.row
    cells: list[Cell] = [row.procedure.code, row.procedure.name, row.procedure.unit.full_name, row.after.act]
    cells.append(f"{row.after.first:%d/%m/%Y}")
    for _name, part in one.parts:
        cells += [_float(part.before), _float(part.after), _float(part.saved), _float(part.share, 2)]
    return [*cells, row.yearly, _float(one.yearly_cost)]


def _float(value: Decimal | None, places: int = 1) -> float | None:
    return None if value is None else round(float(value), places)
