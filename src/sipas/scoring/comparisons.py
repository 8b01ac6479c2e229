"""Is one domain really above another, and which domains can be among the first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
import polars as pl
from scipy.special import ndtr, stdtrit

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Flags, Ints, Reals
from sipas.scoring.contenders import Contenders, contenders
from sipas.scoring.index import Score
from sipas.scoring.pairwise import DIGITS, pooled_degrees, rank_sets_pairwise, studentised
from sipas.scoring.ranks import places
from sipas.scoring.simultaneous import DRAWS, SEED, errors_of_differences

Adjust = Literal["holm", "benjamini_hochberg", "none"]
ADJUSTMENTS: tuple[Adjust, ...] = ("holm", "benjamini_hochberg", "none")
COMPARED = {
    "domain": pl.String,
    "other": pl.String,
    "percent": pl.Float64,
    "other_percent": pl.Float64,
    "difference": pl.Float64,
    "se": pl.Float64,
    "df": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "p": pl.Float64,
    "p_adjusted": pl.Float64,
    "verdict": pl.String,
}


def differences(
    score: Score,
    domain_kind: str,
    node: str,
    pairs: Iterable[tuple[str, str]] | None = None,
    *,
    minimum: int = 1,
    level: float = 0.95,
    adjust: Adjust = "holm",
) -> pl.DataFrame:
    """Tell for pairs of domains whether one is really above the other.

    Parameters
    ----------
    score : Score
        An index.
    domain_kind : str
        Whose domains.
    node : str
        By which node.
    pairs : iterable of (str, str), optional
        Domains to compare; missing: every pair once, the better first.
    minimum : int
        Least respondents (n) a domain needs.
    level : float
        1 - the error allowed: for ``holm`` of one wrong verdict among all pairs of the call, for
        ``benjamini_hochberg`` of the share of wrong verdicts expected, for ``none`` of each pair by itself.
    adjust : {"holm", "benjamini_hochberg", "none"}
        For testing several pairs (Holm 1979, Scandinavian Journal of Statistics 6(2) 65-70; Benjamini & Hochberg 1995,
        doi:10.1111/j.2517-6161.1995.tb02031.x).

    Returns
    -------
    polars.DataFrame
        One row per pair asked, in that order: ``domain``, ``other``, ``percent``, ``other_percent``, ``difference``,
        ``se`` of the difference (points), ``df``, ``low`` and ``high`` (interval of this difference by itself at
        ``level``), ``p`` (two-sided), ``p_adjusted``, ``verdict``: ``above``, ``below``, ``undecided``, or
        ``unknown`` where one of the two has too few respondents or no interval.

    Raises
    ------
    SipasError
        ``scoring.kind_unknown``, ``scoring.node_unknown``, ``scoring.minimum_not_valid``, ``scoring.level_not_valid``,
        ``scoring.method_unknown``, ``scoring.domain_unknown``, ``scoring.pair_of_one``.

    Notes
    -----
    t test with the standard error of the difference, √(v₁ + v₂ - 2c), and Satterthwaite's degrees of freedom. Whether
    two intervals overlap is no such test: it is too strict (Wright, Klein & Wieczorek 2019,
    doi:10.1080/00031305.2017.1392359).
    """
    if adjust not in ADJUSTMENTS:
        raise SipasError("scoring.method_unknown", "adjust", expected=list(ADJUSTMENTS), got=adjust)
    field = contenders(score, domain_kind, node, minimum=minimum, level=level)
    asked = _every_pair(field) if pairs is None else list(pairs)
    _refuse_pairs(asked, score.nodes[domain_kind].grid.domains)
    place = {name: number for number, name in enumerate(field.domains)}
    rows = [row for row, (one, other) in enumerate(asked) if one in place and other in place]
    first, second = (np.array([place[asked[row][side]] for row in rows], dtype=np.int64) for side in (0, 1))
    table = pl.DataFrame(asked, schema={"domain": pl.String, "other": pl.String}, orient="row").with_row_index("row")
    found = _compared(field, first, second, level, adjust).with_columns(pl.Series("row", rows, pl.UInt32))
    table = table.join(found, on="row", how="left", maintain_order="left")
    return table.with_columns(pl.col("verdict").fill_null("unknown")).select(
        pl.col(name).cast(dtype) for name, dtype in COMPARED.items()
    )


def adjusted(p: Reals, adjust: Adjust = "holm") -> Reals:
    """Adjust probabilities for testing several hypotheses.

    Parameters
    ----------
    p : array, shape (M,)
        Between 0 and 1, none missing.
    adjust : {"holm", "benjamini_hochberg", "none"}
        Against any wrong rejection; against the share of wrong ones; not at all.

    Returns
    -------
    array, shape (M,)
        In the same order; R's ``p.adjust``.
    """
    count, order = p.size, np.argsort(p, kind="stable")
    rank = np.arange(count)
    result = p.copy()
    if adjust == "holm":
        result[order] = np.minimum(np.maximum.accumulate((count - rank) * p[order]), 1.0)
    elif adjust == "benjamini_hochberg":
        scaled = count / (rank + 1.0) * p[order]
        result[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return result


def leaders(
    score: Score,
    domain_kind: str,
    node: str,
    count: int = 5,
    *,
    minimum: int = 1,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = SEED,
) -> pl.DataFrame:
    """Tell which domains can be among the first, and which certainly are.

    Parameters
    ----------
    score : Score
        An index.
    domain_kind : str
        Whose domains.
    node : str
        By which node.
    count : int
        How many places at the top are meant, 1 or more.
    minimum : int
        Least respondents (n) a domain needs.
    level : float
        Probability that all that is said about all domains is right together.
    draws, seed : int
        Of the simulation.

    Returns
    -------
    polars.DataFrame
        The ranked domains from the best: ``domain``, ``percent``, ``rank``, ``rank_low``, ``rank_high`` (joint
        stepwise sets), ``possible`` (cannot be excluded from the first ``count``), ``sure`` (certainly among them).

    Raises
    ------
    SipasError
        ``scoring.kind_unknown``, ``scoring.node_unknown``, ``scoring.minimum_not_valid``, ``scoring.level_not_valid``,
        ``scoring.draws_not_valid``, ``scoring.count_not_valid``.

    Notes
    -----
    Projection of the joint set of ranks: Mogstad, Romano, Shaikh & Wilhelm 2024, doi:10.1093/restud/rdad006.
    """
    if count < 1:
        raise SipasError("scoring.count_not_valid", "count", got=count)
    field = contenders(score, domain_kind, node, minimum=minimum, level=level)
    sets = rank_sets_pairwise(field.values, field.covariance, df=field.df, level=level, draws=draws, seed=seed)
    table = pl.DataFrame({
        "domain": pl.Series(field.domains, dtype=pl.String),
        "percent": field.values,
        "rank": places(field.values),
        "rank_low": sets.best,
        "rank_high": sets.worst,
    })
    within = [(pl.col("rank_low") <= count).alias("possible"), (pl.col("rank_high") <= count).alias("sure")]
    return table.with_columns(within).sort("rank", "domain")


def _refuse_pairs(asked: list[tuple[str, str]], every: tuple[str, ...]) -> None:
    there = set(every)
    for pair in asked:
        if unknown := [name for name in pair if name not in there]:
            raise SipasError("scoring.domain_unknown", "pairs", expected=list(every), got=unknown)
        if pair[0] == pair[1]:
            raise SipasError("scoring.pair_of_one", "pairs", got=pair[0])


def _every_pair(field: Contenders) -> list[tuple[str, str]]:
    order = sorted(range(len(field.domains)), key=lambda i: (-round(float(field.values[i]), DIGITS), field.domains[i]))
    names = [field.domains[i] for i in order]
    return [(one, other) for i, one in enumerate(names) for other in names[i + 1 :]]


def _compared(field: Contenders, first: Ints, second: Ints, level: float, adjust: Adjust) -> pl.DataFrame:
    difference = np.round(field.values[first] - field.values[second], DIGITS)
    se = errors_of_differences(field.covariance)[first, second]
    df = pooled_degrees(field.covariance, field.df)[first, second]
    deviate = studentised(difference, se, df)
    p = np.where(se > 0, np.minimum(2 * ndtr(-np.abs(deviate)), 1.0), (difference == 0).astype(np.float64))
    whole = adjusted(p, adjust)
    half = stdtrit(df, (1 + level) / 2) * se
    return pl.DataFrame({
        "percent": field.values[first],
        "other_percent": field.values[second],
        "difference": difference,
        "se": se,
        "df": df,
        "low": difference - half,
        "high": difference + half,
        "p": p,
        "p_adjusted": whole,
        "verdict": _verdicts(difference, whole <= 1 - level),
    })


def _verdicts(difference: Reals, different: Flags) -> pl.Series:
    chosen = np.where(difference > 0, "above", "below")
    return pl.Series(np.where(different, chosen, "undecided").tolist(), dtype=pl.String)
