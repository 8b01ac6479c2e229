"""A list of own units as an office file: what its rows say, and what is wrong with them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import xlsxwriter
from django.utils.translation import gettext as _

from sipas.errors import SipasError
from sipas.intake.limits import Limits
from sipas.intake.reading import read
from sipas.intake.reasons import ROW_TOO_LONG
from sipas.intake.table import OfficeTable
from sipas_web.shared.core_errors import reason
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units.kinds import Kind

MEBI = 1024 * 1024
LIMITS = Limits(file_bytes=10 * MEBI)
MOST_ROWS = 5_000
# Column, and the heads under which offices write it (compared without diacritics and case).
HEADS: dict[str, tuple[str, ...]] = {
    "code": ("Mã", "Mã đơn vị", "code"),
    "name": ("Tên", "Tên đơn vị", "name"),
    "kind": ("Loại", "Loại đơn vị", "kind"),
    "parent": ("Mã đơn vị cấp trên", "Mã cấp trên", "Trực thuộc", "parent"),
    "since": ("Từ ngày", "Ngày hiệu lực", "from"),
    "until": ("Đến ngày", "Ngày kết thúc", "to"),
    "act": ("Văn bản", "Quyết định", "act"),
}
OPTIONAL = {"until", "act"}
KINDS: dict[str, Kind] = {
    "co quan": Kind.AGENCY,
    "co quan giai quyet": Kind.AGENCY,
    "bo phan mot cua": Kind.ONE_STOP,
    "trung tam phuc vu hanh chinh cong": Kind.ONE_STOP,
    "buu dien": Kind.POST_OFFICE,
    "don vi giam sat": Kind.SUPERVISOR,
    **{kind.value: kind for kind in (Kind.AGENCY, Kind.ONE_STOP, Kind.POST_OFFICE, Kind.SUPERVISOR)},
}
WORDS = {
    Kind.COUNTRY: "Quốc gia",
    Kind.PROVINCE: "Tỉnh",
    Kind.DISTRICT: "Huyện",
    Kind.COMMUNE: "Xã",
    Kind.AGENCY: "Cơ quan",
    Kind.ONE_STOP: "Bộ phận Một cửa",
    Kind.POST_OFFICE: "Bưu điện",
    Kind.SUPERVISOR: "Đơn vị giám sát",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the list."""

    number: int  # as the user's program shows it
    code: str
    name: str
    kind: str
    parent: str
    since: dt.date
    until: dt.date | None
    act: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that cannot be taken, and why."""

    number: int
    got: str
    reason: str


@dataclass(frozen=True, slots=True)
class UnitList:
    """What a file lists."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]


def read_list(path: Path) -> UnitList:
    """Read a list; raises SipasError where the file as a whole cannot be used."""
    table = read(path, limits=LIMITS)
    heads = _heads(table)
    if table.height > MOST_ROWS:
        raise SipasError("intake.too_many_rows", expected=MOST_ROWS, got=table.height)
    texts = {name: table.texts(head).values.to_list() for name, head in heads.items()}
    since, until = table.dates(heads["since"]), table.dates(heads["until"]) if "until" in heads else None
    broken = table.skipped.filter(pl.col("reason") == ROW_TOO_LONG)  # titles, heads and footers are no units
    faults = [*_faults(broken), *_faults(since.faults), *_faults(until.faults if until else since.faults[:0])]
    wrong = {fault.number for fault in faults}
    rows = []
    for place, number in enumerate(table.rows.to_list()):
        given = {name: values[place] or "" for name, values in texts.items()}
        day, end = since.values[place], until.values[place] if until else None
        problem = _problem(given, day)
        if problem and number not in wrong:
            faults.append(Fault(number, given["code"] or given["name"], problem))
        elif number not in wrong:
            kind = KINDS[search_key(given["kind"])]
            rows.append(
                Row(number, given["code"], given["name"], kind, given["parent"], day, end, given.get("act", ""))
            )
    return UnitList(tuple(rows), tuple(sorted(faults, key=lambda f: f.number)))


def _problem(given: dict[str, str], day: dt.date | None) -> str:
    if not (given["code"] and given["name"] and given["parent"]) or day is None:
        return _("Code, name, code of the unit above and first day are needed.")
    if search_key(given["kind"]) not in KINDS:
        return _("The kind is not known: agency, one-stop desk, post office or supervising organisation.")
    return ""


def _heads(table: OfficeTable) -> dict[str, str]:
    by_key = {search_key(head): head for head in table.headers}
    found = {name: by_key[k] for name, heads in HEADS.items() for h in heads[::-1] if (k := search_key(h)) in by_key}
    missing = [HEADS[name][0] for name in HEADS if name not in found and name not in OPTIONAL]
    if missing:
        raise SipasError("intake.column_missing", ", ".join(missing), got=list(table.headers))
    return found


def _faults(rejected: pl.DataFrame) -> list[Fault]:
    rows = rejected.select("row", "got", "reason").iter_rows()
    return [Fault(row, got or "", reason(code)) for row, got, code in rows]


def csv_text(lines: Iterable[Sequence[str]]) -> bytes:
    """Write lines as CSV that Excel opens in Vietnamese: UTF-8 with its mark."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[heads[0] for heads in HEADS.values()], *lines])
    return out.getvalue().encode("utf-8-sig")


def xlsx_bytes(lines: Iterable[Sequence[str]]) -> bytes:
    """Write lines as a workbook; every cell is text, so that no formula and no date is made of it."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Đơn vị")
        bold = book.add_format({"bold": True})
        for column, heads in enumerate(HEADS.values()):
            sheet.write_string(0, column, heads[0], bold)
        for row, line in enumerate(lines, start=1):
            for column, text in enumerate(line):
                sheet.write_string(row, column, text)
        sheet.autofit()
        sheet.freeze_panes(1, 0)
    return out.getvalue()
