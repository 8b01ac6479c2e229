"""The frame of residents: commune, village, person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

import polars as pl

from sipas.geography import Unit
from sipas.intake import columns as keys
from sipas.intake.dates import read_dates
from sipas.intake.table import OfficeTable
from sipas.sampling.frame import reasons
from sipas.sampling.frame.outcome import ADULT_AGE, AGE_BANDS
from sipas.sampling.frame.places import Places, one_spelling
from sipas.sampling.frame.records import gather, people, phones
from sipas.sampling.numbers import path

REQUIRED = ("name", "birth", "village", "commune")
TEXTS = ("name", "birth", "village", "commune", "district", "address", "phone", "email", "identity_number")
AT_FAULT: dict[str, str] = {
    reasons.NO_NAME: "name",
    reasons.BIRTH_MISSING: "birth",
    reasons.DATE_IMPOSSIBLE: "birth",
    reasons.DATE_UNREADABLE: "birth",
    reasons.UNDER_AGE: "birth",
    reasons.COMMUNE_UNKNOWN: "commune",
    reasons.COMMUNE_AMBIGUOUS: "commune",
    reasons.VILLAGE_MISSING: "village",
    reasons.DUPLICATE: "name",
}
_TEXT = pl.String
_YEAR = r"^(?:19|20)\d{2}$"


def read_residents(tables: Sequence[OfficeTable], places: Places, on: dt.date) -> pl.DataFrame:
    """Give the rows of all lists with what their words mean.

    Parameters
    ----------
    tables : sequence of OfficeTable
        The lists, mapped.
    places : Places
        Reads communes.
    on : datetime.date
        Day on which age is counted.

    Returns
    -------
    polars.DataFrame
        Columns of the lists; ``person``, ``age`` (whole years; from a year of birth alone the age reached in the
        year), ``commune_code``, ``commune_reason``, ``agency``, ``village`` in one spelling with its commune,
        ``birth_reason``, ``transaction`` (what tells two people apart).

    Raises
    ------
    SipasError
        ``intake.column_missing``.
    """
    for table in tables:
        table.require(REQUIRED)
    records = gather(tables, TEXTS, ())
    records = records.with_columns(phones(records), keys.search_keys(records["name"].fill_null("")).alias("name_key"))
    records = records.with_columns(people(records), *_ages(records["birth"], on))
    records = _with_communes(records, places)
    records = records.with_columns(_villages(records))
    who = [pl.col("name_key"), pl.col("identity_number").fill_null("")]
    where = [pl.col(c).fill_null("") for c in ("birth_key", "commune_code", "village")]
    return records.with_columns(path([*who, *where]).alias("transaction"))


def refuse(records: pl.DataFrame) -> pl.DataFrame:
    """Give each row the first rule that it breaks.

    Parameters
    ----------
    records : polars.DataFrame
        From ``read_residents``.

    Returns
    -------
    polars.DataFrame
        With ``reason``; null where the row stays.
    """
    first = (
        pl
        .when(pl.col("name").is_null())
        .then(pl.lit(reasons.NO_NAME))
        .when(pl.col("birth").is_null())
        .then(pl.lit(reasons.BIRTH_MISSING))
        .when(pl.col("birth_reason").is_not_null())
        .then("birth_reason")
        .when(pl.col("age") < ADULT_AGE)
        .then(pl.lit(reasons.UNDER_AGE))
        .when(pl.col("commune_reason").is_not_null())
        .then("commune_reason")
        .when(pl.col("village").is_null())
        .then(pl.lit(reasons.VILLAGE_MISSING))
    )
    judged = records.with_columns(first.alias("reason"))
    repeated = ~pl.struct("transaction", "reason").is_first_distinct() & pl.col("reason").is_null()
    return judged.with_columns(pl.when(repeated).then(pl.lit(reasons.DUPLICATE)).otherwise("reason").alias("reason"))


def age_band(age: pl.Expr) -> pl.Expr:
    """Put ages into groups.

    Parameters
    ----------
    age : polars.Expr
        Whole years, 18 or more.

    Returns
    -------
    polars.Expr
        ``18-24``, ``25-34``, ``35-49``, ``50-59``, ``60+``.
    """
    band = pl.lit(f"{AGE_BANDS[-1]}+")
    for low, above in reversed(list(pairwise(AGE_BANDS))):
        band = pl.when(age < above).then(pl.lit(f"{low}-{above - 1}")).otherwise(band)
    return band


def _ages(births: pl.Series, on: dt.date) -> list[pl.Series]:
    is_year = births.str.contains(_YEAR).fill_null(value=False)
    years = births.set(~is_year, None).cast(pl.Int32)
    read = read_dates(births.set(is_year, None))
    table = pl.DataFrame({"year": years, "date": read["date"], "reason": read["reason"]})
    before_birthday = (pl.col("date").dt.month() > on.month) | (
        (pl.col("date").dt.month() == on.month) & (pl.col("date").dt.day() > on.day)
    )
    by_date = on.year - pl.col("date").dt.year() - before_birthday.cast(pl.Int32)
    return list(
        table.select(
            pl.coalesce(on.year - pl.col("year"), by_date).alias("age"),
            pl.col("reason").alias("birth_reason"),
            pl.coalesce(pl.col("date").cast(_TEXT), pl.col("year").cast(_TEXT)).alias("birth_key"),
        ).get_columns()
    )


def _with_communes(records: pl.DataFrame, places: Places) -> pl.DataFrame:
    pairs = records.select("commune", "district").unique(maintain_order=True)
    read = [places.commune(c, d) if c else reasons.COMMUNE_UNKNOWN for c, d in pairs.iter_rows()]
    units = [r if isinstance(r, Unit) else None for r in read]
    resolved = pairs.with_columns(
        pl.Series("commune_code", [u.code if u else None for u in units], dtype=_TEXT),
        pl.Series("commune_label", [", ".join(reversed(u.path[1:])) if u else None for u in units], dtype=_TEXT),
        pl.Series("agency", [places.authority(u) if u else None for u in units], dtype=_TEXT),
        pl.Series("commune_reason", [None if isinstance(r, Unit) else r for r in read], dtype=_TEXT),
    )
    return records.join(resolved, on=["commune", "district"], how="left", nulls_equal=True, maintain_order="left")


def _villages(records: pl.DataFrame) -> pl.Series:
    """One spelling of a village within its commune, and the commune behind it: two communes each have a Thôn 1."""
    pairs = records.group_by("commune_label", "village", maintain_order=True).len()
    named: dict[tuple[str, str], str] = {}
    for commune in pairs["commune_label"].drop_nulls().unique(maintain_order=True):
        here = pairs.filter((pl.col("commune_label") == commune) & pl.col("village").is_not_null())
        spelling = one_spelling([(village, count) for _, village, count in here.iter_rows()])
        named |= {(commune, village): f"{chosen}, {commune}" for village, chosen in spelling.items()}
    full = [named.get((c, v)) for c, v, _ in pairs.iter_rows()]
    told = pairs.select("commune_label", "village").with_columns(pl.Series("full", full, dtype=_TEXT))
    on = ["commune_label", "village"]
    return records.join(told, on=on, how="left", nulls_equal=True, maintain_order="left")["full"].alias("village")
