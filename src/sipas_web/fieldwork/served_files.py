"""A list of which post office serves which commune, as an office file."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from sipas.errors import SipasError
from sipas.intake import OfficeTable, read
from sipas.intake.limits import Limits
from sipas_web.shared.vietnamese_text import search_key

MEBI = 1024 * 1024
LIMITS = Limits(file_bytes=10 * MEBI)
MOST_ROWS = 20_000
HEADS: dict[str, tuple[str, ...]] = {
    "commune": ("Mã xã", "Mã xã, phường", "Xã", "commune"),
    "office": ("Mã bưu cục", "Mã bưu điện", "Bưu cục", "office"),
}


@dataclass(frozen=True, slots=True)
class WrongRow:
    """A row that was not taken, and why."""

    row: int
    got: str
    reason: str


def read_served(
    chunks: Iterable[bytes], communes: Collection[str], offices: Mapping[str, int]
) -> tuple[dict[str, int | None], list[WrongRow]]:
    """Read a list: the office (key) of each commune (code) it names, and the rows at fault.

    Raises SipasError where the file as a whole cannot be used.
    """
    table = _table(chunks)
    heads = _heads(table)
    given: dict[str, int | None] = {}
    wrong = []
    texts = {column: table.texts(head).values.to_list() for column, head in heads.items()}
    for place, number in enumerate(table.rows.to_list()):
        commune, office = ((texts[column][place] or "").strip() for column in ("commune", "office"))
        commune = commune.zfill(5) if commune.isdecimal() else commune  # a workbook may have cut its zeros off
        fault = _fault(commune, office, communes, offices, given)
        if fault:
            wrong.append(WrongRow(number, f"{commune} {office}".strip(), fault))
        else:
            given[commune] = offices[office]
    return given, wrong


def _fault(
    commune: str, office: str, communes: Collection[str], offices: Mapping[str, int], given: Mapping[str, int | None]
) -> str:
    if commune not in communes:
        return _("There is no commune with this code in the area of this round.")
    if office not in offices:
        return _("There is no post office with this code in the area of this round.")
    return (
        _("The commune stands in an earlier row of the file as well; that one was taken.") if commune in given else ""
    )


def _table(chunks: Iterable[bytes]) -> OfficeTable:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "danh-sach"  # never a path made of the client's own name
        with path.open("wb") as out:
            for chunk in chunks:
                out.write(chunk)
        table = read(path, limits=LIMITS)
    if table.height > MOST_ROWS:
        raise SipasError("intake.too_many_rows", expected=MOST_ROWS, got=table.height)
    return table


def _heads(table: OfficeTable) -> dict[str, str]:
    by_key = {search_key(head): head for head in table.headers}
    found = {name: by_key[k] for name, heads in HEADS.items() for h in heads[::-1] if (k := search_key(h)) in by_key}
    missing = [HEADS[name][0] for name in HEADS if name not in found]
    if missing:
        raise SipasError("intake.column_missing", ", ".join(missing), got=list(table.headers))
    return found
