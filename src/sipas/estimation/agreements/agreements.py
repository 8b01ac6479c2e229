"""Agreement of two answers of the same people to the same question: re-interviews, second keying, two raters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation.agreements.kappa import Weights, inconsistency_of, kappa_of, kappa_se, kappa_weights
from sipas.estimation.designs.design import Design
from sipas.estimation.designs.measures import Share
from sipas.estimation.designs.strata import Reals
from sipas.estimation.hypotheses.crossed import CELL, Crossed, Label, crossed
from sipas.estimation.intervals.intervals import t_interval
from sipas.estimation.linear.linearise import intervals_of_shares, ratios
from sipas.estimation.linear.linearised import Linearised
from sipas.estimation.moments.engines import Engine
from sipas.estimation.moments.refusals import refuse_columns

NO_SPREAD = 1e-12  # an error below this is that of the additions
KAPPAS: tuple[Weights, ...] = get_args(Weights)
ITEMS = {
    "item": pl.String,
    "pairs": pl.Int64,
    "first_missing": pl.Int64,
    "second_missing": pl.Int64,
    "both_missing": pl.Int64,
    "zero_weight": pl.Int64,
    "categories": pl.Int64,
    "df": pl.Float64,
    "lonely": pl.Int64,
    **{
        f"{name}{part}": pl.Float64
        for name in ("agreement", "gross_difference", "kappa", "kappa_linear", "kappa_quadratic", "inconsistency")
        for part in ("", "_se", "_low", "_high")
    },
    **{f"{name}_se_simple": pl.Float64 for name in ("kappa", "kappa_linear", "kappa_quadratic")},
}
CATEGORIES = {
    "item": pl.String,
    "category": pl.String,
    **{
        f"{name}{part}": pl.Float64
        for name in ("first", "second", "net_difference", "gross_difference", "inconsistency")
        for part in ("", "_se", "_low", "_high")
    },
}


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement item by item.

    Parameters
    ----------
    items : polars.DataFrame
        One row per item: ``item``; rows ``pairs`` (both answered), ``first_missing``, ``second_missing`` (only that
        one), ``both_missing``, ``zero_weight``; ``categories`` (in the answers, or given), ``df``, ``lonely`` (strata
        with one primary unit); then each with ``_se``, ``_low``, ``_high``: ``agreement`` (share of pairs that agree),
        ``gross_difference`` (1 less it), ``kappa``, ``kappa_linear``, ``kappa_quadratic`` (weighted; missing where
        the categories have no order), ``inconsistency`` (aggregated over the categories: 1 - kappa); and
        ``kappa_se_simple`` and so on: Fleiss, Cohen and Everitt's error, given without a design only.
    categories : polars.DataFrame
        One row per item and category: ``item``, ``category``; then each with ``_se``, ``_low``, ``_high``: ``first``,
        ``second`` (share in the first and second answer), ``net_difference`` (first - second),
        ``gross_difference`` (share of pairs with the category in one answer only), ``inconsistency``.

    Notes
    -----
    Missing where unknown: no pairs, one category only, one primary unit. An interval is missing also where the
    estimated error of a kappa, difference or index is 0.
    """

    items: pl.DataFrame
    categories: pl.DataFrame


def agreement(
    rows: pl.DataFrame | Path | str,
    items: Mapping[str, tuple[str, str]],
    design: Design | None = None,
    *,
    categories: Mapping[str, Sequence[Label]] | None = None,
    psus: pl.DataFrame | None = None,
    joint: pl.DataFrame | None = None,
    engine: Engine | None = None,
    level: float = 0.95,
) -> Agreement:
    """Measure how far two answers of the same people agree.

    Parameters
    ----------
    rows : polars.DataFrame, path or str
        One row per person; missing answers are null.
    items : mapping of str to (str, str)
        Name of the item; column of its first and of its second answer, of one type: text, whole numbers, Boolean.
    design : Design, optional
        Weights, strata, primary units (interviewers, offices); missing: pairs drawn simply and with replacement.
    categories : mapping of str to sequence, optional
        Per item all categories in their order; weighted kappas then count steps of this order. Missing: those in the
        pairs, and weighted kappas by the distance of the codes, which needs whole numbers.
    psus, joint, engine
        As in ``collapse``.
    level : float
        Of the intervals, above 0 and below 1.

    Returns
    -------
    Agreement
        Items in the order given.

    Raises
    ------
    SipasError
        ``estimation.level_not_valid``, ``estimation.column_unknown``, ``estimation.column_not_categories``,
        ``estimation.answers_of_two_types``, ``estimation.category_unexpected``, and those of ``collapse``.

    Notes
    -----
    Design-based errors by linearisation of the shares of the table (kappa: R ``svykappa``); t intervals; of agreement
    and the gross difference rate logit intervals that do not end at 0 or 1 (``share_interval``).
    """
    if not 0 < level < 1:
        raise SipasError("estimation.level_not_valid", "level", got=level)
    found = [
        _item(rows, name, pair, _Asked(design, (categories or {}).get(name), psus, joint, engine, level))
        for name, pair in items.items()
    ]
    return _tables(found)


