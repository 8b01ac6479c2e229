"""What the weights were calibrated to."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import Literal

import msgspec

from sipas.errors import SipasError
from sipas.estimation.designs.measures import Term
from sipas.estimation.designs.options import refuse_options

JOINED = " × "
Convention = Literal["base", "final", "sweeps"]
NAMED_AT_MOST = 5


class Variable(msgspec.Struct, frozen=True):
    """Calibration variables of one kind: a number, or 1, in each category of columns crossed.

    Parameters
    ----------
    columns : tuple of str
        Columns whose categories divide the rows; none: one category.
    number : str, optional
        Column that is counted up; missing: rows are counted.
    """

    columns: tuple[str, ...] = ()
    number: str | None = None

    @property
    def name(self) -> str:
        """Name for people: ``sex × age``, ``income``, ``income × province``, ``1``."""
        return JOINED.join((*(() if self.number is None else (self.number,)), *self.columns)) or "1"


class CalibratedWeight(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the weight of a design was calibrated to.

    Parameters
    ----------
    base : str
        Column of the weights before calibration, 0 or more; rows with 0 must have a final weight of 0.
    margins : tuple of (str or tuple of str)
        Each a column, or columns crossed, the counts of whose categories were met. One alone: post-stratification.
    numbers : tuple of str
        Columns of numbers whose totals were met.
    intercept : bool
        Whether the number of people was met. Every margin implies it.
    by : tuple of str
        Columns of the partitions inside which all of that was met (calibration province by province).
    residuals : {"base", "final", "sweeps"}
        Weight of the regression that leaves the residuals. ``base``: the base weight (Särndal, Swensson & Wretman
        1992, §6.5; R ``calibrate`` and ``postStratify``). ``final``: the calibrated weight. ``sweeps``: what
        R ``rake`` does: ten rounds in which the plain, unweighted mean of the residuals in every category of every
        margin is taken off, in the order of the margins.
    """

    base: str
    margins: tuple[str | tuple[str, ...], ...] = ()
    numbers: tuple[str, ...] = ()
    intercept: bool = False
    by: tuple[str, ...] = ()
    residuals: Convention = "base"

    def __post_init__(self) -> None:
        """Refuse a calibration to nothing, and sweeps over numbers.

        Raises
        ------
        SipasError
            ``estimation.option_unknown``, ``estimation.option_not_valid``, ``estimation.calibration_empty``,
            ``estimation.calibration_repeated``, ``estimation.sweeps_need_margins``.
        """
        refuse_options(self)
        if not (self.margins or self.numbers or self.intercept):
            raise SipasError("estimation.calibration_empty", "margins, numbers, intercept")
        names = [one.name for one in self.variables()]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise SipasError("estimation.calibration_repeated", "margins, numbers", got=twice)
        if self.residuals == "sweeps" and self.numbers:
            raise SipasError("estimation.sweeps_need_margins", "residuals", got=list(self.numbers))

    def variables(self) -> tuple[Variable, ...]:
        """Give the calibration variables.

        Returns
        -------
        tuple of Variable
            The number of people, the margins, the numbers; each crossed with ``by``.
        """
        margins = ((one,) if isinstance(one, str) else tuple(one) for one in self.margins)
        crossed = [(*one, *(column for column in self.by if column not in one)) for one in margins]
        people = [Variable(self.by)] if self.intercept else []
        counts = [Variable(columns) for columns in crossed]
        return (*people, *counts, *(Variable(self.by, number) for number in self.numbers))

    def categories(self) -> tuple[str, ...]:
        """Give the columns of categories.

        Returns
        -------
        tuple of str
            Each once, in the order of the variables.
        """
        return tuple(dict.fromkeys(column for one in self.variables() for column in one.columns))

    def columns(self) -> tuple[str, ...]:
        """Give the columns of the rows that the calibration names.

        Returns
        -------
        tuple of str
            Each once, the base weight first.
        """
        return tuple(dict.fromkeys((self.base, *self.categories(), *self.numbers)))


def crossable(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Take the terms that are sums of weights: counts of respondents have no error by design.

    Parameters
    ----------
    terms : tuple of Term
        Terms of the moments.

    Returns
    -------
    tuple of Term
        Those that are not counts.
    """
    return tuple(term for term in terms if not term.counts)


def pairs_of(variables: tuple[Variable, ...]) -> list[tuple[int, int]]:
    """List the pairs of variables whose products are needed.

    Parameters
    ----------
    variables : tuple of Variable
        Calibration variables.

    Returns
    -------
    list of (int, int)
        Each pair once, each with itself.
    """
    return list(combinations_with_replacement(range(len(variables)), 2))
