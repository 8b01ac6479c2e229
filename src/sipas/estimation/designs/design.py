"""How the sample was drawn, as far as the variance must know."""

from __future__ import annotations

from typing import Literal

import msgspec

from sipas.errors import SipasError
from sipas.estimation.designs.options import refuse_options

Lonely = Literal["fail", "remove", "certainty", "average", "centered", "adjust"]
Pps = Literal["brewer", "overton", "hartley-rao", "poisson", "joint"]
PairVariance = Literal["HT", "YG"]

PSU_SIZES = ("psu_population", "psu_rate", "psu_sample")


class Stage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One stage of drawing after the first, inside the units of the stage before.

    Parameters
    ----------
    ids : str, optional
        Column of the units drawn at this stage. Codes are read inside the parent unit: ward 1 of district A is not
        ward 1 of district B. Missing, at the last stage only: every row is a unit of its own.
    strata : str, optional
        Column of the strata of this stage, read inside the parent unit. Missing: one stratum in each.
    population : str, optional
        Column with the number of units in the row's stratum of this stage, at least the number drawn.
    rate : str, optional
        Column with the share of the units drawn, above 0, at most 1. Neither: drawn with replacement; stages below
        add nothing to the variance.
    """

    ids: str | None = None
    strata: str | None = None
    population: str | None = None
    rate: str | None = None

    def __post_init__(self) -> None:
        """Refuse values of other types.

        Raises
        ------
        SipasError
            ``estimation.option_not_valid``.
        """
        refuse_options(self)


class Design(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stratified design of one or more stages.

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
        Column with the share of the stratum's primary units that were drawn (f_h), above 0, at most 1; with ``pps``
        the primary unit's own probability of inclusion.
        Neither: drawn with replacement, or so few that the correction does not matter.
    lonely : {"centered", "adjust", "fail", "remove", "certainty", "average"}
        What a stratum with one unit adds to a variance, at every stage. ``centered``: the square of its distance from
        the mean of all units of the stage (Stata's ``centered``; R's ``adjust``, for means); ``adjust``: its square
        (R survey 4.1-1; the same as ``centered`` for means and ratios); ``remove`` and
        ``certainty``: nothing (in the second the unit is held to have been certain, so an error of 0 may
        stand); ``average``: the mean of the other strata; ``fail``: an error. A unit drawn with certainty
        (N_h = 1, or rate 1) is not lonely and adds nothing under every rule.
    nested : bool
        Whether codes of primary units begin anew in every stratum. Otherwise a code in two strata is refused. (Units of
        later stages likewise, inside their parent.)
    later : tuple of Stage
        Stages after the first, from the top.
    lonely_in_domains : bool
        Whether a stratum of which one unit alone has answers in a domain counts as lonely there, under ``centered``,
        ``adjust`` and ``average`` (R ``survey.adjust.domain.lonely``).
    pps : {"brewer", "overton", "hartley-rao", "poisson", "joint"}, optional
        Primary units drawn with unequal probabilities, without replacement; see ``sipas.estimation.moments.joint``.
        Missing: with equal probabilities inside a stratum.
    variance : {"HT", "YG"}
        With all ``pps`` but ``brewer``: Horvitz and Thompson's estimator, or that of Sen, Yates and Grundy.
    self_selected : bool
        Whether nobody drew the rows: people chose to answer. There are then no units and no sampling error; the moments
        have one row per stratum and domain, for ``sipas.estimation.self_selection`` only.
    """

    weight: str | None = None
    strata: str | None = None
    psu: str | None = None
    population: str | None = None
    rate: str | None = None
    lonely: Lonely = "centered"
    nested: bool = False
    later: tuple[Stage, ...] = ()
    lonely_in_domains: bool = False
    pps: Pps | None = None
    variance: PairVariance = "HT"
    self_selected: bool = False

    def __post_init__(self) -> None:
        """Refuse a design that contradicts itself.

        Raises
        ------
        SipasError
            ``estimation.option_unknown``, ``estimation.option_not_valid``, ``estimation.population_and_rate``,
            ``estimation.stage_without_units``, ``estimation.pps_needs_rate``, ``estimation.variance_not_possible``,
            ``estimation.self_selected_drawn``.
        """
        refuse_options(self)
        drawn = [self.psu, self.population, self.rate, *self.later, self.pps]
        if self.self_selected and any(one is not None for one in drawn):
            raise SipasError("estimation.self_selected_drawn", "self_selected", got=[d for d in drawn if d is not None])
        for stage in self.stages:
            if stage.population is not None and stage.rate is not None:
                raise SipasError(
                    "estimation.population_and_rate", "population, rate", got=[stage.population, stage.rate]
                )
        for number, stage in enumerate(self.stages[:-1], start=1):
            if stage.ids is None:
                raise SipasError("estimation.stage_without_units", "ids" if number > 1 else "psu", got=number)
        if self.pps not in {None, "joint"} and self.rate is None:
            raise SipasError("estimation.pps_needs_rate", "rate", got=self.pps)
        if self.pps is not None and self.population is not None:
            raise SipasError("estimation.pps_needs_rate", "rate", got=self.pps)
        if self.variance == "YG" and self.pps in {None, "brewer", "poisson"}:
            raise SipasError("estimation.variance_not_possible", "variance", got=self.variance, hint=self.pps)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """All stages, the first included."""
        first = Stage(ids=self.psu, strata=self.strata, population=self.population, rate=self.rate)
        return (first, *self.later)

    @property
    def by_row(self) -> bool:
        """Whether every row is a unit of the last stage."""
        return self.stages[-1].ids is None and not self.self_selected

    def by_unit(self, stage: int) -> bool:
        """Tell whether the units of a stage have probabilities of their own.

        Parameters
        ----------
        stage : int
            1 or more.

        Returns
        -------
        bool
            Otherwise sizes and rates are those of the stratum.
        """
        if self.pps is None:
            return False
        first = stage == 1
        return (first or self.pps == "brewer") and (self.stages[stage - 1].rate is not None or first)

    def columns(self) -> tuple[str, ...]:
        """Give the columns of the rows that the design names.

        Returns
        -------
        tuple of str
            Each once: weight, then by stage strata, units, population, rate.
        """
        named = [self.weight]
        for stage in self.stages:
            named += [stage.strata, stage.ids, stage.population, stage.rate]
        return tuple(dict.fromkeys(name for name in named if name is not None))


def path_of(design: Design) -> tuple[str, ...]:
    """Give the columns of the moments that name a unit of the last stage.

    Parameters
    ----------
    design : Design
        The design.

    Returns
    -------
    tuple of str
        ``stratum``, ``psu``; for each later stage ``stratum_2``, ``unit_2``, and so on.
    """
    later = range(2, len(design.stages) + 1)
    return ("stratum", "psu", *(f"{name}_{stage}" for stage in later for name in ("stratum", "unit")))


def sizes_of(stage: int) -> tuple[str, str, str]:
    """Give the columns of the moments that hold the sizes of a stage.

    Parameters
    ----------
    stage : int
        1 or more.

    Returns
    -------
    tuple of str
        Units in the stratum, share (or probability) drawn, units drawn.
    """
    if stage == 1:
        return PSU_SIZES
    return f"population_{stage}", f"rate_{stage}", f"sample_{stage}"