def agreement_of_pairs(
    pairs: pl.DataFrame,
    design: Design | None = None,
    *,
    item: str = "column",
    first: str = "first",
    second: str = "second",
    categories: Mapping[str, Sequence[Label]] | None = None,
    level: float = 0.95,
) -> Agreement:
    """Measure agreement where every pair of answers is a row.

    Parameters
    ----------
    pairs : polars.DataFrame
        One row per person and item, as ``sipas.quality.matched_pairs`` gives, with the columns of the design.
    design, categories, level
        As in ``agreement``.
    item, first, second : str
        Columns of the item's name and of its two answers.

    Returns
    -------
    Agreement
        Items in the order in which they first occur. Rows that are not in ``pairs`` are not counted as missing.

    Raises
    ------
    SipasError
        As ``agreement``.
    """
    if not 0 < level < 1:
        raise SipasError("estimation.level_not_valid", "level", got=level)
    refuse_columns([item, first, second], pairs.columns)
    parts = pairs.partition_by(item, maintain_order=True, as_dict=True)
    found = [
        _item(rows, str(name), (first, second), _Asked(design, (categories or {}).get(str(name)), level=level))
        for (name,), rows in parts.items()
    ]
    return _tables(found)


@dataclass(frozen=True, slots=True)
class _Estimates:
    one: Linearised
    size: int
    level: float

    def shares(self) -> Reals:
        return np.asarray(np.nan_to_num(self.one.values[0, : self.size**2]).reshape(self.size, self.size))

    def functions(self, values: Sequence[float], slopes: Sequence[Reals]) -> dict[str, Reals]:
        """Give smooth functions of all the shares with errors and t intervals."""
        one, count = self.one, len(values)
        answers = np.tile(one.answers[:, :1], (1, count))
        names = tuple(str(number) for number in range(count))
        gradient = np.zeros((1, count, len(one.names)))
        gradient[0] = np.reshape(slopes, (count, len(one.names)))
        made = one.combine(names, np.array(values, dtype=float)[None, :], gradient, answers)
        se, df = np.sqrt(made.variance())[0], made.degrees()[0]
        low, high = t_interval(made.values[0], np.where(se > NO_SPREAD, se, np.nan), df, self.level)
        return {"": made.values[0], "_se": se, "_low": low, "_high": high}

    def slope(self, at: Mapping[int, float]) -> Reals:
        found = np.zeros(len(self.one.names))
        found[list(at)] = list(at.values())
        return found


@dataclass(frozen=True, slots=True)
class _Asked:
    design: Design | None
    categories: Sequence[Label] | None = None
    psus: pl.DataFrame | None = None
    joint: pl.DataFrame | None = None
    engine: Engine | None = None
    level: float = 0.95


def _item(
    rows: pl.DataFrame | Path | str, name: str, pair: tuple[str, str], asked: _Asked
) -> tuple[dict[str, object], list[dict[str, object]]]:
    design = asked.design or Design()
    levels = None if asked.categories is None else tuple(asked.categories)
    table = crossed(rows, design, *pair, levels=levels, square=True)
    measures = _measures(len(table.first))
    grid = table.collapsed(design, measures, psus=asked.psus, joint=asked.joint, engine=asked.engine)
    about: dict[str, object] = {"item": name, **table.counted(""), "categories": len(table.first)}
    if not about["pairs"]:
        return about, []
    made = _Estimates(ratios(grid, measures), len(table.first), asked.level)
    positions = range(made.size) if levels is not None else _codes(table)
    about |= {"df": float(made.one.degrees()[0, 0]), "lonely": int(made.one.lonely()[0, 0])}
    about |= _whole(made) | _kappas(made, positions, int(made.one.n[0, 0]) if asked.design is None else None)
    return about, _by_category(made, name, table.first)


