"""How many to draw: size rules and the precision they buy."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, sqrt
from statistics import NormalDist
from typing import Literal

from sipas.errors import SipasError

Rounding = Literal["up", "nearest"]


def yamane(population: int, error: float, *, rounding: Rounding = "up") -> int:
    """Give the size n = N / (1 + N e²) of Quyết định 1383/QĐ-BNV (28/12/2012).

    The decision's text does not say how to round, so the rounding is a setting.

    Parameters
    ----------
    population : int
        Units N the sample stands for; 1 or more.
    error : float
        Error e as a share, above 0 and below 1; 0.05 in the decision.
    rounding : {"up", "nearest"}
        ``up`` to the next whole unit; ``nearest`` with halves up.

    Returns
    -------
    int
        Size n, from 1 to N.

    Raises
    ------
    SipasError
        ``sampling.number_out_of_range``.

    References
    ----------
    Yamane (1967), Statistics: An Introductory Analysis, 2nd ed., 886.

    Examples
    --------
    >>> yamane(1000, 0.05)
    286
    """
    _positive("population", population)
    _between("error", error)
    # Exact rational arithmetic: 0.05 means five hundredths, not the nearest binary number.
    exact = Fraction(population) / (1 + population * Fraction(str(error)) ** 2)
    rounded = ceil(exact) if rounding == "up" else int(exact + Fraction(1, 2))
    return min(population, max(1, rounded))


def size_for_proportion(
    population: int,
    margin: float,
    *,
    proportion: float = 0.5,
    confidence: float = 0.95,
    design_effect: float = 1.0,
    response: float = 1.0,
) -> int:
    """Give the number to draw so that a proportion is known to within a margin.

    n = deff·p(1-p)·N / ((N-1)(d/z)² + deff·p(1-p)) valid answers, divided by the expected response and rounded
    up; the inverse of :func:`margin_of_size`.

    Parameters
    ----------
    population : int
        Units N; 1 or more.
    margin : float
        Half width d of the interval as a share, above 0 and below 1.
    proportion : float
        Expected share p, above 0 and below 1; 0.5 asks for the most.
    confidence : float
        Confidence of the interval, above 0 and below 1.
    design_effect : float
        Variance against simple random sampling of the same size; above 0.
    response : float
        Expected share of the drawn who answer, above 0 and at most 1.

    Returns
    -------
    int
        Units to draw, from 1 to N; N also where even everyone would not be enough.

    Raises
    ------
    SipasError
        ``sampling.number_out_of_range``.

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd ed., section 4.4; Lohr (2022), Sampling, 3rd ed., section 2.6.
    """
    _positive("population", population)
    _between("margin", margin)
    spread = _spread(proportion, design_effect)
    _share("response", response)
    per_unit = (margin / quantile(confidence)) ** 2
    answers = spread * population / ((population - 1) * per_unit + spread)
    return min(population, max(1, ceil(answers / response - 1e-9)))


def margin_of_size(
    size: int,
    population: int,
    *,
    proportion: float = 0.5,
    confidence: float = 0.95,
    design_effect: float = 1.0,
    response: float = 1.0,
) -> float:
    """Give the margin of a proportion that a size buys: z·sqrt(deff·(1-n/N)·N/(N-1)·p(1-p)/n).

    Parameters
    ----------
    size : int
        Units drawn, from 1 to N.
    population : int
        Units N; 1 or more.
    proportion, confidence, design_effect, response : float
        As in :func:`size_for_proportion`; n is size times response.

    Returns
    -------
    float
        Half width of the interval as a share; 0 where everyone answers.

    Raises
    ------
    SipasError
        ``sampling.number_out_of_range``.
    """
    _positive("population", population)
    if not 1 <= size <= population:
        raise SipasError("sampling.number_out_of_range", "size", expected=f"1 … {population}", got=size)
    spread = _spread(proportion, design_effect)
    _share("response", response)
    answers = size * response
    if population == 1:
        return 0.0 if response == 1 else quantile(confidence) * sqrt(spread / answers)
    finite = (population - answers) / (population - 1)
    return quantile(confidence) * sqrt(spread * max(finite, 0.0) / answers)


def deviation_of_share(proportion: float) -> float:
    """Give the standard deviation of a yes-or-no answer, sqrt(p(1-p)); for an index it is the most there can be.

    Parameters
    ----------
    proportion : float
        Share p, above 0 and below 1.

    Returns
    -------
    float
        At most 0.5.

    Raises
    ------
    SipasError
        ``sampling.number_out_of_range``.
    """
    return sqrt(_spread(proportion, 1.0))


def sizes_by_class(classes: Mapping[str, str], sizes: Mapping[str, int]) -> dict[str, int]:
    """Give each unit the fixed size of its class (hạng), as a plan's table does.

    Parameters
    ----------
    classes : mapping of str to str
        Class of each unit.
    sizes : mapping of str to int
        Size of each class; 0 or more.

    Returns
    -------
    dict of str to int
        Size of each unit, in the units' order.

    Raises
    ------
    SipasError
        ``sampling.class_unknown`` where a unit's class has no size.
    """
    for unit, kind in classes.items():
        if kind not in sizes:
            raise SipasError("sampling.class_unknown", "class", expected=sorted(sizes), got=kind, hint=unit)
    return {unit: sizes[kind] for unit, kind in classes.items()}


def raise_to_minimum(sizes: Mapping[str, int], populations: Mapping[str, int], minimum: int) -> dict[str, int]:
    """Raise the size of every domain that is to be reported to a minimum; the whole grows by what is added.

    Parameters
    ----------
    sizes : mapping of str to int
        Size of each domain as allocated.
    populations : mapping of str to int
        Units of each domain; a smaller domain is taken whole.
    minimum : int
        Least units of a reported domain; 0 or more.

    Returns
    -------
    dict of str to int
        Sizes, never lower than given.
    """
    return {name: max(n, min(minimum, populations[name])) for name, n in sizes.items()}


def quantile(confidence: float) -> float:
    """Give the normal quantile z of a two-sided interval.

    Parameters
    ----------
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    float
        1.96 for 0.95.

    Raises
    ------
    SipasError
        ``sampling.number_out_of_range``.
    """
    _between("confidence", confidence)
    return NormalDist().inv_cdf((1 + confidence) / 2)


def _spread(proportion: float, design_effect: float) -> float:
    _between("proportion", proportion)
    if not design_effect > 0:
        raise SipasError("sampling.number_out_of_range", "design_effect", expected="> 0", got=design_effect)
    return design_effect * proportion * (1 - proportion)


def _positive(name: str, value: int) -> None:
    if value < 1:
        raise SipasError("sampling.number_out_of_range", name, expected="≥ 1", got=value)


def _between(name: str, value: float) -> None:
    if not 0 < value < 1:
        raise SipasError("sampling.number_out_of_range", name, expected="0 < … < 1", got=value)


def _share(name: str, value: float) -> None:
    if not 0 < value <= 1:
        raise SipasError("sampling.number_out_of_range", name, expected="0 < … ≤ 1", got=value)
