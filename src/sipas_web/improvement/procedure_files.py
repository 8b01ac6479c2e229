"""A list of procedures as an office file: what its rows say, and what is wrong with each that cannot be taken."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from sipas.intake.limits import Limits
from sipas.intake.reading import read
from sipas_web.improvement.queries.procedures import CODE, Procedure, ProcedureVersion, tidy_code
from sipas_web.shared.listed_columns import Fault, Given, KnownColumns, Listed
from sipas_web.shared.uploads import on_disk
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
NUMBERS = ("fee", "cost")
COLUMNS = KnownColumns(
    HEADS,
    optional=HEADS.keys() - {"code", "name", "field", "first", "act"},
    dates=("first", "last", "act_date"),
    numbers=NUMBERS,
)
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


ProcedureList = Listed[Row]


def read_chunks(chunks: Iterable[bytes]) -> ProcedureList:
    """Read a list that comes in; SipasError where the file as a whole cannot be used."""
    with on_disk(chunks, "thu-tuc") as path:
        return read_list(path)


def read_list(path: Path) -> ProcedureList:
    """Read a list; good rows are kept beside those at fault."""
    table = read(path, limits=LIMITS)
    return COLUMNS.read(table, COLUMNS.complete(COLUMNS.recognised(table), table), _problems, _row)


def _problems(number: int, given: Given, heads: Mapping[str, str]) -> Iterator[Fault]:
    yield from COLUMNS.lacking(number, given, heads)
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


def _row(number: int, given: Given) -> Row:
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
