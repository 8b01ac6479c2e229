"""The lists against the totals that the one-stop desks report."""

from __future__ import annotations

import re

import polars as pl

from sipas.errors import Place, SipasError
from sipas.intake.table import OfficeTable
from sipas.intake.vietnamese import search_key
from sipas.sampling.frame import reasons
from sipas.sampling.frame.places import Agency, Places

GAP_SCHEMA = {
    "agency": pl.String,
    "field": pl.String,
    "month": pl.String,
    "total": pl.Int64,
    "listed": pl.Int64,
    "in_frame": pl.Int64,
    "gap": pl.Int64,
    "share_in_frame": pl.Float64,
}
# Rows under these reasons are finished transactions all the same: the lists did hold them.
LISTED = (
    reasons.NO_NAME,
    reasons.NO_CONTACT,
    reasons.COMMUNE_UNKNOWN,
    reasons.COMMUNE_AMBIGUOUS,
    reasons.PERSON_LIMIT,
)

_YEAR_FIRST = re.compile(r"^(\d{4})[-/.](\d{1,2})(?:[-/.]\d{1,2})?(?: 00:00:00)?$")
_MONTH_FIRST = re.compile(r"^(?:thang\s*)?(\d{1,2})\s*(?:[-/.]|nam)\s*(\d{4})$")


def totals_from(table: OfficeTable) -> pl.DataFrame:
    """Take the one-stop totals out of an office file.

    Parameters
    ----------
    table : OfficeTable
        Read with ``purpose="totals"`` or a mapping to ``agency``, ``month``, ``total`` and, perhaps, ``field``.

    Returns
    -------
    polars.DataFrame
        ``agency``, ``month`` (YYYY-MM), ``total`` and ``field`` where the file has it; for ``import_frame``.

    Raises
    ------
    SipasError
        ``intake.column_missing``, ``frame.totals_month``, ``frame.totals_number``: a total that is wrong would hide
        a gap, so none is left out.
    """
    table.require(["agency", "month", "total"])
    totals = table.integers("total").values
    texts = table.texts("month").values
    months = [_month(text) if text else None for text in texts]
    for row, text, month, total in zip(table.rows, texts, months, totals, strict=True):
        place = Place(file=table.file, sheet=table.sheet, row=row)
        if month is None:
            raise SipasError("frame.totals_month", "month", expected="04/2026", got=text, place=place)
        if total is None or total < 0:
            raise SipasError("frame.totals_number", "total", expected="≥ 0", got=total, place=place)
    named = [table.texts(name).values for name in ("agency", "field") if table.has(name)]
    return pl.DataFrame([*named, pl.Series("month", months, dtype=pl.String), totals])


def _month(text: str) -> str | None:
    key = search_key(text)
    if match := _YEAR_FIRST.match(key):
        year, month = int(match.group(1)), int(match.group(2))
    elif match := _MONTH_FIRST.match(key):
        year, month = int(match.group(2)), int(match.group(1))
    else:
        return None
    return f"{year:04d}-{month:02d}" if 1 <= month <= 12 else None


def compare_totals(records: pl.DataFrame, totals: pl.DataFrame | None, places: Places) -> pl.DataFrame:
    """Set the rows of the lists against the one-stop totals.

    Parameters
    ----------
    records : polars.DataFrame
        Judged rows: ``agency``, ``field``, ``finished_on``, ``reason``.
    totals : polars.DataFrame, optional
        ``agency``, ``month`` (YYYY-MM), ``total`` and, where told apart, ``field``: transactions finished in the
        month, by the one-stop report.
    places : Places
        Reads the agencies' names.

    Returns
    -------
    polars.DataFrame
        One row for each agency, field (missing where the totals have none) and month of either side; ``total``
        missing where the report has none. ``gap`` is total - listed; ``share_in_frame`` is in_frame / total.

    Raises
    ------
    SipasError
        ``frame.totals_columns``, ``frame.totals_repeated``.
    """
    if totals is None:
        return pl.DataFrame(schema=GAP_SCHEMA)
    by = ["agency", "field", "month"] if "field" in totals.columns else ["agency", "month"]
    reported = _reported(totals, by, records, places)
    counted = records.filter(pl.col("reason").is_null() | pl.col("reason").is_in(list(LISTED)))
    counted = counted.with_columns(pl.col("finished_on").dt.strftime("%Y-%m").alias("month"))
    listed = counted.group_by(by).agg(
        pl.len().cast(pl.Int64).alias("listed"),
        pl.col("reason").is_null().sum().cast(pl.Int64).alias("in_frame"),
    )
    joined = reported.join(listed, on=by, how="full", coalesce=True, nulls_equal=True)
    joined = joined.with_columns(pl.col("listed", "in_frame").fill_null(0))
    joined = joined.with_columns(
        (pl.col("total") - pl.col("listed")).alias("gap"),
        pl.when(pl.col("total") > 0).then(pl.col("in_frame") / pl.col("total")).alias("share_in_frame"),
    )
    if "field" not in by:
        joined = joined.with_columns(pl.lit(None, pl.String).alias("field"))
    return joined.select([pl.col(name).cast(dtype) for name, dtype in GAP_SCHEMA.items()]).sort([
        "agency",
        "field",
        "month",
    ])


def _reported(totals: pl.DataFrame, by: list[str], records: pl.DataFrame, places: Places) -> pl.DataFrame:
    if not {"agency", "month", "total"} <= set(totals.columns):
        raise SipasError("frame.totals_columns", "totals", expected=["agency", "month", "total"], got=totals.columns)
    agencies = {text: _agency_name(text, places) for text in totals["agency"].unique().to_list()}
    known = {search_key(name): name for name in records["field"].drop_nulls().unique().sort().to_list()}
    named = totals.select(*by, pl.col("total").cast(pl.Int64)).with_columns(
        pl.col("agency").replace_strict(agencies, return_dtype=pl.String)
    )
    if "field" in by:
        fields = {text: known.get(search_key(text), text) for text in totals["field"].drop_nulls().unique().to_list()}
        named = named.with_columns(pl.col("field").replace_strict(fields, default=None, return_dtype=pl.String))
    if named.select(by).is_duplicated().any():
        twice = named.filter(named.select(by).is_duplicated()).sort(by, nulls_last=True).row(0)
        raise SipasError("frame.totals_repeated", "totals", expected=by, got=list(twice[:-1]))
    return named


def _agency_name(text: str, places: Places) -> str:
    found = places.agency(text)
    return found.name if isinstance(found, Agency) else text
