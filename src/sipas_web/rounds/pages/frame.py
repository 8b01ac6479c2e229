"""What the pages of the lists show: the import's report in sentences, the frame in small tables, rejected rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django_stubs_ext import StrOrPromise

from sipas import rounds as library
from sipas.errors import SipasError
from sipas.intake import ColumnPreview, Preview, SheetPreview
from sipas.tables import REJECTED
from sipas_web.rounds import editions
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.frame_files import renamed
from sipas_web.rounds.frame_words import BY, ENCODINGS, HEADS, SOURCE_HEADS, TARGETS
from sipas_web.rounds.queries import Round
from sipas_web.rounds.queries import frame as reads
from sipas_web.shared.core_errors import reason, sentence

SHOWN = 25  # lines of a small table
COLUMNS = {"transactions": ("agency", "field", "finished_month"), "residents": ("commune", "age_band")}
ORIGINAL = " (gốc)"  # the library's mark of an original column that is named like one of its own
DOUBT = 0.85  # below this a guess is shown as one
PER_PAGE = 50
MOST_DOWNLOADED = 20_000  # rows of a workbook to mend


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a small table with its bar."""

    label: str
    rows: int
    percent: float  # of the longest


@dataclass(frozen=True, slots=True)
class Distribution:
    """The frame by one of its columns."""

    title: StrOrPromise
    lines: list[Line]
    others: int  # rows of the lines that are not shown
    others_count: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken, as its list has it."""

    file: str
    sheet: str
    row: int
    reason: str
    column: str
    got: str
    cells: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Report:
    """An import in words."""

    counts: dict[str, int]
    rejected: int
    rules: list[tuple[str, str, int]]  # code, sentence, rows; those that refused something
    notes: list[str]
    gaps: list[dict[str, Any]]
    gaps_hidden: int
    skipped: list[tuple[str, str | None, str, int]]  # list, sheet, reason, rows
    distributions: list[Distribution]


def report_of(round_: Round) -> Report | None:
    """Put the report of the last import into words; None before the first."""
    root = folder_of(round_)
    found = library.frame_findings(root)
    if found is None:
        return None
    names = reads.names_of(round_)
    short = sorted((gap for gap in found["gaps"] if gap["gap"] > 0), key=lambda gap: -gap["gap"])
    population = editions.edition_of(round_).population
    return Report(
        counts=found["counts"],
        rejected=sum(found["rules"].values()),
        rules=[(code, reason(code), rows) for code, rows in found["rules"].items() if rows],
        notes=[_begun(sentence(renamed(note, names))) for note in found["notes"]],
        gaps=short[:SHOWN],
        gaps_hidden=max(len(short) - SHOWN, 0),
        skipped=[(names.get(s["file"], s["file"]), s["sheet"], reason(s["code"]), s["rows"]) for s in found["skipped"]],
        distributions=[d for by in COLUMNS[population] if (d := _distribution(root, by)).lines],
    )


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column of a list with what was recognised in it and the select that says otherwise."""

    seen: ColumnPreview
    field: Any
    encoding: StrOrPromise
    is_doubtful: bool


@dataclass(frozen=True, slots=True)
class ShownSheet:
    """A sheet of a list."""

    seen: SheetPreview
    missing: str
    columns: list[ShownColumn]


def sheets_shown(seen: Preview, form: Any) -> list[ShownSheet]:
    """Put what was recognised beside the selects of a form."""
    shown = []
    for sheet in seen.sheets:
        columns = [
            ShownColumn(c, form.field_of(c.header), ENCODINGS.get(c.encoding or "", ""), _is_doubtful(c))
            for c in sheet.columns
        ]
        shown.append(ShownSheet(sheet, ", ".join(str(TARGETS[t]) for t in sheet.missing), columns))
    return shown


def skipped_sheets(seen: Preview) -> list[tuple[str, str]]:
    """Give the sheets that are no lists, each with its reason."""
    made = []
    for sheet in seen.skipped:
        lacking = ", ".join(str(TARGETS.get(target, target)) for target in sheet.missing)
        made.append((sheet.sheet, f"{reason(sheet.reason)} ({lacking})" if lacking else reason(sheet.reason)))
    return made


def encoding_of(seen: Preview) -> StrOrPromise:
    """Name the encoding of a CSV file."""
    return ENCODINGS.get(seen.encoding or "", seen.encoding or "")


