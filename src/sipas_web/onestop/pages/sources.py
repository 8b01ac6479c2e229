"""What the pages of sources show: a file's columns beside their selects, an import in figures, rows to mend."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from sipas.intake import ColumnPreview, Preview, SheetPreview
from sipas.tables import REJECTED
from sipas_web.jobs import faults
from sipas_web.onestop import dossier_files
from sipas_web.onestop import list_words as words
from sipas_web.onestop.forms.sources import ColumnsForm
from sipas_web.onestop.queries.sources import DossierFile
from sipas_web.rounds.frame_words import ENCODINGS
from sipas_web.shared.core_errors import reason
from sipas_web.shared.downloads import Cell

DOUBT = 0.85  # below this a guess is shown as one
ORIGINAL = " (gốc)"
SOURCE_HEADS = ("Lý do không nhận", "Cột", "Giá trị", "Dòng gốc")


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column with what was recognised in it and the select that says otherwise."""

    seen: ColumnPreview
    field: Any
    encoding: StrOrPromise
    is_doubtful: bool


@dataclass(frozen=True, slots=True)
class ShownSheet:
    """A sheet of a file."""

    seen: SheetPreview
    missing: str
    columns: list[ShownColumn]


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file in the list of its source."""

    file: DossierFile
    refusal: str
    has_rejected: bool


def sheets_shown(seen: Preview, form: ColumnsForm) -> list[ShownSheet]:
    """Put what was recognised beside the selects of a form."""
    return [
        ShownSheet(
            sheet,
            ", ".join(str(words.TARGETS[t]) for t in sheet.missing),
            [
                ShownColumn(c, form.field_of(c.header), ENCODINGS.get(c.encoding or "", ""), _is_doubtful(c))
                for c in sheet.columns
            ],
        )
        for sheet in seen.sheets
    ]


def files_shown(files: list[DossierFile]) -> list[ShownFile]:
    """Put files into words."""
    return [
        ShownFile(file, faults.sentence_of(file.refusal), dossier_files.rejected_path(file.pk).is_file())
        for file in files
    ]


def said(code: str) -> str:
    """Say why a row was not taken."""
    return str(words.REASONS.get(code) or reason(code))


def rejected_rows(file: DossierFile) -> tuple[list[str], int, Iterator[list[Cell]]] | None:
    """Give heads, number and lines of the rows that were not taken; None where none are kept."""
    path = dossier_files.rejected_path(file.pk)
    if not path.is_file():
        return None
    table = pl.read_parquet(path)
    own = {c.name for c in REJECTED.columns}
    others = [name for name in table.columns if name not in own]
    heads = [*SOURCE_HEADS, *(name.removesuffix(ORIGINAL) for name in others)]
    lines = (
        [said(row["reason"]), row["column"] or "", row["got"] or "", row["row"], *(row[name] or "" for name in others)]
        for row in table.iter_rows(named=True)
    )
    return heads, table.height, lines


def outcome_of(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Say what an import made, in order; what did not happen is left out, except the new and the unchanged."""
    names = {
        "added": _("new"), "changed": _("changed"), "unchanged": _("unchanged"),
        "older": _("left as a file made later has them"), "repeated": _("rows that a later row of the file repeats"),
        "rejected": _("rows not taken"), "absent": _("known from earlier files but not in this one; kept"),
    }  # fmt: skip
    always = {"added", "changed", "unchanged"}
    return [(said, counts.get(name, 0)) for name, said in names.items() if counts.get(name) or name in always]


def _is_doubtful(column: ColumnPreview) -> bool:
    return column.confidence is not None and column.confidence < DOUBT