def _measures(size: int) -> tuple[Share, ...]:
    numbers = np.arange(size * size).reshape(size, size)
    sets = [[cell] for cell in numbers.ravel()]
    sets.append(list(np.diag(numbers)))
    sets.append([cell for cell in numbers.ravel() if cell not in np.diag(numbers)])
    for k in range(size):
        row, column = set(numbers[k]), set(numbers[:, k])
        sets += [sorted(row), sorted(column), sorted(row ^ column)]
    return tuple(Share(str(place), CELL, tuple(int(c) for c in codes) or (-1,)) for place, codes in enumerate(sets))


def _codes(table: Crossed) -> Sequence[float] | None:
    codes = [level for level in table.first if isinstance(level, int) and not isinstance(level, bool)]
    return codes if len(codes) == len(table.first) else None


def _whole(made: _Estimates) -> dict[str, object]:
    one, place = made.one, made.size**2
    se = np.sqrt(one.variance())
    low, high = intervals_of_shares(one, one.values, se, made.level)
    found: dict[str, object] = {}
    for name, column in (("agreement", place), ("gross_difference", place + 1)):
        four = {"": one.values, "_se": se, "_low": low, "_high": high}
        found |= {f"{name}{part}": float(values[0, column]) for part, values in four.items()}
    return found


def _kappas(made: _Estimates, positions: Sequence[float] | None, n: int | None) -> dict[str, object]:
    shares = made.shares()
    found: dict[str, object] = {}
    for weights in KAPPAS if positions is not None else KAPPAS[:1]:
        name = "kappa" if weights == "unweighted" else f"kappa_{weights}"
        agreed = kappa_weights(positions if positions is not None else range(made.size), weights)
        value, by_cell = kappa_of(shares, agreed)
        slope = np.concatenate([by_cell.ravel(), np.zeros(len(made.one.names) - made.size**2)])
        two = made.functions([value, 1 - value], [slope, -slope])
        found |= {f"{name}{part}": float(values[0]) for part, values in two.items()}
        if weights == "unweighted":
            found |= {f"inconsistency{part}": float(values[1]) for part, values in two.items()}
        if n is not None:
            found[f"{name}_se_simple"] = kappa_se(shares, agreed, n)
    return found


def _by_category(made: _Estimates, item: str, categories: tuple[Label, ...]) -> list[dict[str, object]]:
    one, start = made.one, made.size**2 + 2
    se = np.sqrt(one.variance())
    low, high = intervals_of_shares(one, one.values, se, made.level)
    four = {"": one.values, "_se": se, "_low": low, "_high": high}
    found = []
    for k, category in enumerate(categories):
        first, second, changed = places = [start + 3 * k + step for step in range(3)]
        index, slope = inconsistency_of(*(float(one.values[0, place]) for place in places))
        net = float(one.values[0, first] - one.values[0, second])
        slopes = [made.slope({first: 1.0, second: -1.0}), made.slope(dict(zip(places, slope, strict=True)))]
        two = made.functions([net, index], slopes)
        row: dict[str, object] = {"item": item, "category": str(category)}
        for name, place in (("first", first), ("second", second), ("gross_difference", changed)):
            row |= {f"{name}{part}": float(values[0, place]) for part, values in four.items()}
        for name, column in (("net_difference", 0), ("inconsistency", 1)):
            row |= {f"{name}{part}": float(values[column]) for part, values in two.items()}
        found.append(row)
    return found


def _tables(found: list[tuple[dict[str, object], list[dict[str, object]]]]) -> Agreement:
    items = pl.DataFrame([about for about, _ in found], schema=ITEMS)
    categories = pl.DataFrame([row for _, rows in found for row in rows], schema=CATEGORIES)
    return Agreement(
        items.with_columns(pl.col(pl.Float64).fill_nan(None)),
        categories.with_columns(pl.col(pl.Float64).fill_nan(None)),
    )
