"""Whether a value reached its target: met, not met, or undecided by the data."""

from __future__ import annotations

import numpy as np
import polars as pl

from sipas.errors import Place, SipasError
from sipas.scoring.index import Score, node_interval

KEY = ("domain_kind", "domain", "node")
ESTIMATE_KEY = ("domain_kind", "domain", "variable", "statistic", "category")
JUDGED = {
    "estimate": pl.Float64,
    "se": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "n": pl.Int64,
    "one_sided_level": pl.Float64,
    "verdict": pl.String,
}


def targets(score: Score, wanted: pl.DataFrame, *, level: float = 0.95) -> pl.DataFrame:
    """Compare nodes of an index with their targets.

    Parameters
    ----------
    score : Score
        An index.
    wanted : polars.DataFrame
        Columns ``domain_kind``, ``domain``, ``node`` and ``target`` (percent, 0 to 100): one row per target.
    level : float
        Of the two-sided interval the verdict goes by; the published intervals have 0.95.

    Returns
    -------
    polars.DataFrame
        The rows of ``wanted`` in their order with ``estimate`` (percent), ``se`` (points), ``low``, ``high``, ``n``,
        ``one_sided_level`` and ``verdict``: ``met`` where the whole interval is at the target or above, ``not_met``
        where it is below, ``undecided`` where it holds both sides, ``no_interval`` where there is a value without
        error, ``no_data`` where the domain has no answers.

    Raises
    ------
    SipasError
        ``scoring.level_not_valid``, ``scoring.target_columns``, ``scoring.target_not_valid``,
        ``scoring.target_repeated``, ``scoring.kind_unknown``, ``scoring.node_unknown``.

    Notes
    -----
    Two one-sided tests, each at ``one_sided_level`` = (1 + level) / 2: the probability to call a target met that is not
    met, and to call one not met that is met, is at most 1 - one_sided_level each, 2.5 % for the published intervals.
    For one-sided tests at 95 % ask for the level 0.90.
    """
    _refuse_level(level)
    _refuse(wanted, KEY, most=100.0)
    _refuse_unknown(score, wanted)
    tables = [_values(score, kind, level) for kind in wanted["domain_kind"].unique(maintain_order=True)]
    schema = {**dict.fromkeys(KEY, pl.String), **dict(list(JUDGED.items())[:5])}
    found = pl.concat(tables) if tables else pl.DataFrame(schema=schema)
    return _judged(wanted, found, KEY, level)


def targets_of_estimates(estimates: pl.DataFrame, wanted: pl.DataFrame, *, level: float = 0.95) -> pl.DataFrame:
    """Compare estimates with their targets by the intervals they have.

    Parameters
    ----------
    estimates : polars.DataFrame
        ``sipas.tables.ESTIMATES``, as ``sipas.estimation.estimate`` makes it.
    wanted : polars.DataFrame
        ``target``, in the unit of the estimate (shares on 0 to 1), and those of ``domain_kind``, ``domain``,
        ``variable``, ``statistic``, ``category`` that tell the estimate; at least ``domain``  and ``variable``.
    level : float
        Level the intervals of the table were made at.

    Returns
    -------
    polars.DataFrame
        As ``targets``.

    Raises
    ------
    SipasError
        ``scoring.level_not_valid``, ``scoring.target_columns``, ``scoring.target_not_valid``,
        ``scoring.target_repeated``, ``scoring.target_ambiguous``: the columns given leave several estimates.
    """
    _refuse_level(level)
    named = tuple(name for name in ESTIMATE_KEY if name in wanted.columns)
    if not {"domain", "variable"} <= set(named):
        raise SipasError("scoring.target_columns", "wanted", expected=["domain", "variable", "target"], got=named)
    _refuse(wanted, named, most=None)
    found = estimates.join(wanted.select(named), on=named, how="semi", nulls_equal=True)
    twice = found.filter(found.select(named).is_duplicated())
    if twice.height:
        raise SipasError("scoring.target_ambiguous", "wanted", expected=list(ESTIMATE_KEY), got=twice.row(0)[:5])
    return _judged(wanted, found.select(*named, *list(JUDGED)[:5]), named, level)


