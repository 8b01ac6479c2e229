"""From a stage's rules and the counts of its strata to the size of every list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from sipas.errors import SipasError
from sipas.sampling import allocation as shares
from sipas.sampling.design import ByClass, Equal, Everyone, Fixed, FixedTable, Neyman, Power, Precision, Stage, Yamane
from sipas.sampling.size import raise_to_minimum, size_for_proportion, sizes_by_class, yamane

PREFIX = "c:"  # the frame's own columns, apart from ours


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A size the population cannot give: all are taken instead.

    Parameters
    ----------
    parent : str
        Unit drawn before, as a path; empty in the first stage.
    group : str
        Values of ``per``, or the stratum of a table.
    wanted : int
        Size by the rule.
    population : int
        Units there are.
    """

    parent: str
    group: str
    wanted: int
    population: int


Key = tuple[str, str]
Sizes = dict[Key, int]


def plan(cells: pl.DataFrame, stage: Stage) -> tuple[Sizes, list[Shortfall]]:
    """Give the size of every list of a stage.

    Parameters
    ----------
    cells : polars.DataFrame
        One row per list: ``parent``, ``stratum``, ``population``, ``measure``, and the columns of ``per``, class and
        domain under ``c:<name>``.
    stage : Stage
        Its rules.

    Returns
    -------
    sizes : dict of (parent, stratum) to int
        0 to the list's population.
    shortfalls : list of Shortfall
        Where the rule asked for more.

    Raises
    ------
    SipasError
        ``sampling.class_unknown``, ``sampling.class_not_constant``, ``sampling.stratum_not_given``,
        ``sampling.stratum_unknown``, and those of :func:`sipas.sampling.allocation.allocate`.
    """
    ordered = cells.sort("parent", "stratum")
    if isinstance(stage.allocation, FixedTable):
        return _from_table(ordered, stage.allocation)
    per = [] if stage.size is None else [PREFIX + name for name in stage.size.per]
    sizes: Sizes = {}
    shortfalls = []
    for group in ordered.partition_by(["parent", *per], maintain_order=True):
        wanted = _total(group, stage)
        population = int(group["population"].sum())
        if wanted > population:
            label = " × ".join(str(group[name][0]) for name in per)
            shortfalls.append(Shortfall(group["parent"][0], label, wanted, population))
        sizes |= _share(group, stage, min(wanted, population))
    return _with_minimum(ordered, stage, sizes), shortfalls


def _total(group: pl.DataFrame, stage: Stage) -> int:
    population = int(group["population"].sum())
    match stage.size:
        case Yamane(error=error, rounding=rounding):
            return yamane(population, error, rounding=rounding)
        case Precision() as rule:
            return size_for_proportion(
                population,
                rule.margin,
                proportion=rule.proportion,
                confidence=rule.confidence,
                design_effect=rule.design_effect,
                response=rule.response,
            )
        case Fixed(n=n):
            return n
        case ByClass() as by_class:
            return _of_class(group, by_class)
        case _:
            return population


def _of_class(group: pl.DataFrame, rule: ByClass) -> int:
    kinds = sorted({str(kind) for kind in group[PREFIX + rule.column]})
    unit = " × ".join(str(group[PREFIX + name][0]) for name in rule.per)
    if len(kinds) != 1:
        raise SipasError("sampling.class_not_constant", rule.column, got=kinds, hint=unit)
    return sizes_by_class({unit: kinds[0]}, rule.sizes)[unit]


def _share(group: pl.DataFrame, stage: Stage, total: int) -> Sizes:
    populations = _by_stratum(group, "population")
    minimum = 0 if isinstance(stage.allocation, FixedTable) else stage.allocation.minimum
    # A list that is alone gets the whole size, however small; a census needs no minimum.
    least = 0 if len(populations) == 1 or isinstance(stage.size, Everyone) else minimum
    found = shares.allocate(total, populations, _weights(group, stage), minimum=least)
    parent = group["parent"][0]
    return {(parent, stratum): n for stratum, n in found.items()}


def _weights(group: pl.DataFrame, stage: Stage) -> dict[str, Fraction]:
    populations = _by_stratum(group, "population")
    match stage.allocation:
        case Equal():
            return shares.equal(populations)
        case Neyman(deviations=deviations):
            return shares.neyman(populations, deviations)
        case Power() as rule:
            measures = _by_stratum(group, "measure")
            return shares.power(measures, exponent=rule.exponent, variations=rule.variations)
        case _:
            return shares.proportional(populations)


def _with_minimum(cells: pl.DataFrame, stage: Stage, sizes: Sizes) -> Sizes:
    if stage.minimum_per_domain is None:
        return sizes
    raised = dict(sizes)
    domain = [PREFIX + name for name in stage.minimum_per_domain.per]
    for group in cells.partition_by(["parent", *domain], maintain_order=True):
        parent = group["parent"][0]
        before = sum(sizes[parent, h] for h in group["stratum"])
        whole = {"": int(group["population"].sum())}
        after = raise_to_minimum({"": before}, whole, stage.minimum_per_domain.n)[""]
        if after > before:
            raised |= _share(group, stage, after)
    return raised


def _from_table(cells: pl.DataFrame, table: FixedTable) -> tuple[Sizes, list[Shortfall]]:
    strata = set(cells["stratum"])
    missing, foreign = sorted(strata - set(table.sizes)), sorted(set(table.sizes) - strata)
    if missing:
        raise SipasError("sampling.stratum_not_given", "sizes", expected=missing, got=sorted(table.sizes))
    if foreign:
        raise SipasError("sampling.stratum_unknown", "sizes", expected=sorted(strata), got=foreign)
    sizes: Sizes = {}
    shortfalls = []
    for parent, stratum, population in cells.select("parent", "stratum", "population").iter_rows():
        wanted = table.sizes[stratum]
        sizes[parent, stratum] = min(wanted, population)
        if wanted > population:
            shortfalls.append(Shortfall(parent, stratum, wanted, population))
    return sizes, shortfalls


def _by_stratum(group: pl.DataFrame, column: str) -> Mapping[str, int]:
    return dict(zip(group["stratum"], group[column], strict=True))
