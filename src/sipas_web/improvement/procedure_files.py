"""A list of procedures as an office file: what its rows say, and what is wrong with each that cannot be taken."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
from django.utils.translation import gettext as _

from sipas.errors import SipasError
from sipas.intake.limits import Limits
from sipas.intake.reading import read
from sipas.intake.reasons import ROW_TOO_LONG
from sipas.intake.table import OfficeTable
from sipas_web.improvement.queries.procedures import CODE, Procedure, ProcedureVersion, tidy_code
from sipas_web.shared.core_errors import reason
from sipas_web.shared.vietnamese_text import search_key

MEBI = 1024 * 1024
LIMITS = Limits(file_bytes=20 * MEBI, workbook_bytes=20 * MEBI, rows=20_000)
# Column, and the heads under which offices write it (compared without diacritics and case); the first is ours.
HEADS: dict[str, tuple[str, ...]] = {
    "code": ("Mã thủ tục", "Mã TTHC", "Mã số", "Mã"),
    "name": ("Tên thủ tục", "Tên thủ tục hành chính", "Tên TTHC", "Thủ tục"),
    "field": ("Lĩnh vực", "Tên lĩnh vực"),
    "area": ("Nhóm ưu tiên", "Nhóm"),
    "days": ("Thời hạn", "Thời hạn giải quyết", "Số ngày", "Thời hạn giải quyết (ngày)"),
    "day_kind": ("Loại ngày",),
    "papers": ("Thành phần hồ sơ", "Hồ sơ", "Giấy tờ"),
    "steps": ("Trình tự", "Trình tự thực hiện", "Các bước"),
    "fee": ("Phí, lệ phí", "Phí", "Lệ phí", "Mức phí"),
    "cost": ("Chi phí tuân thủ", "Chi phí"),
    "first": ("Từ ngày", "Ngày hiệu lực", "Có hiệu lực từ"),
    "last": ("Đến ngày", "Hết hiệu lực"),
    "act": ("Quyết định công bố", "Quyết định", "Văn bản"),
    "act_date": ("Ngày quyết định", "Ngày ban hành"),
}
NEEDED = ("code", "name", "field", "first", "act")
DATES, NUMBERS = ("first", "last", "act_date"), ("fee", "cost")
AREAS = {"dat dai": "land", "xay dung": "construction", "dang ky kinh doanh": "business", "kinh doanh": "business"}
DAY_KINDS = {"": "working", "ngay lam viec": "working", "lam viec": "working", "ngay": "calendar"}
_DAYS = re.compile(r"(\d{1,4}(?:[.,]\d)?)\s*(ngay lam viec|ngay)?")
_PARTS = re.compile(r"\s*[;\n]\s*")


@dataclass(frozen=True, slots=True)
class Row:
    """A procedure with one version, as a row of the list says."""

    number: int  # as the user's program shows it
    code: str
    name: str
    area: str
    field: str
    version: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that cannot be taken: where, what stood there, why."""

    number: int
    column: str
    got: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProcedureList:
    """What a file lists."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]


def read_chunks(chunks: Iterable[bytes]) -> ProcedureList:
    """Read a list that comes in; SipasError where the file as a whole cannot be used."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "thu-tuc"  # never a path made of the client's own name
        with path.open("wb") as out:
            out.writelines(chunks)
        return read_list(path)


def read_list(path: Path) -> ProcedureList:
    """Read a list; good rows are kept beside those at fault."""
    table = read(path, limits=LIMITS)
    heads = _heads(table)
    values, faults = _columns(table, heads)
    broken = table.skipped.filter(pl.col("reason") == ROW_TOO_LONG)  # titles, heads and footers are no procedures
    faults += [_fault(row, "") for row in broken.iter_rows(named=True)]
    wrong = {fault.number for fault in faults}
    rows = []
    for place, number in enumerate(table.rows.to_list()):
        if number in wrong:
            continue
        given = {name: column[place] for name, column in values.items()}
        found = list(_problems(number, given, heads))
        if found:
            faults += found
        else:
            rows.append(_row(number, given))
    return ProcedureList(tuple(rows), tuple(sorted(faults, key=lambda f: f.number)))