def targets_of_index(index: pl.DataFrame, wanted: pl.DataFrame, *, level: float = 0.95) -> pl.DataFrame:
    """Compare the values of a table of the index with their targets, by the intervals they have.

    Parameters
    ----------
    index : polars.DataFrame
        ``sipas.tables.INDEX`` or its published form, in which withheld values are missing.
    wanted : polars.DataFrame
        As for ``targets``.
    level : float
        Level the intervals of the table were made at.

    Returns
    -------
    polars.DataFrame
        As ``targets``; ``no_data`` also where the value is withheld or the table has no such row.

    Raises
    ------
    SipasError
        ``scoring.level_not_valid``, ``scoring.target_columns``, ``scoring.target_not_valid``,
        ``scoring.target_repeated``.
    """
    _refuse_level(level)
    _refuse(wanted, KEY, most=100.0)
    found = index.join(wanted.select(KEY), on=KEY, how="semi")
    return _judged(wanted, found.select(*KEY, pl.col("percent").alias("estimate"), *list(JUDGED)[1:5]), KEY, level)


def _values(score: Score, kind: str, level: float) -> pl.DataFrame:
    one = score.nodes[kind]
    se = np.sqrt(one.variance())
    low, high = node_interval(one, se, level)
    domains = pl.DataFrame({"domain": one.grid.domains}, schema={"domain": pl.String})
    nodes = pl.DataFrame({"node": one.names}, schema={"node": pl.String})
    table = domains.join(nodes, how="cross", maintain_order="left_right")
    columns = {"estimate": one.values, "se": se, "low": low, "high": high, "n": one.n}
    table = table.with_columns(pl.Series(name, numbers.ravel()).fill_nan(None) for name, numbers in columns.items())
    return table.select(pl.lit(kind).alias("domain_kind"), "domain", "node", *list(columns)[:4], pl.col("n").cast(int))


def _judged(wanted: pl.DataFrame, found: pl.DataFrame, key: tuple[str, ...], level: float) -> pl.DataFrame:
    table = wanted.select(*key, pl.col("target").cast(pl.Float64))
    table = table.join(found, on=list(key), how="left", nulls_equal=True, maintain_order="left")
    target = pl.col("target")
    verdict = (
        pl
        .when(pl.col("estimate").is_null())
        .then(pl.lit("no_data"))
        .when(pl.col("low").is_null() | pl.col("high").is_null())
        .then(pl.lit("no_interval"))
        .when(pl.col("low") >= target)
        .then(pl.lit("met"))
        .when(pl.col("high") < target)
        .then(pl.lit("not_met"))
        .otherwise(pl.lit("undecided"))
    )
    table = table.with_columns(verdict.alias("verdict"), pl.lit((1 + level) / 2).alias("one_sided_level"))
    return table.select(*key, "target", *(pl.col(name).cast(dtype) for name, dtype in JUDGED.items()))


def _refuse_level(level: float) -> None:
    if not 0 < level < 1:
        raise SipasError("scoring.level_not_valid", "level", got=level)


def _refuse(wanted: pl.DataFrame, key: tuple[str, ...], most: float | None) -> None:
    expected = [*key, "target"]
    if missing := [name for name in expected if name not in wanted.columns]:
        raise SipasError("scoring.target_columns", "wanted", expected=expected, got=missing)
    if not wanted.schema["target"].is_numeric():
        raise SipasError("scoring.target_not_valid", "target", got=str(wanted.schema["target"]))
    target = pl.col("target").cast(pl.Float64)
    fine = target.is_finite() if most is None else target.is_between(0.0, most)
    wrong = wanted.with_row_index("row", 1).filter(~fine.fill_null(value=False))
    if wrong.height:
        place = Place(column="target", row=wrong["row"][0])
        raise SipasError("scoring.target_not_valid", "target", got=wrong["target"][0], place=place)
    twice = wanted.with_row_index("row", 1).filter(wanted.select(key).is_duplicated())
    if twice.height:
        place = Place(row=twice["row"][1])
        raise SipasError("scoring.target_repeated", "wanted", got=list(twice.select(key).row(0)), place=place)


def _refuse_unknown(score: Score, wanted: pl.DataFrame) -> None:
    for row, (kind, node) in enumerate(wanted.select("domain_kind", "node").rows(), start=1):
        if kind not in score.nodes:
            place = Place(column="domain_kind", row=row)
            raise SipasError("scoring.kind_unknown", "domain_kind", list(score.nodes), kind, place=place)
        if node not in score.nodes[kind].names:
            place = Place(column="node", row=row)
            raise SipasError("scoring.node_unknown", "node", list(score.nodes[kind].names), node, place=place)
