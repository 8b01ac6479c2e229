"""The rows of all lists under one set of column names, and what can be said about each before any rule."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from sipas.errors import Place
from sipas.intake import columns as keys
from sipas.intake.headers import LEAST_CONFIDENCE
from sipas.intake.reasons import ROW_TOO_LONG
from sipas.intake.table import OfficeTable
from sipas.sampling.frame.outcome import Finding

SURE = 0.8  # below this a guessed column is shown to the user for confirmation
LEAST_PHONE_DIGITS = 8
MOST_NAMED = 10


def gather(tables: Sequence[OfficeTable], texts: Sequence[str], dates: Sequence[str]) -> pl.DataFrame:
    """Put the rows of all lists under one another.

    Parameters
    ----------
    tables : sequence of OfficeTable
        The lists, each with its mapping.
    texts, dates : sequence of str
        Targets taken as text and as dates; a list that lacks one gives nulls.

    Returns
    -------
    polars.DataFrame
        ``table`` (place of the list), ``row``, each target, and for each date ``<target>_reason``: the dotted code of
        a cell that could not be read.
    """
    parts = []
    for place, table in enumerate(tables):
        columns = [table.rows.alias("row")]
        for target in texts:
            columns.append(_text(table, target))
        for target in dates:
            columns += _date(table, target)
        parts.append(
            pl.DataFrame(columns).insert_column(0, pl.Series("table", [place]).new_from_index(0, table.height))
        )
    return pl.concat(parts)


def overlong(tables: Sequence[OfficeTable]) -> int:
    """Count the rows that intake refused because they have more fields than columns.

    Parameters
    ----------
    tables : sequence of OfficeTable
        The lists.

    Returns
    -------
    int
        Rows.
    """
    return sum(int((table.skipped["reason"] == ROW_TOO_LONG).sum()) for table in tables)


def reject(tables: Sequence[OfficeTable], records: pl.DataFrame, columns: dict[str, str]) -> pl.DataFrame:
    """Write the refused rows with their original cells.

    Parameters
    ----------
    tables : sequence of OfficeTable
        The lists.
    records : polars.DataFrame
        From ``gather``, with ``reason``; in the order of the lists.
    columns : dict of str to str
        Target at fault by reason.

    Returns
    -------
    polars.DataFrame
        ``tables.REJECTED`` and the original cells, by list and row; intake's overlong rows too.
    """
    parts = []
    for place, table in enumerate(tables):
        reason = records.filter(pl.col("table") == place)["reason"]
        targets = {code: columns[code] for code in columns if table.has(columns[code])}
        at_fault = reason.replace_strict(targets, default=None, return_dtype=pl.String)
        listed = [table.rejected(_where(reason, at_fault.is_null()))]
        for target in sorted(set(at_fault.drop_nulls())):
            listed.append(table.rejected(_where(reason, at_fault == target), target))
        long = table.skipped.filter(pl.col("reason") == ROW_TOO_LONG)
        parts.append(pl.concat([*listed, long], how="diagonal").sort("row", maintain_order=True))
    return pl.concat(parts, how="diagonal")


def phones(records: pl.DataFrame) -> pl.Series:
    """Write telephone numbers in one form.

    Parameters
    ----------
    records : polars.DataFrame
        With ``phone``, text.

    Returns
    -------
    polars.Series of String
        Digits with the leading 0 that a spreadsheet drops, +84 as 0; a cell with several numbers stays as it is; null
        where there are fewer than 8 digits.
    """
    found = keys.digits(pl.col("phone"))
    national = (
        pl
        .when(found.str.starts_with("84") & (found.str.len_bytes() >= 11))
        .then(pl.lit("0") + found.str.slice(2))
        .when(~found.str.starts_with("0") & (found.str.len_bytes() >= 9))
        .then(pl.lit("0") + found)
        .otherwise(found)
    )
    several = found.str.len_bytes() > 12
    written = pl.when(found.str.len_bytes() < LEAST_PHONE_DIGITS).then(None).when(several).then(pl.col("phone"))
    return records.select(written.otherwise(national).alias("phone"))["phone"]


def people(records: pl.DataFrame) -> pl.Series:
    """Give each row the normalised identity of its person.

    Parameters
    ----------
    records : polars.DataFrame
        With ``name_key``, ``phone`` (from ``phones``), ``address``, ``identity_number``.

    Returns
    -------
    polars.Series of String
        ``person``: name without diacritics, with the identity number, else the telephone, else the address.
    """
    unnumbered = pl.col("identity_number").is_null() & pl.col("phone").is_null()
    address = records.select(pl.when(unnumbered).then("address").alias("address"))["address"]
    at = pl.coalesce(
        pl.lit("id:") + keys.search_keys(records["identity_number"]),
        pl.lit("phone:") + keys.digits(pl.col("phone")),
        pl.lit("address:") + keys.search_keys(address),
        pl.lit(""),
    )
    return records.select(pl.concat_str("name_key", pl.lit("|"), at).alias("person"))["person"]


def findings_of_lists(tables: Sequence[OfficeTable], dates: Sequence[str]) -> list[Finding]:
    """Tell what a person should know about the lists as such.

    Parameters
    ----------
    tables : sequence of OfficeTable
        The lists.
    dates : sequence of str
        Targets that are dates.

    Returns
    -------
    list of Finding
        Old encodings, cells left uncertain, dates perhaps turned round, columns guessed with doubt, columns not used.
    """
    found = []
    for table in tables:
        found += _encodings(table)
        found += [f for target in dates if table.has(target) for f in _swapped(table, target)]
        found += _guesses(table)
    return found


def at_rows(code: str, records: pl.DataFrame, tables: Sequence[OfficeTable]) -> list[Finding]:
    """Tell in which rows something stands, list by list, without the cells.

    Parameters
    ----------
    code : str
        Code of the finding.
    records : polars.DataFrame
        Rows in question: ``table``, ``row``.
    tables : sequence of OfficeTable
        The lists.

    Returns
    -------
    list of Finding
        One for each list that has such rows: ``got`` their number, ``hint`` the first ten row numbers.
    """
    found = []
    for number, table in enumerate(tables):
        rows = records.filter(pl.col("table") == number)["row"].sort()
        if rows.len():
            place = Place(file=table.file, sheet=table.sheet)
            found.append(Finding(code, got=rows.len(), hint=rows.head(MOST_NAMED).to_list(), place=place))
    return found


def _encodings(table: OfficeTable) -> list[Finding]:
    place = Place(file=table.file, sheet=table.sheet)
    found = []
    for encoding in sorted({c.encoding for c in table.conversions}):
        cells = [c for c in table.conversions if c.encoding == encoding]
        columns = [f"{c.column} ({c.cells})" for c in cells]
        if encoding == "uncertain":
            found.append(
                Finding("frame.encoding_uncertain", got=sum(c.cells for c in cells), hint=columns, place=place)
            )
        else:
            hint = [encoding.upper(), *columns]
            found.append(Finding("frame.encoding_converted", got=sum(c.cells for c in cells), hint=hint, place=place))
    return found


def _text(table: OfficeTable, target: str) -> pl.Series:
    if table.has(target):
        return table.texts(target).values.alias(target)
    return _nothing(table.height).alias(target)


def _date(table: OfficeTable, target: str) -> list[pl.Series]:
    if not table.has(target):
        empty = pl.Series(target, [None], dtype=pl.Date).new_from_index(0, table.height)
        return [empty, _nothing(table.height).alias(f"{target}_reason")]
    parsed = table.dates(target)
    faults = parsed.faults.select("row", "reason")
    reasons = pl.DataFrame({"row": table.rows}).join(faults, on="row", how="left", maintain_order="left")["reason"]
    return [parsed.values.alias(target), reasons.alias(f"{target}_reason")]


def _swapped(table: OfficeTable, target: str) -> list[Finding]:
    count = table.swapped_dates(target)
    place = Place(file=table.file, sheet=table.sheet, column=table.mapping.columns.get(target))
    return [Finding("frame.dates_maybe_swapped", got=count, place=place)] if count else []


def _guesses(table: OfficeTable) -> list[Finding]:
    place = Place(file=table.file, sheet=table.sheet)
    doubtful = [
        f"{header} → {target}"
        for target, header in table.mapping.columns.items()
        if LEAST_CONFIDENCE <= table.mapping.confidence.get(target, 1.0) < SURE
    ]
    found = [Finding("frame.mapping_doubtful", got=doubtful, place=place)] if doubtful else []
    unused = list(table.mapping.unmapped[:MOST_NAMED])
    return found + ([Finding("frame.columns_unused", got=unused, place=place)] if unused else [])


def _nothing(height: int) -> pl.Series:
    return pl.Series("nothing", [None], dtype=pl.String).new_from_index(0, height)


def _where(reasons: pl.Series, chosen: pl.Series) -> pl.Series:
    return reasons.zip_with(chosen.fill_null(value=False), _nothing(len(reasons)))
