"""How the sample was drawn, as far as the variance must know."""

from __future__ import annotations

from typing import Literal

import msgspec

from sipas.errors import SipasError

Lonely = Literal["fail", "remove", "certainty", "average", "centered"]


class Design(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stratified design with one stage of primary units that the variance knows.

    Parameters
    ----------
    weight : str, optional
        Column of the weights, finite, 0 or more. Missing: every row weighs 1. Rows of weight 0 stand for
        nobody: they are counted apart and never among the answers.
    strata : str, optional
        Column of the strata. Missing: one stratum.
    psu : str, optional
        Column of the primary sampling units. Missing: every row is its own.
    population : str, optional
        Column with the number of primary units in the row's stratum (N_h), at least the number drawn.
    rate : str, optional
        Column with the share of the stratum's primary units that were drawn (f_h), above 0, at most 1.
        Neither: drawn with replacement, or so few that the correction does not matter.
    lonely : {"centered", "fail", "remove", "certainty", "average"}
        What a stratum with one primary unit adds to a variance. ``centered``: the square of its distance from
        the mean of all primary units (Stata's ``centered``; R's ``adjust``, for means); ``remove`` and
        ``certainty``: nothing (in the second the unit is held to have been certain, so an error of 0 may
        stand); ``average``: the mean of the other strata; ``fail``: an error. A unit drawn with certainty
        (N_h = 1, or rate 1) is not lonely and adds nothing under every rule.
    nested : bool
        Whether codes of primary units begin anew in every stratum. Otherwise a code in two strata is refused.
    """

    weight: str | None = None
    strata: str | None = None
    psu: str | None = None
    population: str | None = None
    rate: str | None = None
    lonely: Lonely = "centered"
    nested: bool = False

    def __post_init__(self) -> None:
        """Refuse a design with two finite population corrections.

        Raises
        ------
        SipasError
            ``estimation.population_and_rate``.
        """
        if self.population is not None and self.rate is not None:
            raise SipasError("estimation.population_and_rate", "population, rate", got=[self.population, self.rate])

    def columns(self) -> tuple[str, ...]:
        """Give the columns of the rows that the design names.

        Returns
        -------
        tuple of str
            Each once, in the order weight, strata, psu, population, rate.
        """
        named = (self.weight, self.strata, self.psu, self.population, self.rate)
        return tuple(dict.fromkeys(name for name in named if name is not None))
