"""Figures the Ministry of Home Affairs published for 2015 to 2024, with the mark and source of each."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib.resources import files

import polars as pl
import yaml

from sipas.geography import find

MARKS = ("F", "D", "I", "R")  # found, derived, inferred, recalled
# The register of units begins here; the provinces of 2015 were the same.
FIRST_DAY = dt.date(2017, 1, 1)
_NOTES = {"source": pl.String, "note": pl.String, "note_en": pl.String}
_NATIONAL = {
    "year": pl.Int64,
    "percent": pl.Float64,
    "low_province": pl.Float64,
    "high_province": pl.Float64,
    "series": pl.String,
    "mark": pl.String,
    "low_mark": pl.String,
    "high_mark": pl.String,
} | _NOTES
_FACTORS = {
    "year": pl.Int64,
    "level": pl.String,
    "title": pl.String,
    "title_en": pl.String,
    "percent": pl.Float64,
    "low_province": pl.Float64,
    "high_province": pl.Float64,
    "mark": pl.String,
} | _NOTES
_PROVINCES = {
    "year": pl.Int64,
    "province": pl.String,
    "percent": pl.Float64,
    "percent_mark": pl.String,
    "rank": pl.Int64,
    "rank_mark": pl.String,
} | _NOTES


@cache
def national_line() -> pl.DataFrame:
    """Give the national index by year.

    Returns
    -------
    polars.DataFrame
        One row per year, ascending: ``year``; ``percent`` 0 to 100 (missing: none was found); ``low_province``
        and ``high_province``, the lowest and highest province in percent (missing: not found); ``series``, as
        `Edition.series`: ``sipas-transactions`` to 2021, ``sipas-residents`` from 2022; ``mark``, ``low_mark``
        and ``high_mark`` (F found, D derived, I inferred, R recalled); ``source``; ``note``, ``note_en``.

    Notes
    -----
    Years of different ``series`` measure different things: draw a line inside a series only, never across
    2021/2022.
    """
    return pl.DataFrame(yaml.safe_load(_text("national.yaml")), schema=_NATIONAL).sort("year")


@cache
def national_factors() -> pl.DataFrame:
    """Give the contents and service factors published for the country.

    Returns
    -------
    polars.DataFrame
        2022 to 2024, all of the series ``sipas-residents``: ``year``, ``level`` (content, factor), ``title``,
        ``title_en``, ``percent`` 0 to 100, ``low_province`` and ``high_province`` (missing: not found),
        ``mark``, ``source``, ``note``, ``note_en``.
    """
    return pl.DataFrame(yaml.safe_load(_text("factors.yaml")), schema=_FACTORS)


@cache
def province_values() -> pl.DataFrame:
    """Give the published index and rank of provinces, as far as they were found.

    Returns
    -------
    polars.DataFrame
        One row per year and province: ``year``, ``code`` (of the province that existed at the end of that
        year), ``province`` (name as published), ``percent`` 0 to 100 and ``rank`` (either may be missing: not
        found), ``percent_mark``, ``rank_mark``, ``series``, ``source``, ``note``, ``note_en``. Only 2015 (a
        pilot of ten) is complete.
    """
    table = pl.read_csv(_text("provinces.csv").encode(), schema=_PROVINCES)
    series = national_line().select("year", "series")
    codes = [
        find(name, max(dt.date(year, 12, 31), FIRST_DAY), "province").code
        for year, name in table.select("year", "province").iter_rows()
    ]
    coded = table.with_columns(code=pl.Series(codes, dtype=pl.String)).join(
        series, on="year", how="left", maintain_order="left"
    )
    first = ["year", "code", "province", "percent", "percent_mark", "rank", "rank_mark", "series"]
    return coded.select(*first, *_NOTES)


def _text(name: str) -> str:
    return (files(__package__) / "data" / name).read_text(encoding="utf-8")
