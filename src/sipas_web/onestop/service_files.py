"""A list of online services as an office file: what its rows say, and what is wrong with each that cannot be taken."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from django.utils.translation import gettext as _

from sipas.errors import SipasError
from sipas.intake.limits import Limits
from sipas.intake.reading import read
from sipas.intake.reasons import ROW_TOO_LONG
from sipas.intake.table import OfficeTable
from sipas_web.onestop.queries.services import ServiceClass
from sipas_web.shared.core_errors import reason
from sipas_web.shared.vietnamese_text import search_key

MEBI = 1024 * 1024
LIMITS = Limits(file_bytes=20 * MEBI, workbook_bytes=20 * MEBI)
MOST_ROWS = 20_000
SAMPLES = 3  # values shown of a column
# Column, and the heads under which offices write it (compared without diacritics and case); the first is ours.
HEADS: dict[str, tuple[str, ...]] = {
    "unit": ("Đơn vị", "Mã đơn vị", "Cơ quan", "Cơ quan thực hiện", "Cơ quan giải quyết", "Đơn vị cung cấp"),
    "code": ("Mã thủ tục", "Mã TTHC", "Mã số TTHC", "Mã số", "Mã dịch vụ", "Mã"),
    "name": ("Tên thủ tục", "Tên thủ tục hành chính", "Tên TTHC", "Tên dịch vụ", "Tên dịch vụ công", "Thủ tục"),
    "field": ("Lĩnh vực", "Tên lĩnh vực"),
    "service_class": ("Phân loại", "Mức độ", "Mức độ DVC", "Mức độ dịch vụ công", "Loại dịch vụ công", "Loại DVC"),
    "first": ("Từ ngày", "Ngày cung cấp", "Ngày hiệu lực", "Ngày áp dụng", "Bắt đầu"),
    "last": ("Đến ngày", "Ngày kết thúc", "Hết hiệu lực"),
    "act": ("Quyết định", "Quyết định công bố", "Văn bản", "Căn cứ"),
}
OPTIONAL = {"unit", "field", "last", "act"}
DATES = ("first", "last")
CODE = re.compile(r"[0-9A-ZĐ][0-9A-ZĐ./-]{0,63}")
SHORTENED = re.compile(r"[1-9]\.\d{3,5}")  # 1.004220 kept as a number in a workbook comes as 1.00422
_LEVEL = re.compile(r"\b(?:muc(?: do)? ?)([1-4])\b|^([1-4])$")
_WORDS = {"toan trinh": ServiceClass.WHOLE, "mot phan": ServiceClass.PARTIAL}
_LEVELS = {"3": ServiceClass.LEVEL_3, "4": ServiceClass.LEVEL_4}


@dataclass(frozen=True, slots=True)
class Row:
    """An online service, as a row of the list says."""

    number: int  # as the user's program shows it
    unit: str  # code or whole name; empty: the unit chosen for the list
    code: str
    name: str
    field: str
    service_class: ServiceClass
    first: dt.date
    last: dt.date | None
    act: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that cannot be taken: where, what stood there, why."""

    number: int
    column: str
    got: str
    reason: str


@dataclass(frozen=True, slots=True)
class ServiceList:
    """What a file lists."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]
    heads: Mapping[str, str]  # of each column of ours, the list's own


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """A column of a list, and what it was taken for."""

    head: str
    target: str  # one of HEADS, or empty
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A list as it would be read."""

    rows: int
    columns: tuple[SeenColumn, ...]

    @property
    def missing(self) -> list[str]:
        """Needed columns that were not recognised, by the first of their heads."""
        return missing_of({column.target for column in self.columns})


def missing_of(taken: set[str]) -> list[str]:
    """Name the needed columns that are not among those taken."""
    return [HEADS[name][0] for name in HEADS if name not in taken and name not in OPTIONAL]


def look(path: Path) -> Seen:
    """Say what each column of a list was taken for; SipasError where it cannot be read."""
    table = _read(path)
    targets = {head: name for name, head in _recognised(table.headers).items()}
    return Seen(table.height, tuple(SeenColumn(h, targets.get(h, ""), _samples(table, h)) for h in table.headers))


