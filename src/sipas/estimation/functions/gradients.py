"""Derivatives of a function of named numbers, without its formula.

By the complex step (Squire & Trapp 1998, doi:10.1137/S003614459631241X), exact to the last bits, where the function
takes complex numbers and central differences agree with it; by central differences otherwise. A kink is found by
one-sided slopes that do not come together.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping

import numpy as np

from sipas.errors import SipasError

Number = float | complex
Function = Callable[[Mapping[str, Number]], Number]

TINY = 1e-30  # imaginary step: its square is lost in any double
STEP = 2.0**-17  # of the argument: near the cube root of the rounding unit, the best for central differences
AGREEMENT = 1e-4
ROUNDING = 1e-14


class Used(dict[str, Number]):
    """Named numbers that remember which of them were asked for."""

    def __init__(self, values: Mapping[str, Number]) -> None:
        super().__init__(values)
        self.names: dict[str, None] = {}

    def __getitem__(self, name: str) -> Number:
        """Give a number.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        float or complex
            The number; its name is in ``names`` from now on.

        Raises
        ------
        SipasError
            ``estimation.estimate_unknown``.
        """
        if name not in self:
            raise SipasError("estimation.estimate_unknown", "name", expected=list(self), got=name)
        self.names[name] = None
        return super().__getitem__(name)


def gradient_of(
    function: Function, values: Mapping[str, float], label: str, where: str
) -> tuple[float, dict[str, float]]:
    """Work out a function and its derivatives.

    Parameters
    ----------
    function : callable
        From a mapping of names to numbers, to a number.
    values : mapping of str to float
        Where; NaN where unknown.
    label, where : str
        Name of the function and of the domain, for the error.

    Returns
    -------
    value : float
        NaN where a number that was asked for is unknown.
    slopes : dict of str to float
        By every name asked for; empty where the value is NaN.

    Raises
    ------
    SipasError
        ``estimation.function_not_finite``, ``estimation.function_not_differentiable``, ``estimation.estimate_unknown``.
    """
    with np.errstate(all="ignore"):
        used = Used(values)
        value = _real(function, used)
        if any(math.isnan(values[name]) for name in used.names):
            return math.nan, {}
        if not math.isfinite(value):
            raise SipasError("estimation.function_not_finite", label, got=value, hint=where)
        slopes = {}
        for name in used.names:
            slope = _slope(function, values, name, value)
            if slope is None:
                raise SipasError("estimation.function_not_differentiable", label, got=name, hint=where)
            slopes[name] = slope
    return value, slopes


def _slope(function: Function, values: Mapping[str, float], name: str, value: float) -> float | None:
    step = STEP * (abs(values[name]) or 1.0)
    ahead, behind = (_real(function, {**values, name: values[name] + sign * step}) for sign in (1, -1))
    wide = ((ahead - value) / step, (value - behind) / step)
    central = (wide[0] + wide[1]) / 2
    noise = ROUNDING * (abs(value) + 1) / step
    if not math.isfinite(central) or _kinked(function, values, name, value, wide, noise):
        return None
    exact = _complex_step(function, values, name)
    if exact is not None and abs(exact - central) <= AGREEMENT * (abs(exact) + abs(central)) / 2 + noise:
        return exact
    return central


def _kinked(
    function: Function, values: Mapping[str, float], name: str, value: float, wide: tuple[float, float], noise: float
) -> bool:
    step = STEP / 8 * (abs(values[name]) or 1.0)
    ahead, behind = (_real(function, {**values, name: values[name] + sign * step}) for sign in (1, -1))
    jump = abs((ahead - value) - (value - behind)) / step
    size = abs(wide[0]) + abs(wide[1])
    return jump > abs(wide[0] - wide[1]) / 2 and jump > AGREEMENT * size + 8 * noise


def _real(function: Function, values: Mapping[str, Number]) -> float:
    try:
        found = function(values)
        return math.nan if isinstance(found, complex) else float(found)
    except (ArithmeticError, ValueError, TypeError):
        return math.nan


def _complex_step(function: Function, values: Mapping[str, float], name: str) -> float | None:
    moved: dict[str, Number] = {**values, name: complex(values[name], TINY)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = complex(function(moved))
        except (ArithmeticError, ValueError, TypeError, Warning):
            return None
    slope = found.imag / TINY
    return slope if math.isfinite(slope) else None
