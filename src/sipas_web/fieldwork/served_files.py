"""A list of which post office serves which commune, as an office file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sipas.intake import OfficeTable
from sipas.intake.limits import Limits
from sipas_web.shared.listed_columns import KnownColumns, read_at_most
from sipas_web.shared.uploads import on_disk

MEBI = 1024 * 1024
LIMITS = Limits(file_bytes=10 * MEBI)
MOST_ROWS = 20_000
HEADS: dict[str, tuple[str, ...]] = {
    "commune": ("Mã xã", "Mã xã, phường", "Xã", "commune"),
    "office": ("Mã bưu cục", "Mã bưu điện", "Bưu cục", "office"),
}
COLUMNS = KnownColumns(HEADS)


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
    heads = COLUMNS.complete(COLUMNS.recognised(table), table)
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
    with on_disk(chunks, "danh-sach") as path:
        return read_at_most(path, LIMITS, MOST_ROWS)
