"""Taking a list of procedures in: good rows stay, each other one is told with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement import procedure_files
from sipas_web.improvement.actions.procedures import Content, append, write
from sipas_web.improvement.models import Procedure, ProcedureVersion
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.procedure_files import Row
from sipas_web.shared.listed_columns import Fault, in_order
from sipas_web.units.models import Unit


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a list."""

    added: int  # procedures that were not there
    versions: int  # of procedures that were
    unchanged: int  # rows that were taken before
    faults: tuple[Fault, ...]


@transaction.atomic
def import_list(*, unit: Unit, chunks: Iterable[bytes], by: Actor) -> Taken:
    """Take a list into a unit's procedures; the same list again changes nothing. Needs ``improvement.plan_change``."""
    by.require(Permission.PLAN_CHANGE, unit)
    listed = procedure_files.read_chunks(chunks)
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)  # one list at a time
    known = {row.code: row for row in Procedure.objects.filter(unit=unit)}
    held = {(v.procedure_id, v.first): v for v in ProcedureVersion.objects.filter(procedure__unit=unit)}
    counts, faults = {"added": 0, "versions": 0, "unchanged": 0}, [*listed.faults]
    for row in sorted(listed.rows, key=lambda r: (r.version["first"], r.number)):  # versions of one follow each other
        try:
            with transaction.atomic():
                counts[_take(unit, row, known, held, by.name)] += 1
        except ValidationError as error:
            faults.append(Fault(row.number, "", row.code, " ".join(error.messages)))
    record(
        by=by,
        action="improvement.procedures_imported",
        subject=unit,
        unit=unit,
        details={**counts, "faults": len(faults)},
    )
    return Taken(**counts, faults=in_order(faults))


def _take(
    unit: Unit, row: Row, known: dict[str, Procedure], held: dict[tuple[int, dt.date], ProcedureVersion], name: str
) -> str:
    """Take one row; says which count it belongs to."""
    procedure = known.get(row.code)
    if procedure is None:
        procedure = write(unit, row.code, row.name, row.area, row.field, name)
        held[procedure.pk, row.version["first"]] = append(procedure, Content(**row.version), name)
        known[row.code] = procedure
        return "added"
    before = held.get((procedure.pk, row.version["first"]))
    if before is not None:
        _refuse_other(before, row)
        return "unchanged"
    held[procedure.pk, row.version["first"]] = append(procedure, Content(**row.version), name)
    return "versions"


def _refuse_other(before: ProcedureVersion, row: Row) -> None:
    """A version is never written over: what says otherwise from the same day on is told."""
    told = ("act", "days", "day_kind", "papers", "steps", "fee", "cost")
    if any(getattr(before, name) != row.version[name] for name in told):
        raise ValidationError(
            _("A version from the same day is there and says otherwise; enter a new version by hand.")
        )