def _is_doubtful(column: ColumnPreview) -> bool:
    return column.confidence is not None and column.confidence < DOUBT


def rejected_page(round_: Round, chosen: str, number: str | None) -> tuple[Any, list[Rejected]]:
    """Give a page of the rows that were not taken: the pager's page, and the rows on it."""
    counts = dict(library.rejected_reasons(folder_of(round_)))
    total = counts.get(chosen, 0) if chosen else sum(counts.values())
    page = Paginator(range(total), PER_PAGE).get_page(number)
    rows = library.rejected_page(folder_of(round_), reason=chosen, offset=(page.number - 1) * PER_PAGE, limit=PER_PAGE)
    names = reads.names_of(round_)
    return page, [_rejected(row, names) for row in rows.iter_rows(named=True)]


def reasons_of(round_: Round) -> list[tuple[str, str, int]]:
    """List why rows were not taken: code, sentence, rows."""
    return [(code, reason(code), rows) for code, rows in library.rejected_reasons(folder_of(round_))]


def rows_to_mend(round_: Round, chosen: str) -> tuple[list[str], Iterator[list[str]]]:
    """Give heads and lines of the rows that were not taken; the heads are recognised when they are handed in again."""
    table = library.rejected_page(folder_of(round_), reason=chosen, limit=MOST_DOWNLOADED)
    names, targets, constants = reads.names_of(round_), _targets(round_), _constants(round_)
    own = {c.name for c in REJECTED.columns}
    heads: dict[str, None] = {}
    lines: list[tuple[list[str], dict[str, str]]] = []
    for row in table.iter_rows(named=True):
        cells = dict(constants.get(row["file"], {}))
        for column, value in row.items():
            if column not in own and value is not None:
                header = column.removesuffix(ORIGINAL)
                cells[targets.get((row["file"], header), header)] = str(value)
        heads |= dict.fromkeys(cells)
        source = [reason(row["reason"]), names.get(row["file"], row["file"] or ""), row["sheet"] or "", str(row["row"])]
        lines.append((source, cells))
    ordered = [h for h in HEADS.values() if h in heads] + [h for h in heads if h not in HEADS.values()]
    made = ([*source, *(cells.get(head, "") for head in ordered)] for source, cells in lines)
    return [*SOURCE_HEADS, *ordered], made


def _targets(round_: Round) -> dict[tuple[str, str], str]:
    found = library.frame_findings(folder_of(round_))
    columns = found["columns"] if found else []
    return {(c["file"], c["header"]): HEADS[c["target"]] for c in columns if c["target"] in HEADS and c["header"]}


def _constants(round_: Round) -> dict[str, dict[str, str]]:
    made = {}
    for list_ in reads.lists_of(round_).filter(mapping__isnull=False):
        constants = (list_.mapping or {}).get("constants", {})
        made[list_.stored.rpartition("/")[2]] = {HEADS[t]: value for t, value in constants.items() if t in HEADS}
    return made


def _rejected(row: dict[str, Any], names: dict[str, str]) -> Rejected:
    own = {c.name for c in REJECTED.columns}
    cells = [(c.removesuffix(ORIGINAL), str(v)) for c, v in row.items() if c not in own and v is not None]
    return Rejected(
        names.get(row["file"], row["file"] or ""),
        row["sheet"] or "",
        row["row"],
        reason(row["reason"]),
        row["column"] or "",
        row["got"] or "",
        cells,
    )


def _distribution(root: Any, by: str) -> Distribution:
    try:
        counted = [(value, rows) for value, rows in library.frame_counts(root, by) if value is not None]
    except SipasError:
        counted = []
    most = max((rows for _, rows in counted), default=1)
    shown, rest = counted[:SHOWN], counted[SHOWN:]
    lines = [Line(_said(by, value), rows, 100 * rows / most) for value, rows in shown]
    return Distribution(BY[by], lines, sum(rows for _, rows in rest), len(rest))


def _said(by: str, value: str) -> str:
    if by == "finished_month":
        year, _dash, month = value.partition("-")
        return f"{month}/{year}"
    return value


def _begun(text: str) -> str:
    """Begin a sentence with a capital: a place may stand first."""
    return text[:1].upper() + text[1:]
