"""A list of own units as an office file: what its rows say, and what is wrong with them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter
from django.utils.translation import gettext as _

from sipas.intake.limits import Limits
from sipas_web.shared.listed_columns import Fault, Given, KnownColumns, Listed, Seen, in_order, read_at_most
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
COLUMNS = KnownColumns(HEADS, optional=("until", "act"), dates=("since", "until"))
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


UnitList = Listed[Row]


def look(path: Path) -> Seen:
    """Say what each column of a list was taken for; raises SipasError where it cannot be read."""
    return COLUMNS.look(read_at_most(path, LIMITS, MOST_ROWS))


def read_list(path: Path, chosen: Mapping[str, str] | None = None) -> UnitList:
    """Read a list, its columns as chosen or recognised; raises SipasError where the file as a whole cannot be used.

    The whole list is taken or nothing of it, so that rows with an unreadable day are told what else they lack.
    """
    table = read_at_most(path, LIMITS, MOST_ROWS)
    heads = COLUMNS.complete(chosen or COLUMNS.recognised(table), table)
    lines, faults = COLUMNS.lines(table, heads)
    wrong = {fault.number for fault in faults}
    rows = []
    for number, given in lines:
        found = list(_problems(number, given, heads, is_read=number in wrong))
        faults += found
        if not found and number not in wrong:
            rows.append(_row(number, given))
    return Listed(tuple(rows), in_order(faults), heads)


def _problems(number: int, given: Given, heads: Mapping[str, str], *, is_read: bool) -> Iterator[Fault]:
    """Say what a row lacks; ``is_read``: its days were found at fault already."""
    for fault in COLUMNS.lacking(number, given, heads):
        if not (is_read and fault.column == heads["since"]):
            yield fault
    if given["kind"] and search_key(given["kind"]) not in KINDS:
        expected = _("The kind is not known: agency, one-stop desk, post office or supervising organisation.")
        yield Fault(number, heads["kind"], given["kind"], expected)


def _row(number: int, given: Given) -> Row:
    named = (given["code"], given["name"], KINDS[search_key(given["kind"])], given["parent"])
    return Row(number, *named, given["since"], given.get("until"), given.get("act") or "")


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
