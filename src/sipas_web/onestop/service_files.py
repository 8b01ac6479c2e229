"""A list of online services as an office file: what its rows say, and what is wrong with each that cannot be taken."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from sipas.intake.limits import Limits
from sipas_web.onestop.queries.services import ServiceClass
from sipas_web.shared.listed_columns import Fault, Given, KnownColumns, Listed, Seen, read_at_most
from sipas_web.shared.vietnamese_text import search_key

MEBI = 1024 * 1024
LIMITS = Limits(file_bytes=20 * MEBI, workbook_bytes=20 * MEBI)
MOST_ROWS = 20_000
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
COLUMNS = KnownColumns(HEADS, optional=("unit", "field", "last", "act"), dates=("first", "last"))
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


ServiceList = Listed[Row]


def look(path: Path) -> Seen:
    """Say what each column of a list was taken for; SipasError where it cannot be read."""
    return COLUMNS.look(read_at_most(path, LIMITS, MOST_ROWS))


def read_list(path: Path, chosen: Mapping[str, str]) -> ServiceList:
    """Read a list with these columns; good rows are kept beside those at fault."""
    table = read_at_most(path, LIMITS, MOST_ROWS)
    return COLUMNS.read(table, COLUMNS.complete(chosen, table), _problems, _row)


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


def _problems(number: int, given: Given, heads: Mapping[str, str]) -> Iterator[Fault]:
    yield from COLUMNS.lacking(number, given, heads)
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


def _row(number: int, given: Given) -> Row:
    kind = class_of(given["service_class"])
    assert kind is not None, "looked at before"
    return Row(
        number, (given.get("unit") or "").strip(), tidy_code(given["code"]), given["name"].strip(),
        given.get("field") or "", kind, given["first"], given.get("last"), given.get("act") or "",
    )  # fmt: skip
