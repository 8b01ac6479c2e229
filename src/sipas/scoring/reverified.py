"""What re-verification (phúc tra) says of a round: failed forms, agreement, and the index without those forms."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from sipas.estimation import (
    Agreement,
    Conventions,
    Design,
    Survey,
    Wanted,
    agreement,
    collapse,
    contrast,
)
from sipas.instrument import Edition
from sipas.scoring.index import score
from sipas.scoring.tree import measures_of

SMALL = 30  # verified forms under which a rate is shown with a warning
AS_IS, DROPPED, REPLACED = "as_is", "dropped", "replaced"
VERSION = "version"
RATES = {
    "group_kind": pl.String,
    "group": pl.String,
    "measure": pl.String,
    **dict.fromkeys(("drawn", "n", "count"), pl.Int64),
    **dict.fromkeys(("percent", "se", "low", "high"), pl.Float64),
    "small": pl.Boolean,
}
EFFECTS = {
    "scope": pl.String,
    "version": pl.String,
    **dict.fromkeys(("n", "removed"), pl.Int64),
    **dict.fromkeys(("percent", "se", "effect", "effect_se", "effect_low", "effect_high"), pl.Float64),
}


@dataclass(frozen=True, slots=True)
class Weighting:
    """How the rows of a check sample were drawn.

    Parameters
    ----------
    weight, stratum : str
        Columns: 1 / probability of being looked at again; list it was drawn from.
    rate : str
        Column of the probability itself, where chances went by size.
    population : str
        Column of the list's cases, where every case of a list had the same chance.
    """

    weight: str = "check_weight"
    stratum: str = "check_stratum"
    rate: str = ""
    population: str = ""

    def design(self) -> Design:
        """Give the design of the errors.

        Returns
        -------
        Design
            Stratified; without replacement where that is known, by Brewer's formula where chances went by size.
        """
        if self.rate:
            return Design(weight=self.weight, strata=self.stratum, rate=self.rate, pps="brewer")
        return Design(weight=self.weight, strata=self.stratum, population=self.population or None)


def failure_rates(rows: pl.DataFrame, weighting: Weighting, by: Sequence[str] = ()) -> pl.DataFrame:
    """Estimate the share of forms that fail, are in doubt, or could not be verified.

    Parameters
    ----------
    rows : polars.DataFrame
        One row per drawn case: ``verdict`` (``pass``, ``doubt``, ``fail``; missing: not verified), the columns of
        ``weighting`` and of ``by``.
    weighting : Weighting
        How they were drawn.
    by : sequence of str
        Groups: interviewer, office. Missing values are left out of them.

    Returns
    -------
    polars.DataFrame
        ``group_kind`` (``all`` or a name of ``by``), ``group``, ``measure`` (``fail``, ``doubt``: of the verified
        forms; ``not_verified``: of all drawn), ``drawn`` and ``n`` (forms drawn, and behind the share), ``count``
        (unweighted), ``percent``, ``se``, ``low``, ``high`` (95 %, weighted), ``small`` (fewer than 30).

    Notes
    -----
    Shares stand for the whole list the sample was drawn from. Intervals are Korn and Graubard's (1998), which hold for
    few forms and for none or all that fail.
    """
    marked = rows.with_columns(
        fail=(pl.col("verdict") == "fail").cast(pl.Int8),
        doubt=(pl.col("verdict") == "doubt").cast(pl.Int8),
        not_verified=pl.col("verdict").is_null().cast(pl.Int8),
    )
    measures = ("fail", "doubt", "not_verified")
    survey = Survey(marked, weighting.design(), conventions=Conventions(interval="beta"))
    made = survey.estimate(*(Wanted(share=m, of=(1,), name=m) for m in measures), by=list(by)).table
    counted = [_counted(marked, measures, kind) for kind in ("all", *by)]
    table = pl.concat(counted).join(_told(made), on=["group_kind", "group", "measure"], how="left")
    return table.with_columns(small=pl.col("n") < SMALL).select(pl.col(n).cast(t) for n, t in RATES.items())


def repeated_agreement(rows: pl.DataFrame, questions: Mapping[str, Sequence[int]], weighting: Weighting) -> Agreement:
    """Measure how far first and repeated answers agree, question by question.

    Parameters
    ----------
    rows : polars.DataFrame
        One row per drawn case: ``<question>`` and ``<question> again``, missing where not answered, and the columns of
        ``weighting``.
    questions : mapping of str to sequence of int
        Values of each question in their order.
    weighting : Weighting
        How they were drawn.

    Returns
    -------
    Agreement
        Gross difference rate, kappa, index of inconsistency with errors, weighted to the whole list.
    """
    items = {name: (name, f"{name} again") for name in questions}
    first = {name: rows.schema[name] for name in questions}
    typed = rows.with_columns(pl.col(f"{name} again").cast(kind) for name, kind in first.items())
    return agreement(typed, items, weighting.design(), categories=dict(questions))


def differences_by(pairs: pl.DataFrame, by: Sequence[str], weighting: Weighting) -> pl.DataFrame:
    """Estimate the share of repeated answers that differ, over all questions, by group.

    Parameters
    ----------
    pairs : polars.DataFrame
        One row per verified case: ``pairs`` and ``differ`` as ``sipas.quality.differing`` counts them, the columns of
        ``weighting`` and of ``by``.
    by : sequence of str
        Groups.
    weighting : Weighting
        How the cases were drawn.

    Returns
    -------
    polars.DataFrame
        As ``failure_rates``, measure ``differ``; ``n`` are cases, ``count`` differing answers. Errors are those of
        cases, within which answers hang together.
    """
    survey = Survey(pairs, weighting.design())
    made = survey.estimate(Wanted(ratio="differ", over="pairs"), by=list(by)).table.with_columns(
        variable=pl.lit("differ")
    )
    parts = [
        _grouped(pairs, kind).agg(
            drawn=pl.len(), n=(pl.col("pairs") > 0).sum(), count=pl.col("differ").sum()
        ).with_columns(group_kind=pl.lit(kind), measure=pl.lit("differ"))
        for kind in ("all", *by)
    ]  # fmt: skip
    table = pl.concat(parts).join(_told(made), on=["group_kind", "group", "measure"], how="left")
    return table.with_columns(small=pl.col("n") < SMALL).select(pl.col(n).cast(t) for n, t in RATES.items())


def effect_on_index(
    rows: pl.DataFrame, edition: Edition, failed: Collection[str], *, design: Design, scope: str, cell: str
) -> pl.DataFrame:
    """Estimate how the index would move if failed forms were dropped, or replaced by forms of their own kind.

    Parameters
    ----------
    rows : polars.DataFrame
        One row per response: ``case_id``, the answers of the edition, the columns of the design.
    edition : Edition
        The questionnaire with its index.
    failed : collection of str
        Cases whose form failed.
    design : Design
        Weights and strata; every response is a primary unit.
    scope : str
        What the rows stand for; copied into the table.
    cell : str
        Column of the groups inside which the others stand for a failed form when it is replaced: their weights grow
        so that the group keeps its weight. A group in which every form failed is lost, as when they are dropped.

    Returns
    -------
    polars.DataFrame
        ``scope``, ``version`` (``as_is``, ``dropped``, ``replaced``), ``n``, ``removed``, ``percent`` with ``se``, and
        ``effect``: points against ``as_is``, with ``effect_se``, ``effect_low``, ``effect_high`` (95 %).

    Notes
    -----
    The versions share their responses: the difference has the error of one statistic, by Taylor linearisation with
    every response as one unit in all three (Särndal, Swensson & Wretman 1992, §5.5), and not that of independent
    samples. What a replacing person would really have answered is not known; ``replaced`` takes the mean of the others.
    """
    weight = design.weight or "weight"
    whole = rows if design.weight else rows.with_columns(weight=pl.lit(1.0))
    gone = pl.col("case_id").is_in(list(failed))
    kept = whole.filter(~gone)
    sums = (pl.col(weight).sum() / pl.col(weight).filter(~gone).sum()).over(cell).alias("grown")
    grown = whole.with_columns(sums).filter(~gone).with_columns(pl.col(weight) * pl.col("grown")).drop("grown")
    parts = [(AS_IS, whole), (DROPPED, kept), (REPLACED, grown)]
    stacked = pl.concat([part.with_columns(pl.lit(name).alias(VERSION)) for name, part in parts], how="diagonal")
    used = _by_case(design, weight)
    moments = collapse(stacked, used, measures_of(edition), ((VERSION,),))
    found = score(edition, moments, domain_kinds=(VERSION,), covaried=False)
    node = edition.index.name
    index = found.index.filter(pl.col("node") == node).select(version="domain", n="n", percent="percent", se="se")
    against = {name: {(name, node): 1.0, (AS_IS, node): -1.0} for name in (DROPPED, REPLACED)}
    moved = contrast(found.nodes[VERSION], against)
    moved = moved.select(version="name", effect="estimate", effect_se="se", effect_low="low", effect_high="high")
    order = pl.DataFrame({"version": [AS_IS, DROPPED, REPLACED]})
    table = order.join(index, on="version", how="left").join(moved, on="version", how="left", maintain_order="left")
    removed = pl.when(pl.col("version") == AS_IS).then(0).otherwise(whole.filter(gone).height)
    return table.with_columns(scope=pl.lit(scope), removed=removed).select(
        pl.col(name).cast(kind) for name, kind in EFFECTS.items()
    )


def _by_case(design: Design, weight: str) -> Design:
    """Make the three versions of a response one unit; no correction for a finite list, as units would repeat."""
    return Design(
        weight=weight, strata=design.strata, psu=design.psu or "case_id", lonely=design.lonely, nested=design.nested
    )


def _grouped(rows: pl.DataFrame, kind: str) -> pl.dataframe.group_by.GroupBy:
    named = rows.with_columns(group=pl.lit("") if kind == "all" else pl.col(kind).cast(pl.String))
    return named.drop_nulls("group").sort("group").group_by("group", maintain_order=True)


def _counted(rows: pl.DataFrame, measures: Sequence[str], kind: str) -> pl.DataFrame:
    parts = []
    for measure in measures:
        n = pl.len() if measure == "not_verified" else pl.col("verdict").is_not_null().sum()
        made = _grouped(rows, kind).agg(drawn=pl.len(), n=n, count=(pl.col(measure) == 1).sum())
        parts.append(made.with_columns(group_kind=pl.lit(kind), measure=pl.lit(measure)))
    return pl.concat(parts)


def _told(made: pl.DataFrame) -> pl.DataFrame:
    percent = [(pl.col(name) * 100).alias(shown) for name, shown in
               (("estimate", "percent"), ("se", "se"), ("low", "low"), ("high", "high"))]  # fmt: skip
    return made.select("domain_kind", "domain", "variable", *percent).rename({
        "domain_kind": "group_kind",
        "domain": "group",
        "variable": "measure",
    })
