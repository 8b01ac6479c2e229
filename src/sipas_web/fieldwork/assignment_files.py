"""A list of who gets which case, as an office file; and what is said of rows that were not taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
from django.utils.translation import gettext as _

from sipas.errors import SipasError
from sipas.intake import read
from sipas.intake.reasons import ROW_TOO_LONG
from sipas.sampling import read_case_id
from sipas_web.shared.listed_columns import KnownColumns

# Column, and the heads under which it is known (compared without diacritics and case); the first is written.
HEADS: dict[str, tuple[str, ...]] = {
    "case": ("Mã phiếu", "Phiếu", "case_id"),
    "office": ("Mã bưu cục", "Mã bưu điện", "Bưu cục", "office"),
    "person": ("Tên đăng nhập", "Tài khoản", "Điều tra viên", "interviewer"),
}
COLUMNS = KnownColumns(HEADS, optional=("person",))
TWICE, OFFICE_MISSING = "fieldwork.case_twice", "fieldwork.office_missing"


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """A row that can be read."""

    row: int
    case_id: str
    office: str  # code
    person: str  # login name; empty: to the office alone


@dataclass(frozen=True, slots=True)
class WrongRow:
    """A row that cannot be read, and why."""

    row: int
    column: str
    code: str
    got: str


def read_assignments(path: Path, name: str) -> tuple[list[AssignmentRow], list[WrongRow]]:
    """Read a list; raises SipasError where the file as a whole cannot be used."""
    table = replace(read(path), file=name)
    heads = COLUMNS.complete(COLUMNS.recognised(table), table)
    texts = {column: table.texts(head).values.to_list() for column, head in heads.items()}
    broken = table.skipped.filter(pl.col("reason") == ROW_TOO_LONG)
    wrong = [WrongRow(row, "", ROW_TOO_LONG, got or "") for row, got in broken.select("row", "got").iter_rows()]
    rows: list[AssignmentRow] = []
    seen: set[str] = set()
    for place, number in enumerate(table.rows.to_list()):
        given = {column: (values[place] or "").strip() for column, values in texts.items()}
        read_row = _read(number, given, seen, heads)
        if isinstance(read_row, AssignmentRow):
            rows.append(read_row)
            seen.add(read_row.case_id)
        else:
            wrong.append(read_row)
    return rows, sorted(wrong, key=lambda w: w.row)


def fault_text(code: str) -> str:
    """Say why a case was not given; empty for a code of another part."""
    return {
        "fieldwork.case_unknown": _("There is no such case in this round."),
        "fieldwork.case_withdrawn": _("The case was withdrawn."),
        "fieldwork.case_finished": _("The case is finished; it stays with who finished it."),
        "fieldwork.case_reserve": _("The case is a reserve that has not been put in any place."),
        "fieldwork.case_elsewhere": _("The case is not at an office of your area."),
        "fieldwork.case_moved": _("Someone else gave this case away meanwhile. Look at the list again."),
        TWICE: _("The case stands in an earlier row of the file as well; that one was taken."),
        OFFICE_MISSING: _("The code of the post office is missing."),
        "fieldwork.office_unknown": _("There is no post office with this code in the area of this round."),
        "fieldwork.office_not_yours": _("This post office is not of your area."),
        "fieldwork.interviewer_unknown": _("There is no account with this login name."),
        "fieldwork.interviewer_not_there": _("This person has no role of an interviewer over the area of the office."),
    }.get(code, "")


def _read(number: int, given: dict[str, str], seen: set[str], heads: Mapping[str, str]) -> AssignmentRow | WrongRow:
    try:
        case_id = read_case_id(given["case"])
    except SipasError as error:
        return WrongRow(number, heads["case"], error.code, given["case"])
    if case_id in seen:
        return WrongRow(number, heads["case"], TWICE, case_id)
    if not given["office"]:
        return WrongRow(number, heads["office"], OFFICE_MISSING, case_id)
    return AssignmentRow(number, case_id, given["office"], given.get("person", "").lower())
