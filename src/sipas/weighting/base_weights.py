"""Base weights: every case that was tried stands for its share of its list, answered or not."""

from __future__ import annotations

import polars as pl

from sipas.errors import SipasError
from sipas.sampling.reserve_lists import STAGE, reserve_list

# Weights that differ by no more than this within a list count as equal: they come from one division.
EQUAL = 1e-9


def base_weights(sample: pl.DataFrame, visits: pl.DataFrame | None = None) -> pl.DataFrame:
    """Give the base weight of every case that was tried.

    Parameters
    ----------
    sample : polars.DataFrame
        Table ``sample``.
    visits : polars.DataFrame, optional
        Table ``visits``: a reserve was tried where it was visited or stands under ``replaced_by``. Missing: none was.

    Returns
    -------
    polars.DataFrame
        Official cases and the reserves that were tried, by ``case_id``: ``list`` (``reserve_list``), ``attempted``
        (cases of the list that were tried, m), ``base`` (above 0), ``approximate`` (chances differ within the list and
        reserves were tried: see below).

    Raises
    ------
    SipasError
        ``weighting.replacement_unknown``, ``weighting.weight_not_positive``.

    Notes
    -----
    base = 1/π · n/m, with π and n (official cases) of the draw and m of the field. A reserve takes nobody's place: the
    case it was tried for stays, with its outcome, so that nonresponse stays visible and what is not eligible leaves.

    With equal chances in the last stage this is (1/π of the units drawn before) · N/m, N the units of the list:
    official cases and reserves are one random order of the list, and the first m of it were tried. They are a simple
    random sample of m units where m is fixed. Here m is where the failures end, as in inverse sampling (Haldane 1945,
    *Biometrika* 33, 222-225; Cochran 1977, section 4.5): N/m, the usual estimator, has a bias of order 1/m, as the case
    that ends a list is a respondent. Given their number, the respondents are a simple random sample of those of the
    list who would respond, so a mean over them is unbiased where response is at random within the list. Systematic
    draws count as such: their reserves are tried in random order.

    With chances by size, π of m units is about m/n times that of n units (exactly n x / Σx → m x / Σx below 1), so each
    case keeps its own 1/π, times n/m, and the last stage's part of it at least 1: an approximation, and marked. Weights
    so made still add the sizes up to their total, which scaling to the official weights' random sum does not; a weight
    inherited from the replaced case is biased, for units that replace are the larger ones.
    """
    cases = _attempted(sample, visits)
    official = (pl.col("role") == "official").sum().over("list")
    cases = cases.with_columns(attempted=pl.len().cast(pl.Int64).over("list"), official=official.cast(pl.Int64))
    low, high = (pl.col("base_weight").min().over("list"), pl.col("base_weight").max().over("list"))
    # The last stage's weight is at least 1: 1/π_last · factor ≥ 1 where factor ≥ π_last.
    factor = pl.max_horizontal(pl.col("official") / pl.col("attempted"), "last")
    result = cases.select(
        "case_id",
        "list",
        "attempted",
        base=pl.col("base_weight") * factor,
        approximate=(high > low * (1.0 + EQUAL)) & (pl.col("attempted") > pl.col("official")),
    )
    _check_positive(result)
    return result.sort("case_id")


def _attempted(sample: pl.DataFrame, visits: pl.DataFrame | None) -> pl.DataFrame:
    stages = sorted(int(m[1]) for m in map(STAGE.match, sample.columns) if m)
    last = f"stage_{stages[-1]}_probability" if stages else "probability"
    cases = sample.select("case_id", "role", "base_weight", reserve_list(sample), last=last)
    tried = pl.col("role") == "official"
    if visits is not None:
        placed = visits["replaced_by"].drop_nulls()
        reserves = cases.filter(pl.col("role") == "reserve")["case_id"]
        unknown = placed.filter(~placed.is_in(reserves.implode()))
        if unknown.len():
            got = unknown.unique().sort().head(5).to_list()
            raise SipasError("weighting.replacement_unknown", "replaced_by", got=got)
        tried = tried | pl.col("case_id").is_in(pl.concat([placed, visits["case_id"]]).implode())
    return cases.filter(tried)


def _check_positive(weights: pl.DataFrame) -> None:
    wrong = weights.filter(~(pl.col("base") > 0) | pl.col("base").is_infinite() | pl.col("base").is_null())
    if wrong.height:
        raise SipasError(
            "weighting.weight_not_positive", "base", got=wrong["case_id"].head(5).to_list(), hint=wrong.height
        )
