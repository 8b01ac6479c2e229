"""Wald tests of linear hypotheses on estimates: whether groups, items or nodes have the same mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Reals
from sipas.estimation.hypotheses.quadratic_forms import f_tail, quadratic_form
from sipas.estimation.linear.linearised import Linearised, across

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class WaldTest:
    """What a Wald test says.

    Parameters
    ----------
    statistic : float
        F.
    numerator_df, denominator_df : float
        Degrees of freedom.
    p_value : float
        Probability of a larger F if the hypothesis holds, 0 to 1.
    wald : float
        (Lθ - c)' (L V L')⁻¹ (Lθ - c), before it is made an F.
    redundant : int
        Rows of L that follow from the others, or of which the variance does; they do not count among the degrees.
    left_out : tuple of str
        Estimates without value or variance, which were not compared.

    Notes
    -----
    NaN where there is nothing to compare, too few degrees of freedom, or a difference whose estimated error is 0.
    """

    statistic: float
    numerator_df: float
    denominator_df: float
    p_value: float
    wald: float
    redundant: int = 0
    left_out: tuple[str, ...] = ()


def wald_test(
    values: Reals,
    covariance: Reals,
    degrees: float,
    contrasts: Reals | None = None,
    constants: Reals | None = None,
    *,
    adjusted: bool = True,
    left_out: tuple[str, ...] = (),
) -> WaldTest:
    """Test L θ = c.

    Parameters
    ----------
    values : array, shape (A,)
        Estimates θ.
    covariance : array, shape (A, A)
        Their covariance by the design.
    degrees : float
        Degrees of freedom d of the design; infinite for large samples.
    contrasts : array, shape (Q, A), optional
        L; missing: the identity, θ = c.
    constants : array, shape (Q,), optional
        c; missing: 0.
    adjusted : bool
        Whether F is W (d - q + 1) / (d q) on q and d - q + 1 (default; Stata's ``test`` after ``svy``), or W / q on q
        and d (R's ``regTermTest``). The second rejects too often when q is not small beside d.
    left_out : tuple of str
        Noted in the result.

    Returns
    -------
    WaldTest
        With q the rank of L V L'.

    Raises
    ------
    SipasError
        ``estimation.contrasts_not_valid``: shapes that do not fit, or contrasts that are not finite.

    Notes
    -----
    Fellegi 1980, J. American Statistical Association 75, 261-268; Korn & Graubard 1990, American Statistician 44,
    270-276.
    """
    slope = np.eye(values.size) if contrasts is None else np.asarray(contrasts, dtype=float)
    target = np.zeros(slope.shape[0]) if constants is None else np.asarray(constants, dtype=float)
    fits = slope.ndim == 2 and slope.shape[1] == values.size and target.shape == slope.shape[:1]
    if not fits or not (np.isfinite(slope).all() and np.isfinite(target).all()):
        got = [list(slope.shape), list(target.shape)]
        raise SipasError("estimation.contrasts_not_valid", "contrasts", expected=values.size, got=got)
    form = quadratic_form(slope @ values - target, slope @ covariance @ slope.T)
    rank, redundant = float(form.rank), slope.shape[0] - form.rank
    lower = degrees - rank + 1 if adjusted else degrees
    if not (np.isfinite(form.value) and lower > 0):
        return WaldTest(NAN, rank, lower, NAN, form.value, redundant, left_out)
    shrunk = 1.0 if np.isinf(degrees) else lower / degrees
    value = form.value / rank * shrunk
    return WaldTest(value, rank, lower, f_tail(value, rank, lower), form.value, redundant, left_out)


def linear_hypothesis(
    one: Linearised,
    places: Sequence[tuple[str, str]],
    contrasts: Reals | None = None,
    constants: Reals | None = None,
    *,
    adjusted: bool = True,
    degrees: float | None = None,
) -> WaldTest:
    """Test a linear hypothesis on estimates of any domains.

    Parameters
    ----------
    one : Linearised
        Estimates of one kind of domain.
    places : sequence of (domain, name)
        The estimates θ, in order.
    contrasts : array, shape (Q, len(places)), optional
        L; missing: every estimate is tested against its constant.
    constants : array, shape (Q,), optional
        c; missing: 0.
    adjusted : bool
        As in ``wald_test``.
    degrees : float, optional
        Degrees of freedom of the design; missing: primary units with answers to any of the estimates in its domain,
        less their strata. R's ``regTermTest`` takes off one more for every coefficient after the first.

    Returns
    -------
    WaldTest
        NaN if one of the estimates has no value or variance.

    Raises
    ------
    SipasError
        ``estimation.domain_unknown``, ``estimation.estimate_unknown``, ``estimation.contrasts_not_valid``.
    """
    values, covariance = stacked(one, places)
    df = union_degrees(one, places) if degrees is None else degrees
    return wald_test(values, covariance, df, contrasts, constants, adjusted=adjusted)


def equality_of_domains(
    one: Linearised,
    name: str,
    domains: Sequence[str] | None = None,
    *,
    adjusted: bool = True,
    degrees: float | None = None,
) -> WaldTest:
    """Test whether domains have the same mean, share or index.

    Parameters
    ----------
    one : Linearised
        Estimates of one kind of domain.
    name : str
        The estimate compared.
    domains : sequence of str, optional
        Domains compared; missing: all of the kind.
    adjusted, degrees
        As in ``linear_hypothesis``.

    Returns
    -------
    WaldTest
        Of G - 1 differences; domains without estimate or variance are in ``left_out``. With two domains F is the square
        of t (R ``svyttest``, whose degrees of freedom are one less).

    Raises
    ------
    SipasError
        ``estimation.domain_unknown``, ``estimation.estimate_unknown``.
    """
    compared = list(one.grid.domains if domains is None else domains)
    values, covariance = stacked(one, [(domain, name) for domain in compared])
    known = np.isfinite(values) & np.isfinite(np.diag(covariance))
    left_out = tuple(domain for domain, kept in zip(compared, known, strict=True) if not kept)
    kept = [(domain, name) for domain in compared if domain not in left_out]
    df = union_degrees(one, kept) if degrees is None else degrees
    count = len(kept)
    if count == 0:
        return WaldTest(NAN, NAN, NAN, NAN, NAN, left_out=left_out)
    differences = np.column_stack([-np.ones(count - 1), np.eye(count - 1)])
    within = covariance[np.ix_(known, known)]
    return wald_test(values[known], within, df, differences, adjusted=adjusted, left_out=left_out)


def stacked(one: Linearised, places: Sequence[tuple[str, str]]) -> tuple[Reals, Reals]:
    """Give estimates of any domains as one vector, with their covariance.

    Parameters
    ----------
    one : Linearised
        Estimates of one kind of domain.
    places : sequence of (domain, name)
        Which.

    Returns
    -------
    values : array, shape (A,)
        Estimates.
    covariance : array, shape (A, A)
        By the design, between domains too; NaN in rows and columns of estimates without variance.

    Raises
    ------
    SipasError
        ``estimation.domain_unknown``, ``estimation.estimate_unknown``.
    """
    rows = np.array([_row(one, domain) for domain, _ in places], dtype=np.int64)
    columns = np.array([one.place(name) for _, name in places], dtype=np.int64)
    covariance = np.empty((len(places), len(places)))
    for left in np.unique(columns):
        for right in np.unique(columns):
            here, there = np.flatnonzero(columns == left), np.flatnonzero(columns == right)
            whole = across(one, one.names[left], one, one.names[right])
            covariance[np.ix_(here, there)] = whole[np.ix_(rows[here], rows[there])]
    return one.values[rows, columns], covariance


def union_degrees(one: Linearised, places: Sequence[tuple[str, str]]) -> float:
    """Count the degrees of freedom of several estimates together.

    Parameters
    ----------
    one : Linearised
        Estimates of one kind of domain.
    places : sequence of (domain, name)
        Which.

    Returns
    -------
    float
        Primary units with answers to any of them, less the strata of these units.

    Raises
    ------
    SipasError
        ``estimation.domain_unknown``, ``estimation.estimate_unknown``.
    """
    base = one.grid.base
    domain_of, stratum_of = base.domain[base.segment], base.stratum[base.segment]
    active = base.by_unit(one.answers) > 0
    there = np.zeros(base.unit.size, dtype=bool)
    for domain, name in places:
        there |= (domain_of == _row(one, domain)) & active[:, one.place(name)]
    return float(np.unique(base.unit[there]).size - np.unique(stratum_of[there]).size)


def _row(one: Linearised, domain: str) -> int:
    if domain not in one.grid.domains:
        raise SipasError("estimation.domain_unknown", "domain", got=domain)
    return one.grid.domains.index(domain)