def _heads(table: OfficeTable) -> dict[str, str]:
    by_key = {search_key(head): head for head in reversed(table.headers)}
    found = {
        name: by_key[search_key(known)]
        for name, names in reversed(HEADS.items())
        for known in reversed(names)
        if search_key(known) in by_key
    }
    missing = [HEADS[name][0] for name in NEEDED if name not in found]
    if missing:
        raise SipasError("intake.column_missing", ", ".join(missing), got=list(table.headers))
    return found


def _columns(table: OfficeTable, heads: dict[str, str]) -> tuple[dict[str, list[Any]], list[Fault]]:
    values: dict[str, list[Any]] = {}
    faults: list[Fault] = []
    for name, head in heads.items():
        parsed = table.dates(head) if name in DATES else table.integers(head) if name in NUMBERS else table.texts(head)
        values[name] = parsed.values.to_list()
        faults += [_fault(row, head) for row in parsed.faults.iter_rows(named=True)]
    return values, faults


def _fault(row: dict[str, Any], head: str) -> Fault:
    return Fault(row["row"], row["column"] or head, row["got"] or "", reason(row["reason"]))


def _problems(number: int, given: dict[str, Any], heads: dict[str, str]) -> Iterator[Fault]:
    for name in NEEDED:
        if not given.get(name):
            yield Fault(number, heads[name], "", _("This cell is needed."))
    code = tidy_code(given.get("code") or "")
    if code and not CODE.fullmatch(code):
        yield Fault(number, heads["code"], given["code"], _("No code of a procedure: as 1.004227."))
    if given.get("days") and _days(given["days"]) is None:
        yield Fault(number, heads["days"], given["days"], _("A number of days: as 15, or 15 ngày làm việc."))
    if given.get("day_kind") and search_key(given["day_kind"]) not in DAY_KINDS:
        yield Fault(number, heads["day_kind"], given["day_kind"], _("Write “ngày làm việc” or “ngày”."))
    if given.get("area") and search_key(given["area"]) not in {*AREAS, "khac"}:
        expected = _("Write “đất đai”, “xây dựng”, “đăng ký kinh doanh” or “khác”.")
        yield Fault(number, heads["area"], given["area"], expected)
    for name in NUMBERS:
        if (given.get(name) or 0) < 0:
            yield Fault(number, heads[name], str(given[name]), _("0 or more."))
    if given.get("first") and given.get("last") and given["last"] < given["first"]:
        yield Fault(number, heads["last"], f"{given['last']:%d/%m/%Y}", _("The last day lies before the first."))


def _row(number: int, given: dict[str, Any]) -> Row:
    days, kind = _days(given.get("days") or "") or (None, "")
    version = {
        "first": given["first"],
        "last": given.get("last"),
        "act": given["act"],
        "act_date": given.get("act_date"),
        "days": days,
        "day_kind": kind or DAY_KINDS[search_key(given.get("day_kind") or "")],
        "papers": _parts(given.get("papers")),
        "steps": _parts(given.get("steps")),
        "fee": given.get("fee"),
        "cost": given.get("cost"),
    }
    area = AREAS.get(search_key(given.get("area") or "")) or AREAS.get(search_key(given["field"]), "other")
    return Row(number, tidy_code(given["code"]), given["name"], area, given["field"], version)


def _days(text: str) -> tuple[Decimal, str] | None:
    found = _DAYS.fullmatch(search_key(text))
    if found is None:
        return None
    return Decimal(found[1].replace(",", ".")), {"ngay lam viec": "working", "ngay": "calendar"}.get(found[2] or "", "")


def _parts(text: str | None) -> list[str]:
    return [part for part in _PARTS.split(text or "") if part]


def cells(procedure: Procedure, version: ProcedureVersion) -> list[str | int | float | None]:
    """Write a version as a row of the same list, so that what was taken along can be handed in again."""
    areas = {"land": "đất đai", "construction": "xây dựng", "business": "đăng ký kinh doanh", "other": "khác"}
    kinds = {"working": "ngày làm việc", "calendar": "ngày"}
    return [
        procedure.code,
        procedure.name,
        procedure.field,
        areas[procedure.area],
        None if version.days is None else f"{version.days.normalize():f}".replace(".", ","),
        kinds[version.day_kind],
        "; ".join(version.papers),
        "; ".join(version.steps),
        version.fee,
        version.cost,
        _day(version.first),
        _day(version.last),
        version.act,
        _day(version.act_date),
    ]


def heads() -> list[str]:
    """Name the columns of the list."""
    return [names[0] for names in HEADS.values()]


def _day(day: dt.date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
