"""A list of own units as an office file: what its rows say, and what is wrong with them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
SAMPLES = 3  # values shown of a column
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
    column: str  # its head in the list
    got: str
    reason: str


@dataclass(frozen=True, slots=True)
class UnitList:
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
        taken = {column.target for column in self.columns}
        return [HEADS[name][0] for name in HEADS if name not in taken and name not in OPTIONAL]


def look(path: Path) -> Seen:
    """Say what each column of a list was taken for; raises SipasError where it cannot be read."""
    table = _read(path)
    targets = {head: name for name, head in _recognised(table.headers).items()}
    columns = [SeenColumn(head, targets.get(head, ""), _samples(table, head)) for head in table.headers]
    return Seen(table.height, tuple(columns))


def read_list(path: Path, chosen: Mapping[str, str] | None = None) -> UnitList:
    """Read a list, its columns as chosen or recognised; raises SipasError where the file as a whole cannot be used."""
    table = _read(path)
    heads = _complete(chosen or _recognised(table.headers), table.headers)
    texts = {name: table.texts(head).values.to_list() for name, head in heads.items()}
    since, until = table.dates(heads["since"]), table.dates(heads["until"]) if "until" in heads else None
    broken = table.skipped.filter(pl.col("reason") == ROW_TOO_LONG)  # titles, heads and footers are no units
    faults = [*_faults(broken, ""), *_faults(since.faults, heads["since"])]
    faults += _faults(until.faults, heads["until"]) if until else []
    wrong = {fault.number for fault in faults}
    rows = []
    for place, number in enumerate(table.rows.to_list()):
        given = {name: values[place] or "" for name, values in texts.items()}
        found = list(_problems(number, given, heads, is_read=number in wrong))
        faults += found
        if not found and number not in wrong:
            day, end = since.values[place], until.values[place] if until else None
            kind = KINDS[search_key(given["kind"])]
            named = (given["code"], given["name"], kind, given["parent"])
            rows.append(Row(number, *named, day, end, given.get("act", "")))
    return UnitList(tuple(rows), tuple(sorted(faults, key=lambda f: f.number)), heads)


def _read(path: Path) -> OfficeTable:
    table = read(path, limits=LIMITS)
    if table.height > MOST_ROWS:
        raise SipasError("intake.too_many_rows", expected=MOST_ROWS, got=table.height)
    return table


def _samples(table: OfficeTable, head: str) -> tuple[str, ...]:
    return tuple(table.texts(head).values.drop_nulls().unique(maintain_order=True).head(SAMPLES).to_list())


def _problems(number: int, given: dict[str, str], heads: Mapping[str, str], *, is_read: bool) -> Iterator[Fault]:
    """Say what a row lacks; ``is_read``: its days were found at fault already."""
    needed = [name for name in HEADS if name not in OPTIONAL and not (is_read and name == "since")]
    for name in needed:
        if not given[name]:
            yield Fault(number, heads[name], "", _("This cell is needed."))
    if given["kind"] and search_key(given["kind"]) not in KINDS:
        expected = _("The kind is not known: agency, one-stop desk, post office or supervising organisation.")
        yield Fault(number, heads["kind"], given["kind"], expected)


def _recognised(headers: Sequence[str]) -> dict[str, str]:
    by_key = {search_key(head): head for head in headers}
    return {name: by_key[k] for name, heads in HEADS.items() for h in heads[::-1] if (k := search_key(h)) in by_key}


def _complete(found: Mapping[str, str], headers: Sequence[str]) -> Mapping[str, str]:
    missing = [HEADS[name][0] for name in HEADS if found.get(name) not in headers and name not in OPTIONAL]
    if missing:
        raise SipasError("intake.column_missing", ", ".join(missing), got=list(headers))
    return found


def _faults(rejected: pl.DataFrame, head: str) -> list[Fault]:
    rows = rejected.select("row", "got", "reason").iter_rows()
    return [Fault(row, head, got or "", reason(code)) for row, got, code in rows]


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