def read_list(path: Path, chosen: Mapping[str, str]) -> ServiceList:
    """Read a list with these columns; good rows are kept beside those at fault."""
    table = _read(path)
    missing = [HEADS[name][0] for name in HEADS if chosen.get(name) not in table.headers and name not in OPTIONAL]
    if missing:
        raise SipasError("intake.column_missing", ", ".join(missing), got=list(table.headers))
    values, faults = _columns(table, chosen)
    broken = table.skipped.filter(pl.col("reason") == ROW_TOO_LONG)  # titles, heads and footers are no services
    faults += [_fault(row, "") for row in broken.iter_rows(named=True)]
    wrong = {fault.number for fault in faults}
    rows = []
    for place, number in enumerate(table.rows.to_list()):
        given = {name: column[place] for name, column in values.items()}
        found = [] if number in wrong else list(_problems(number, given, chosen))
        faults += found
        if number not in wrong and not found:
            rows.append(_row(number, given))
    return ServiceList(tuple(rows), tuple(sorted(faults, key=lambda f: f.number)), chosen)


def class_of(text: str) -> ServiceClass | None:
    """Read the class a cell names; None where it names none, more than one, or one that is no online service."""
    key = search_key(text)
    levels = {first or alone for first, alone in _LEVEL.findall(key)}
    if "khong" in key.split() or not levels <= _LEVELS.keys():
        return None
    named = {_LEVELS[level] for level in levels} | {found for words, found in _WORDS.items() if words in key}
    return named.pop() if len(named) == 1 else None


def tidy_code(text: str) -> str:
    """Spell the code of a procedure one way."""
    return "".join(text.split()).upper()


def _read(path: Path) -> OfficeTable:
    table = read(path, limits=LIMITS)
    if table.height > MOST_ROWS:
        raise SipasError("intake.too_many_rows", expected=MOST_ROWS, got=table.height)
    return table


def _samples(table: OfficeTable, head: str) -> tuple[str, ...]:
    return tuple(table.texts(head).values.drop_nulls().unique(maintain_order=True).head(SAMPLES).to_list())


def _recognised(headers: Sequence[str]) -> dict[str, str]:
    by_key = {search_key(head): head for head in reversed(headers)}
    return {name: by_key[k] for name, heads in HEADS.items() for h in heads[::-1] if (k := search_key(h)) in by_key}


def _columns(table: OfficeTable, chosen: Mapping[str, str]) -> tuple[dict[str, list[Any]], list[Fault]]:
    values: dict[str, list[Any]] = {}
    faults: list[Fault] = []
    for name, head in chosen.items():
        parsed = table.dates(head) if name in DATES else table.texts(head)
        values[name] = parsed.values.to_list()
        faults += [_fault(row, head) for row in parsed.faults.iter_rows(named=True)]
    return values, faults


def _fault(row: dict[str, Any], head: str) -> Fault:
    return Fault(row["row"], row["column"] or head, row["got"] or "", reason(row["reason"]))


def _problems(number: int, given: dict[str, Any], heads: Mapping[str, str]) -> Iterator[Fault]:
    for name in HEADS:
        if name not in OPTIONAL and not given.get(name):
            yield Fault(number, heads[name], "", _("This cell is needed."))
    code = tidy_code(given.get("code") or "")
    if code and not CODE.fullmatch(code):
        yield Fault(number, heads["code"], given["code"], _("No code of a procedure: as 1.004227."))
    elif SHORTENED.fullmatch(code):
        lost = _(
            "The code seems to have lost its last zeros: it was kept as a number. Make the column text, as 1.004220."
        )
        yield Fault(number, heads["code"], given["code"], lost)
    if given.get("service_class") and class_of(given["service_class"]) is None:
        expected = _("Write one of “mức độ 3”, “mức độ 4”, “toàn trình”, “một phần”; classes are not converted.")
        yield Fault(number, heads["service_class"], given["service_class"], expected)
    if given.get("first") and given.get("last") and given["last"] < given["first"]:
        yield Fault(number, heads["last"], f"{given['last']:%d/%m/%Y}", _("The last day lies before the first."))


def _row(number: int, given: dict[str, Any]) -> Row:
    kind = class_of(given["service_class"])
    assert kind is not None, "looked at before"
    return Row(
        number, (given.get("unit") or "").strip(), tidy_code(given["code"]), given["name"].strip(),
        given.get("field") or "", kind, given["first"], given.get("last"), given.get("act") or "",
    )  # fmt: skip
