"""Lists of units in and out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sipas.intake.vietnamese import format_date
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.shared.listed_columns import Fault, in_order
from sipas_web.units import lists, queries
from sipas_web.units.actions.changing import place_unit
from sipas_web.units.kinds import Kind
from sipas_web.units.lists import HEADS, WORDS, Row, UnitList
from sipas_web.units.models import Unit
from sipas_web.units.permissions import Permission

# Column of the list for a field of the unit at fault.
COLUMNS = {
    "code": "code", "name": "name", "full_name": "name", "kind": "kind", "parent": "parent",
    "valid_from": "since", "valid_to": "until", "legal_act": "act",
}  # fmt: skip
FORMATS = {
    "csv": (lists.csv_text, "text/csv; charset=utf-8"),
    "xlsx": (lists.xlsx_bytes, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


class ListRefusedError(Exception):
    """A list that was not taken: nothing of it was written."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


@transaction.atomic
def import_list(*, given: UnitList, by: Actor) -> int:
    """Add every unit of a list, or none: needs ``units.unit_change`` over each parent. Recorded once, with the codes.

    A unit above may stand in the list itself, before those below it. Raises ListRefusedError with each fault.
    """
    faults = list(given.faults)
    added = []
    for row in given.rows:
        try:
            with transaction.atomic():
                added.append(_add(row, by))
        except ValidationError as error:
            faults += _said(row, error, given.heads)
    if faults:
        raise ListRefusedError(in_order(faults))
    record(
        by=by,
        action="units.units_imported",
        subject="units.unit",
        unit=_common(added),
        details={"codes": [unit.code for unit in added]},
    )
    return len(added)


@transaction.atomic
def export(*, units: QuerySet[Unit], form: str, by: Actor) -> tuple[bytes, str]:
    """Write units as a file, csv or xlsx; needs ``units.unit_export``. Recorded with the count. Gives bytes, type."""
    by.require(Permission.UNIT_EXPORT)
    write, content_type = FORMATS[form]
    lines = list(_lines(units))
    made = write(lines)
    record(by=by, action="units.units_exported", subject="units.unit", details={"units": len(lines), "form": form})
    return made, content_type


def _add(row: Row, by: Actor) -> Unit:
    parent = queries.by_code(row.parent, row.since)
    if parent is None:
        message = _("There is no unit with the code %(code)s on that day.")
        raise ValidationError(message, params={"code": row.parent})
    if not by.may(Permission.UNIT_CHANGE, parent):
        raise ValidationError(_("The unit above is outside your area."))
    return place_unit(
        kind=row.kind,
        code=row.code,
        name=row.name,
        parent=parent,
        valid_from=row.since,
        valid_to=row.until,
        legal_act=row.act,
    )


def _said(row: Row, error: ValidationError, heads: Mapping[str, str]) -> Iterator[Fault]:
    """Say in which column a row is at fault; what no column of its own has is about the unit above."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {"parent": error.messages}
    for field, messages in by_field.items():
        name = COLUMNS.get(field, "code")
        got = getattr(row, name)
        shown = format_date(got) if isinstance(got, dt.date) else str(got or "")
        yield Fault(row.number, heads.get(name, HEADS[name][0]), shown, " ".join(messages))


def _common(units: list[Unit]) -> Unit | None:
    return queries.parent_at(units[0], units[0].valid_from) if units else None


def _lines(units: QuerySet[Unit]) -> Iterator[tuple[str, ...]]:
    for unit, parent in queries.with_parents(units):
        until = format_date(unit.valid_to) if unit.valid_to else ""
        kind = WORDS[Kind(unit.kind)]
        yield unit.code, unit.full_name, kind, parent, format_date(unit.valid_from), until, unit.legal_act
