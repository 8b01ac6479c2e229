"""What an import of a frame gives: the frame, the contacts, the refused rows and a report a clerk can act on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from sipas.errors import Place
from sipas.intake.reasons import Reason
from sipas.intake.table import OfficeTable

# Groups of age in which a resident is shown; the last is open. An upper end lies below the next group.
AGE_BANDS = (18, 25, 35, 50, 60)
ADULT_AGE = 18  # residents asked are 18 or older (SIPAS 2022 on)


@dataclass(frozen=True, slots=True)
class Window:
    """Days in which a transaction must have been finished, both included.

    Parameters
    ----------
    start, end : datetime.date
        First and last day; for residents the end is the day on which age is counted.
    """

    start: dt.date
    end: dt.date


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be decided about a frame.

    Parameters
    ----------
    most_per_person : int, optional
        Rows kept for one person; those with the smallest unit ids stay. Missing: all.
    fields : tuple of str, optional
        Fields of procedures in scope; then a row of another or of none is refused. Missing or empty: any.
    agencies : tuple of str
        Agencies in scope; then a row of another is refused. Empty: any that the register or its kind explains.
    refuse_unknown_commune : bool
        Whether a row whose commune is not in the register is refused, or kept without commune.
    """

    most_per_person: int | None = None
    fields: tuple[str, ...] | None = None
    agencies: tuple[str, ...] = ()
    refuse_unknown_commune: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the lists that a person should know; data, not an exception.

    Findings are written into the published report of the frame: they name agencies, columns and rows, never a cell
    that may tell of a person.

    Parameters
    ----------
    code : str
        Dotted code with a sentence in the catalogue.
    got : object, optional
        A count or the column names in question.
    hint : object, optional
        Data that helps: numbers of rows, names of agencies and columns, words of status that many persons share.
    place : Place
        File, sheet, column.
    """

    code: str
    got: object = None
    hint: object = None
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class FrameReport:
    """Figures about an import.

    Parameters
    ----------
    rows_read : int
        Records in all lists.
    rows_kept : int
        Rows of the frame.
    rules : polars.DataFrame
        ``code``, ``rows``: refused rows by rule, rules that refused none too; a row counts under its first rule.
    skipped : polars.DataFrame
        ``file``, ``sheet``, ``code``, ``rows``: rows that are no records (titles, totals, ...).
    columns : polars.DataFrame
        ``file``, ``target``, ``header``, ``confidence``: how the columns were understood; header missing for a
        constant, target missing for a column that is not used.
    people : int
        Different people among the rows kept or over the limit.
    people_repeated : int
        Those with more than one row.
    rows_repeated : int
        Rows beyond each person's first, whatever the limit.
    findings : tuple of Finding
        What else to look at.
    gaps : polars.DataFrame
        Against the one-stop totals: ``agency``, ``field``, ``month``, ``total``, ``listed``, ``in_frame``, ``gap``
        (total - listed) and ``share_in_frame``; no rows where no totals were given.
    """

    rows_read: int
    rows_kept: int
    rules: pl.DataFrame
    skipped: pl.DataFrame
    columns: pl.DataFrame
    people: int
    people_repeated: int
    rows_repeated: int
    findings: tuple[Finding, ...]
    gaps: pl.DataFrame


@dataclass(frozen=True, slots=True)
class FrameImport:
    """Result of an import.

    Parameters
    ----------
    frame : polars.DataFrame
        ``tables.FRAME``, sorted by unit id; no identity.
    contacts : polars.DataFrame
        ``tables.CONTACTS`` of the same units, sorted by unit id. To be sealed.
    rejected : polars.DataFrame
        ``tables.REJECTED`` and the original cells. Holds identities: keep it with the contacts.
    report : FrameReport
        Figures.
    """

    frame: pl.DataFrame
    contacts: pl.DataFrame
    rejected: pl.DataFrame
    report: FrameReport


def count_rules(reasons: pl.Series, rules: Sequence[Reason]) -> pl.DataFrame:
    """Count refused rows by rule.

    Parameters
    ----------
    reasons : polars.Series of String
        One for each row; null where the row is kept.
    rules : sequence of Reason
        All rules, in order.

    Returns
    -------
    polars.DataFrame
        ``code`` and ``rows``, 0 where a rule refused none.
    """
    counts = dict(reasons.drop_nulls().value_counts().iter_rows())
    return pl.DataFrame(
        {"code": list(rules), "rows": [counts.get(rule, 0) for rule in rules]},
        schema={"code": pl.String, "rows": pl.Int64},
    )


def count_skipped(tables: Sequence[OfficeTable]) -> pl.DataFrame:
    """Count rows that are no records.

    Parameters
    ----------
    tables : sequence of OfficeTable
        The lists.

    Returns
    -------
    polars.DataFrame
        ``file``, ``sheet``, ``code``, ``rows``.
    """
    skipped = pl.concat([table.skipped for table in tables])
    counted = skipped.group_by("file", "sheet", pl.col("reason").alias("code"), maintain_order=True).len("rows")
    return counted.with_columns(pl.col("rows").cast(pl.Int64))


def describe_columns(tables: Sequence[OfficeTable]) -> pl.DataFrame:
    """Tell how the columns were understood.

    Parameters
    ----------
    tables : sequence of OfficeTable
        The lists.

    Returns
    -------
    polars.DataFrame
        ``file``, ``target``, ``header``, ``confidence``.
    """
    rows: list[tuple[str, str | None, str | None, float | None]] = []
    for table in tables:
        mapping = table.mapping
        rows += [
            (table.file, target, header, mapping.confidence.get(target)) for target, header in mapping.columns.items()
        ]
        rows += [(table.file, target, None, 1.0) for target in mapping.constants]
        rows += [(table.file, None, header, None) for header in mapping.unmapped]
    schema = {"file": pl.String, "target": pl.String, "header": pl.String, "confidence": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")
