"""Small areas: direct estimates steadied by a model of auxiliary values, shown beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np
import polars as pl
from scipy.special import ndtr

from sipas.errors import Place, SipasError
from sipas.estimation.designs.strata import Flags, Reals
from sipas.estimation.moments.refusals import refuse_columns
from sipas.estimation.small_areas.area_model import FitMethod, Fitted, fit, mean_squared_errors

REASONS = ("no_direct", "no_variance", "zero_variance")
INTERCEPT = "intercept"


@dataclass(frozen=True, slots=True)
class SmallAreas:
    """Estimates of small areas by the Fay-Herriot model.

    Parameters
    ----------
    table : polars.DataFrame
        One row per area, in the order given: ``area``; ``direct`` and ``direct_se`` as given; ``synthetic`` (what the
        auxiliary values alone say); ``gamma`` (weight of the direct estimate, 0 to 1); ``estimate`` (EBLUP: gamma ×
        direct + (1 - gamma) × synthetic); ``mse`` (estimated mean squared error) and ``rmse`` (its root; missing where
        the bias term left less than 0); ``source``: ``eblup`` or ``synthetic``; ``reason`` why synthetic:
        ``no_direct``, ``no_variance``, ``zero_variance``; ``residual``: (direct - synthetic) over its standard
        deviation under the model, missing in synthetic areas.
    coefficients : polars.DataFrame
        ``name``, ``estimate``, ``se``, ``z``, ``p_value`` (normal, two-sided).
    method : str
        How the variance of the area effects was estimated.
    refvar : float
        That variance, A.
    refvar_se : float
        Its asymptotic standard error.
    at_zero : bool
        Whether A was estimated at 0: every estimate is then the synthetic one, and the model sees no difference
        between areas that the auxiliary values do not explain.
    loglikelihood, aic, bic : float
        Restricted likelihood under ``REML`` (comparable between models of the same auxiliaries only), otherwise full.
    modelled, synthetic : int
        Areas that made the model; areas that only receive from it.
    reasons : dict of str to int
        Synthetic areas by reason.
    """

    table: pl.DataFrame
    coefficients: pl.DataFrame
    method: FitMethod
    refvar: float
    refvar_se: float
    at_zero: bool
    loglikelihood: float
    aic: float
    bic: float
    modelled: int
    synthetic: int
    reasons: dict[str, int]


def fay_herriot(
    areas: pl.DataFrame,
    auxiliaries: tuple[str, ...],
    *,
    method: FitMethod = "REML",
    area: str = "domain",
    direct: str = "estimate",
    se: str | None = "se",
    variance: str | None = None,
    intercept: bool = True,
) -> SmallAreas:
    """Estimate small areas by the area-level model of Fay and Herriot.

    Parameters
    ----------
    areas : polars.DataFrame
        One row per area, also those without sample. Names of columns by default as in ``sipas.tables.ESTIMATES``.
    auxiliaries : tuple of str
        Columns known for every area: numbers, Boolean, or text, which becomes one indicator per level but the first.
    method : {"REML", "ML", "FH"}
        Of the variance of the area effects: restricted likelihood (default), likelihood, Fay and Herriot's moments.
    area : str
        Column of the area's name.
    direct : str
        Column of the direct estimate; missing where there is none.
    se, variance : str, optional
        Column of its standard error, or of its variance, taken as known; ``variance`` goes before. An area without it,
        or with 0 (all answers the same: the error is not known to be 0), becomes synthetic and is counted.
    intercept : bool
        Whether the model has a constant.

    Returns
    -------
    SmallAreas
        Model and table.

    Raises
    ------
    SipasError
        ``estimation.option_unknown``, ``estimation.column_unknown``, ``estimation.column_not_numeric``,
        ``estimation.key_missing``, ``estimation.area_repeated``, ``estimation.value_not_finite``,
        ``estimation.variance_negative``, ``estimation.auxiliary_missing``, ``estimation.too_few_areas``,
        ``estimation.auxiliaries_dependent``.

    Notes
    -----
    Fay & Herriot 1979, doi:10.1080/01621459.1979.10482505; errors by Prasad & Rao 1990 with the terms that each method
    needs (``mean_squared_errors``). Synthetic areas: A - b + x' Cov(β) x with b the bias of A (0 under REML).
    """
    spread = variance if variance is not None else se
    if method not in get_args(FitMethod):
        raise SipasError("estimation.option_unknown", "method", expected=list(get_args(FitMethod)), got=method)
    if spread is None:
        raise SipasError("estimation.variance_needed", "variance")
    refuse_columns([area, direct, spread, *auxiliaries], areas.columns)
    _refuse_areas(areas, area)
    y = _numbers(areas, direct)
    d = _numbers(areas, spread)
    _refuse_negative(d, spread)
    names, x = _design_matrix(areas, auxiliaries, intercept=intercept)
    known = d if variance is not None else d**2
    reason = np.select([np.isnan(y), np.isnan(known), known == 0], REASONS, "")
    used = reason == ""
    _refuse_matrix(x[used], names)
    fitted = fit(y[used], known[used], x[used], method)
    table = areas.select(pl.col(area).alias("area")).with_columns(_columns(fitted, y, known, x, used, reason))
    return _result(table, fitted, method, names, reason)


def _result(
    table: pl.DataFrame,
    fitted: Fitted,
    method: FitMethod,
    names: list[str],
    reason: np.ndarray[tuple[int], np.dtype[np.str_]],
) -> SmallAreas:
    modelled, size = int((reason == "").sum()), len(names) + 1
    se = np.sqrt(np.diag(fitted.covariance))
    z = fitted.coefficients / se
    about = {"name": names, "estimate": fitted.coefficients, "se": se, "z": z, "p_value": 2 * ndtr(-np.abs(z))}
    return SmallAreas(
        table=table,
        coefficients=pl.DataFrame(about),
        method=method,
        refvar=fitted.refvar,
        refvar_se=float(fitted.information**-0.5),
        at_zero=fitted.at_zero,
        loglikelihood=fitted.loglikelihood,
        aic=2 * size - 2 * fitted.loglikelihood,
        bic=size * float(np.log(modelled)) - 2 * fitted.loglikelihood,
        modelled=modelled,
        synthetic=int((reason != "").sum()),
        reasons={name: int((reason == name).sum()) for name in REASONS},
    )


def _columns(
    fitted: Fitted, y: Reals, variance: Reals, x: Reals, used: Flags, reason: np.ndarray[tuple[int], np.dtype[np.str_]]
) -> list[pl.Series]:
    synthetic = x @ fitted.coefficients
    spread = np.einsum("ij,jk,ik->i", x, fitted.covariance, x)
    gamma, mse = np.zeros(y.size), fitted.refvar - fitted.bias + spread
    gamma[used], mse[used] = mean_squared_errors(fitted, variance[used], x[used])
    estimate = np.where(used, gamma * np.nan_to_num(y) + (1 - gamma) * synthetic, synthetic)
    left = fitted.refvar + variance - spread
    residual = np.divide(
        y - synthetic, np.sqrt(np.maximum(left, 0)), out=np.full(y.size, np.nan), where=used & (left > 0)
    )
    reals = {
        "direct": y,
        "direct_se": np.sqrt(variance),
        "synthetic": synthetic,
        "gamma": gamma,
        "estimate": estimate,
        "mse": mse,
        "rmse": np.where(mse >= 0, np.sqrt(np.maximum(mse, 0)), np.nan),
    }
    numbers = [pl.Series(name, values, pl.Float64, nan_to_null=True) for name, values in reals.items()]
    source = pl.Series("source", np.where(used, "eblup", "synthetic").tolist(), pl.String)
    why = pl.Series("reason", [name or None for name in reason.tolist()], pl.String)
    return [*numbers, source, why, pl.Series("residual", residual, pl.Float64, nan_to_null=True)]


def _refuse_areas(areas: pl.DataFrame, area: str) -> None:
    if areas[area].null_count():
        row = int(areas[area].is_null().arg_true()[0]) + 1
        raise SipasError("estimation.key_missing", area, place=Place(row=row, column=area))
    again = areas[area].is_first_distinct().not_().arg_true()
    if again.len():
        row = int(again[0])
        place = Place(row=row + 1, column=area)
        raise SipasError("estimation.area_repeated", area, got=str(areas[area][row]), place=place)


def _numbers(areas: pl.DataFrame, column: str) -> Reals:
    _refuse_type(areas, column)
    values = areas[column].cast(pl.Float64)
    wrong = values.is_finite().not_().fill_null(value=False).arg_true()
    if wrong.len():
        place = Place(row=int(wrong[0]) + 1, column=column)
        raise SipasError("estimation.value_not_finite", column, got=values[int(wrong[0])], place=place)
    return np.asarray(values.fill_null(np.nan).to_numpy(), dtype=float)


def _refuse_type(areas: pl.DataFrame, column: str) -> None:
    dtype = areas.schema[column]
    if not (dtype.is_numeric() or isinstance(dtype, pl.Boolean | pl.Null)):
        raise SipasError("estimation.column_not_numeric", column, got=str(dtype), place=Place(column=column))


def _refuse_negative(variance: Reals, column: str) -> None:
    wrong = np.flatnonzero(variance < 0)
    if wrong.size:
        place = Place(row=int(wrong[0]) + 1, column=column)
        raise SipasError("estimation.variance_negative", column, got=float(variance[wrong[0]]), place=place)


def _design_matrix(areas: pl.DataFrame, auxiliaries: tuple[str, ...], *, intercept: bool) -> tuple[list[str], Reals]:
    names = [INTERCEPT] if intercept else []
    columns: list[Reals] = [np.ones(areas.height)] if intercept else []
    for column in auxiliaries:
        if areas[column].null_count():
            row = int(areas[column].is_null().arg_true()[0]) + 1
            raise SipasError("estimation.auxiliary_missing", column, place=Place(row=row, column=column))
        if isinstance(areas.schema[column], pl.String | pl.Categorical | pl.Enum):
            texts = areas[column].cast(pl.String)
            for level in texts.unique().sort().to_list()[1:]:
                names.append(f"{column} = {level}")
                columns.append((texts == level).cast(pl.Float64).to_numpy())
        else:
            names.append(column)
            columns.append(_numbers(areas, column))
    return names, np.column_stack(columns) if columns else np.empty((areas.height, 0))


def _refuse_matrix(x: Reals, names: list[str]) -> None:
    areas, size = x.shape
    if areas <= size or not names:
        raise SipasError("estimation.too_few_areas", "areas", expected=size + 1, got=areas)
    length = np.sqrt((x**2).sum(axis=0))
    if not length.all() or np.linalg.matrix_rank(x / length) < size:
        raise SipasError("estimation.auxiliaries_dependent", "auxiliaries", got=names)
