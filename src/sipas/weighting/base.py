"""Base weights: each place of the official sample is carried by the case that stands in it."""

from __future__ import annotations

import polars as pl

from sipas.errors import SipasError


def base_weights(sample: pl.DataFrame, visits: pl.DataFrame | None = None) -> pl.DataFrame:
    """Give the base weight of every case in the field.

    Parameters
    ----------
    sample : polars.DataFrame
        Table ``sample``.
    visits : polars.DataFrame, optional
        Table ``visits``; its ``replaced_by`` says which reserve took whose place.

    Returns
    -------
    polars.DataFrame
        ``case_id``, ``place`` (official case whose place this one holds), ``base`` (1 / inclusion probability of
        the place, above 0), sorted by ``case_id``. A replaced case and a reserve that was not used have no row.

    Raises
    ------
    SipasError
        ``weighting.replacement_unknown``, ``weighting.replacement_repeated``, ``weighting.weight_not_positive``.

    Notes
    -----
    A reserve takes the weight of the official case in whose place it stands, through any chain of
    replacements, so that the base weights add up to the weights of the official sample.
    """
    official = sample.filter(pl.col("role") == "official")
    places = official.select("case_id", place="case_id")
    moves = _replacements(sample, visits)
    # Each turn moves every place one step along its chain; a chain is never longer than the list of moves.
    for _ in range(moves.height):
        moved = places.join(moves, on="case_id", how="left", maintain_order="left")
        if moved["replaced_by"].null_count() == moved.height:
            break
        places = moved.select(pl.coalesce("replaced_by", "case_id").alias("case_id"), "place")
    weights = official.select(place="case_id", base="base_weight")
    result = places.join(weights, on="place", how="left").select("case_id", "place", "base")
    _check_positive(result)
    return result.sort("case_id")


def _replacements(sample: pl.DataFrame, visits: pl.DataFrame | None) -> pl.DataFrame:
    if visits is None:
        return pl.DataFrame(schema={"case_id": pl.String, "replaced_by": pl.String})
    moves = visits.filter(pl.col("replaced_by").is_not_null()).select("case_id", "replaced_by").unique()
    reserves = sample.filter(pl.col("role") == "reserve")["case_id"]
    unknown = moves.filter(~pl.col("replaced_by").is_in(reserves.implode()))["replaced_by"]
    if unknown.len():
        raise SipasError("weighting.replacement_unknown", "replaced_by", got=unknown.unique().sort().head(5).to_list())
    for side in ("case_id", "replaced_by"):
        twice = moves.filter(pl.col(side).is_duplicated())[side]
        if twice.len():
            raise SipasError("weighting.replacement_repeated", side, got=twice.unique().sort().head(5).to_list())
    return moves


def _check_positive(weights: pl.DataFrame) -> None:
    wrong = weights.filter(~(pl.col("base") > 0) | pl.col("base").is_infinite() | pl.col("base").is_null())
    if wrong.height:
        raise SipasError(
            "weighting.weight_not_positive", "base", got=wrong["case_id"].head(5).to_list(), hint=wrong.height
        )
