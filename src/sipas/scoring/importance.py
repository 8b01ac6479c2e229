"""What moves overall satisfaction: each item's part of the R² of a model of it, beside how well the item does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation import WHOLE, Design, collapse
from sipas.estimation.designs.strata import Reals
from sipas.estimation.relative_importance import MOST_EXACT, SINGULAR, Importance, Shares, johnson, lmg, lmg_sampled
from sipas.instrument import Edition
from sipas.instrument.model import Node
from sipas.scoring.cross_products import CompleteRows, complete_rows, covariances
from sipas.scoring.index import score
from sipas.scoring.simultaneous import SEED
from sipas.scoring.tree import PERCENT, leaves, measures_of, question_of

Values = Literal["codes", "top_box"]
EXACT_REPLICATES = 12  # players: beyond, replicates go through drawn orders
ORDERS = 100  # per replicate
ORDERS_ONCE = 4_000  # for the sample, beyond the most players that are gone through exactly
METHODS: tuple[Importance, ...] = ("lmg", "johnson")
VALUES: tuple[Values, ...] = ("codes", "top_box")


@dataclass(frozen=True, slots=True)
class Drivers:
    """What moves an outcome.

    Parameters
    ----------
    table : polars.DataFrame
        One row per node of the level asked for, in the order of the tree: ``node``; ``importance`` (percent of R²; they
        add up to 100), ``importance_low``, ``importance_high`` (percentiles of the replicates), ``order_error``
        (standard error of ``importance`` from drawing orders, 0 where all were gone through); ``percent``, ``se``,
        ``low``, ``high`` as in the index of all respondents; ``quadrant``; ``sure``.
    outcome : str
        Question explained.
    r_squared, r_squared_low, r_squared_high : float
        Of the model with all items, 0 to 1.
    rows : int
        Respondents of positive weight.
    used : int
        Of them with an answer to the outcome and to every item: the model's.
    missing : polars.DataFrame
        ``question``, ``missing`` (respondents of positive weight without answer), ``constant`` (all that are used
        answered the same, so that the question explains nothing).
    method : str
        ``lmg`` or ``johnson``.
    exact : bool
        Whether all orders were gone through for ``importance``.
    replicates, replicates_used : int
        Drawn; with an outcome that varies.
    lonely : int
        Strata with one primary unit: they add nothing to the intervals.
    seed : int
        Of replicates and orders.
    """

    table: pl.DataFrame
    outcome: str
    r_squared: float
    r_squared_low: float
    r_squared_high: float
    rows: int
    used: int
    missing: pl.DataFrame
    method: str
    exact: bool
    replicates: int
    replicates_used: int
    lonely: int
    seed: int


def drivers(
    rows: pl.DataFrame,
    edition: Edition,
    design: Design,
    *,
    outcome: str | None = None,
    by: str = "item",
    items: tuple[str, ...] | None = None,
    values: Values = "codes",
    method: Importance = "lmg",
    replicates: int = 1_000,
    level: float = 0.95,
    seed: int = SEED,
    psus: pl.DataFrame | None = None,
) -> Drivers:
    """Find which items move overall satisfaction.

    Parameters
    ----------
    rows : polars.DataFrame
        One row per respondent, answers as codes, missing where not answered.
    edition : Edition
        Its tree names the items.
    design : Design
        How the sample was drawn. Replicates know strata and primary units, not finite populations nor later stages.
    outcome : str, optional
        Question to be explained; missing: the one whose role is ``overall``.
    by : str
        Level of the tree whose nodes are told apart: ``item``, or ``factor``: then a factor's items enter together.
    items : tuple of str, optional
        Nodes of that level; missing: all.
    values : {"codes", "top_box"}
        Answers as their codes on the scale, or as 1 where in the top box and 0 otherwise.
    method : {"lmg", "johnson"}
        Averages over orders (exact up to 22 nodes, beyond by orders drawn at random), or Johnson's weights.
    replicates : int
        Bootstrap replicates, 2 or more.
    level : float
        Of all intervals.
    seed : int
        Of replicates and orders.
    psus : polars.DataFrame, optional
        All primary units drawn, as in ``sipas.estimation.collapse``.

    Returns
    -------
    Drivers
        Importance with performance. ``quadrant``: ``keep_up`` (importance and percent both at their means over the
        nodes or above), ``concentrate`` (importance so, percent below), ``overkill`` (percent so, importance below),
        ``low_priority``; ``sure`` where neither interval holds both sides of its line.

    Raises
    ------
    SipasError
        ``scoring.outcome_needed``, ``scoring.question_unknown``, ``scoring.outcome_is_item``,
        ``scoring.level_unknown``, ``scoring.node_unknown``, ``scoring.level_not_valid``, ``scoring.method_unknown``,
        ``scoring.too_few_complete``, ``scoring.no_variation``, ``estimation.replicates_not_valid``,
        and the errors of ``collapse``.

    Notes
    -----
    Weighted least squares on complete rows. Each primary unit gives one matrix of weighted cross products; a replicate
    is a weighted sum of them (Rao & Wu 1988, doi:10.1080/01621459.1988.10478591: n_h - 1 units with replacement).
    With more than 12 nodes replicates go through the same 100 orders each, and their deviations from what these orders
    give for the full sample are taken. Importance × performance: Martilla & James 1977,
    doi:10.1177/002224297704100112. That an item goes with the outcome does not say that it causes it.
    """
    _refuse(values, method, level, replicates)
    nodes = _nodes(edition, by, items)
    asked = _outcome(edition, outcome)
    players = [[question_of(leaf) for leaf in leaves(node)] for node in nodes]
    questions = [question for player in players for question in player]
    if asked in questions:
        raise SipasError("scoring.outcome_is_item", "outcome", got=asked)
    index = score(edition, collapse(rows, design, measures_of(edition), psus=psus), domain_kinds=(WHOLE,), level=level)
    columns = {name: _number(edition, name, values) for name in (*questions, asked)}
    taken = complete_rows(rows, columns, design, psus)
    matrices = _covariances(taken, asked, replicates, seed)
    found = _importance(matrices, tuple(map(len, players)), method, seed)
    if (matrices[1:] == matrices[0]).all():  # lonely strata alone: nothing can be drawn anew
        found.shares[1:], found.r_squared[1:] = np.nan, np.nan
    varied = np.isfinite(found.shares[1:]).all(axis=1)
    about = pl.DataFrame(
        {
            "question": taken.columns,
            "missing": taken.missing,
            "constant": _constant(matrices[0], taken),
        },
        schema={"question": pl.String, "missing": pl.Int64, "constant": pl.Boolean},
    )
    low, high = _percentiles(found.r_squared[1:, None], level)
    return Drivers(
        table=_table([node.name for node in nodes], index.index, found, level),
        outcome=asked,
        r_squared=float(found.r_squared[0]),
        r_squared_low=float(low[0]),
        r_squared_high=float(high[0]),
        rows=taken.rows,
        used=taken.unit.size,
        missing=about,
        method=method,
        exact=found.exact,
        replicates=replicates,
        replicates_used=int(varied.sum()),
        lonely=taken.lonely,
        seed=seed,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """Importance in percent of R², R² (the sample first), error from drawing orders, whether all were gone through."""

    shares: Reals
    r_squared: Reals
    error: Reals
    exact: bool


def _importance(matrices: Reals, sizes: tuple[int, ...], method: Importance, seed: int) -> _Found:
    ends = np.cumsum(sizes)
    players = tuple(tuple(range(end - size, end)) for size, end in zip(sizes, ends.tolist(), strict=True))
    usable = np.asarray(np.isfinite(matrices).all(axis=(1, 2)))
    matrices = np.where(usable[:, None, None], matrices, 0.0)
    if method == "johnson":
        return _of_shares(johnson(matrices, players), exact=True)
    if len(players) <= EXACT_REPLICATES:
        return _of_shares(lmg(matrices, players), exact=True)
    exact = len(players) <= MOST_EXACT
    sample = lmg(matrices[0], players) if exact else lmg_sampled(matrices[0], players, orders=ORDERS_ONCE, seed=seed)
    every = _of_shares(lmg_sampled(matrices, players, orders=ORDERS, seed=seed), exact=exact)
    alone = _of_shares(sample, exact=exact)
    moved = np.clip(every.shares + (alone.shares[0] - every.shares[0]), 0.0, PERCENT)
    moved[0] = alone.shares[0]
    return _Found(moved, every.r_squared, alone.error, exact)


def _of_shares(shares: Shares, *, exact: bool) -> _Found:
    whole = shares.r_squared[:, None]
    some = whole > SINGULAR
    percent = np.divide(PERCENT * shares.parts, whole, out=np.full_like(shares.parts, np.nan), where=some)
    error = np.divide(PERCENT * shares.error, whole, out=np.full_like(shares.parts, np.nan), where=some)
    return _Found(percent, shares.r_squared, error[0], exact)


def _covariances(taken: CompleteRows, asked: str, replicates: int, seed: int) -> Reals:
    if taken.unit.size <= len(taken.columns):
        raise SipasError("scoring.too_few_complete", "rows", expected=len(taken.columns) + 1, got=taken.unit.size)
    matrices = covariances(taken, replicates, seed)
    if _constant(matrices[0], taken)[-1]:
        raise SipasError("scoring.no_variation", asked, got=taken.unit.size)
    return matrices


def _constant(covariance: Reals, taken: CompleteRows) -> list[bool]:
    farthest = (taken.answers**2).max(axis=0)
    return [bool(one <= SINGULAR * most) for one, most in zip(np.diag(covariance), farthest, strict=True)]


def _table(names: list[str], index: pl.DataFrame, found: _Found, level: float) -> pl.DataFrame:
    low, high = _percentiles(found.shares[1:], level)
    table = pl.DataFrame({
        "node": names,
        "importance": found.shares[0],
        "importance_low": low,
        "importance_high": high,
        "order_error": found.error,
    })
    performance = index.select("node", "percent", "se", "low", "high")
    return quadrants(table.join(performance, on="node", how="left", maintain_order="left").fill_nan(None))


def quadrants(table: pl.DataFrame) -> pl.DataFrame:
    """Say in which quadrant each node lies, and whether it surely does.

    Parameters
    ----------
    table : polars.DataFrame
        ``importance``, ``importance_low``, ``importance_high``, ``percent``, ``low``, ``high``, one row per node.

    Returns
    -------
    polars.DataFrame
        With ``quadrant`` and ``sure``, as in ``Drivers``.
    """
    line = PERCENT / max(table.height, 1)
    important, well = pl.col("importance") >= line, pl.col("percent") >= pl.col("percent").mean()
    quadrant = (
        pl
        .when(pl.col("importance").is_null() | pl.col("percent").is_null())
        .then(None)
        .when(important & well)
        .then(pl.lit("keep_up"))
        .when(important)
        .then(pl.lit("concentrate"))
        .when(well)
        .then(pl.lit("overkill"))
        .otherwise(pl.lit("low_priority"))
    )
    one_side = [
        (pl.col(below) >= at) | (pl.col(above) < at)
        for below, above, at in (
            ("importance_low", "importance_high", line),
            ("low", "high", pl.col("percent").mean()),
        )
    ]
    sure = (one_side[0] & one_side[1]).fill_null(value=False)
    return table.with_columns(quadrant.alias("quadrant"), sure.alias("sure"))


def _percentiles(values: Reals, level: float) -> tuple[Reals, Reals]:
    known = values[np.isfinite(values).all(axis=1)]
    if not known.size:
        nothing = np.full(values.shape[1], np.nan)
        return nothing, nothing
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return low, high


def _nodes(edition: Edition, by: str, items: tuple[str, ...] | None) -> list[Node]:
    every = [node for node, _ in edition.nodes() if node.level == by]
    if not every:
        levels = list(dict.fromkeys(node.level for node, _ in edition.nodes()))
        raise SipasError("scoring.level_unknown", "by", expected=levels, got=by)
    names = [node.name for node in every]
    if unknown := [name for name in items or () if name not in names]:
        raise SipasError("scoring.node_unknown", "items", expected=names, got=unknown)
    return [node for node in every if items is None or node.name in items]


def _outcome(edition: Edition, outcome: str | None) -> str:
    scales = {question.name: question for question in edition.questions() if question.kind == "scale"}
    if outcome is not None:
        if outcome not in scales:
            raise SipasError("scoring.question_unknown", "outcome", expected=list(scales), got=outcome)
        return outcome
    overall = [name for name, question in scales.items() if question.role == "overall"]
    if len(overall) != 1:
        raise SipasError("scoring.outcome_needed", "outcome", expected=list(scales), got=overall)
    return overall[0]


def _number(edition: Edition, question: str, values: Values) -> pl.Expr:
    answer = pl.col(question)
    return answer if values == "codes" else answer.is_in(edition.top_box(question))


def _refuse(values: str, method: str, level: float, replicates: int) -> None:
    for name, known, got in (("values", VALUES, values), ("method", METHODS, method)):
        if got not in known:
            raise SipasError("scoring.method_unknown", name, expected=list(known), got=got)
    if replicates < 2:
        raise SipasError("estimation.replicates_not_valid", "replicates", got=replicates, hint="drivers")
    if not 0 < level < 1:
        raise SipasError("scoring.level_not_valid", "level", got=level)
