"""What a design promises before anything is drawn: sizes and expected precision, per unit to be reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
import polars as pl

from sipas.errors import Place, SipasError
from sipas.sampling.design import COUNT, UNIT, ByClass, Columns, Design, Power, Stage
from sipas.sampling.drawing import list_stage
from sipas.sampling.planning import PREFIX, Shortfall
from sipas.sampling.probabilities import inclusion_probabilities
from sipas.sampling.selection import Listing
from sipas.sampling.size import quantile
from sipas.sampling.units import JOINER, cells_of, check_columns, check_filled, units_of

ROWS = "sipas:rows"  # rows of the frame behind a row of the counts; no frame has a column of this name
NO_SEED = "0" * 64  # sizes do not depend on it


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of those drawn.

    Parameters
    ----------
    proportion : float
        Share p, above 0 and below 1. For an index, the mean of several shares, p(1-p) is the most its variance between
        persons can be, so that the margin is on the safe side.
    response : float
        Valid answers per official unit after replacement, above 0 and at most 1.
    confidence : float
        Confidence of the intervals.
    similarity : float
        Intraclass correlation ρ of answers inside a primary unit, 0 to 1; only for several stages.
    proportions : mapping of str to float, optional
        Shares known of some units, as of an earlier round, by the values of ``by`` joined with " × ".
    """

    proportion: float = 0.5
    response: float = 1.0
    confidence: float = 0.95
    similarity: float = 0.0
    proportions: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a design gives.

    Parameters
    ----------
    units : polars.DataFrame
        One row per unit: the columns of ``by``, ``population`` N, ``sample`` n, ``reserve``, ``answers`` (n times
        response), ``margin`` (half width as a share; missing where nobody is drawn), ``weighting`` (Kish's design
        effect of unequal weights), ``clustering`` (design effect of clusters), ``unreached`` (units of the frame in
        lists from which nobody is drawn). With several stages, ``sample`` and ``reserve`` are expected values.
    whole : polars.DataFrame
        The same for all together, one row.
    lists : polars.DataFrame
        Lists of the last stage: ``parent``, ``stratum``, ``population``, ``sample``, ``reserve``, ``above``
        (probability of the units drawn before).
    shortfalls : tuple of (int, Shortfall)
        Stage and size that the population could not give.
    """

    units: pl.DataFrame
    whole: pl.DataFrame
    lists: pl.DataFrame
    shortfalls: tuple[tuple[int, Shortfall], ...]


def columns_needed(design: Design, by: Columns) -> list[str]:
    """Name the columns by which a frame must be counted for a forecast.

    Parameters
    ----------
    design : Design
        The design.
    by : tuple of str
        Columns of the units to be reported.

    Returns
    -------
    list of str
        Without ``unit_id``; measures of size come apart (:func:`measures_needed`).
    """
    keys = [n for stage in design.stages for n in (stage.unit, *stage.strata, *_classes(stage))]
    return [n for n in dict.fromkeys([*keys, *by]) if n != UNIT]


def measures_needed(design: Design) -> list[str]:
    """Name the whole-number columns a design sums.

    Parameters
    ----------
    design : Design
        The design.

    Returns
    -------
    list of str
        Each once.
    """
    powers = [stage.allocation.measure for stage in design.stages if isinstance(stage.allocation, Power)]
    sizes = [stage.measure_of_size for stage in design.stages]
    return [n for n in dict.fromkeys([*sizes, *powers]) if n != COUNT]


def count_frame(frame: pl.DataFrame, columns: list[str], measures: list[str] | None = None) -> pl.DataFrame:
    """Count a frame's rows, so that many designs can be tried on it.

    Parameters
    ----------
    frame : polars.DataFrame
        ``tables.FRAME``.
    columns : list of str
        Columns to keep apart; those the frame does not have are left out, and the forecast will name them.
    measures : list of str, optional
        Whole-number columns to sum.

    Returns
    -------
    polars.DataFrame
        The columns, the sums and ``count``.

    Raises
    ------
    SipasError
        ``sampling.frame_empty``.
    """
    if frame.height == 0:
        raise SipasError("sampling.frame_empty", "frame", expected="≥ 1", got=0)
    kept = [n for n in dict.fromkeys(columns) if n in frame.columns]
    sums = [pl.col(n).sum() for n in measures or [] if n in frame.columns and n not in kept]
    grouped = frame.group_by(kept) if kept else frame.group_by(pl.lit(1).alias("_"))
    return grouped.agg(*sums, pl.len().cast(pl.Int64).alias(COUNT)).sort(kept).drop("_", strict=False)


def forecast(counts: pl.DataFrame, design: Design, expected: Expectation, *, by: Columns = ("agency",)) -> Forecast:
    """Give the sizes a draw of this design will have, and the precision to expect, for each unit to be reported.

    The sizes come from the same rules as the draw's. The margin is z·sqrt(V) with the linearised variance of the unit's
    share when p is alike in all lists h (N_hd: the unit's part of list h, m_h: answers from it)

        V = deff_c · p(1-p) / (Σ N_hd)² · Σ N_hd · N_h · (N_h - m_h) / ((N_h - 1) m_h),

    which is :func:`sipas.sampling.size.margin_of_size` where the unit is one list, and p(1-p)/m times Kish's effect of
    unequal weights where lists are large. Clusters multiply it by deff_c = 1 + (b - 1)ρ, with b the answers per
    primary unit, weighted by answers; primary units taken for certain are no clusters, the next stage's are.

    Parameters
    ----------
    counts : polars.DataFrame
        From :func:`count_frame`, with the columns of :func:`columns_needed`; or sizes assumed before there is a frame.
    design : Design
        From :func:`sipas.sampling.parse_design`.
    expected : Expectation
        Share, response, similarity.
    by : tuple of str
        Columns that make the units to be reported.

    Returns
    -------
    Forecast
        Sizes exact in one stage, expected over all draws in several. In a last stage by size, n/N stands for each
        unit's probability, so that the effect of its weights is not seen.

    Raises
    ------
    SipasError
        Those the draw would raise for the design, and ``sampling.number_out_of_range``.

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd ed., sections 3.2 and 5A.13; Särndal, Swensson and Wretman (1992), sections
    5.8 and 10.3 (domains); Kish (1965), Survey Sampling, sections 5.4 and 11.7.
    """
    _check(expected)
    lists, parts, shortfalls = _lists(_prepared(counts, design, by), design)
    known = _answers(lists, expected)
    return Forecast(
        _units(parts, known, by, expected),
        _units(parts, known, (), expected),
        lists.select("parent", "stratum", "population", "sample", "reserve", "above"),
        tuple(shortfalls),
    )


def check_frame(frame: pl.Schema, design: Design) -> None:
    """Check that a frame has every column a design reads, before anything is saved.

    Parameters
    ----------
    frame : polars.Schema
        Of the frame.
    design : Design
        The design.

    Raises
    ------
    SipasError
        ``sampling.column_missing``, ``sampling.size_type``.
    """
    for at, stage in enumerate(design.stages):
        check_columns(frame, stage, f"design.stages[{at}]")


def _check(expected: Expectation) -> None:
    quantile(expected.confidence)
    inside = {"proportion": expected.proportion, **(expected.proportions or {})}
    for name, value in inside.items():
        if not 0 < value < 1:
            raise SipasError("sampling.number_out_of_range", name, expected="0 < … < 1", got=value)
    if not 0 < expected.response <= 1:
        raise SipasError("sampling.number_out_of_range", "response", expected="0 < … ≤ 1", got=expected.response)
    if not 0 <= expected.similarity <= 1:
        raise SipasError("sampling.number_out_of_range", "similarity", expected="0 … 1", got=expected.similarity)


def _classes(stage: Stage) -> list[str]:
    return [stage.size.column] if isinstance(stage.size, ByClass) else []


def _on_counts(stage: Stage, *, last: bool) -> Stage:
    """Let a stage read counts: a row stands for several units. In the last stage only its sizes are asked."""
    size = ROWS if last or stage.measure_of_size == COUNT else stage.measure_of_size
    changed = msgspec.structs.replace(stage, measure_of_size=size, order=())
    if last:
        changed = msgspec.structs.replace(changed, method="srs")
    if isinstance(stage.allocation, Power) and stage.allocation.measure == COUNT:
        changed = msgspec.structs.replace(changed, allocation=msgspec.structs.replace(stage.allocation, measure=ROWS))
    return changed


def _prepared(counts: pl.DataFrame, design: Design, by: Columns) -> pl.DataFrame:
    """Give counts the columns of the draw's own rows, and what is known of the units drawn before."""
    keys, measures = columns_needed(design, by), measures_needed(design)
    _check_present(counts, design, [*keys, *measures])
    named = counts.rename({COUNT: ROWS}).with_row_index(UNIT)
    for at, stage in enumerate(design.stages):
        check_columns(named.schema, _on_counts(stage, last=False), f"design.stages[{at}]")
    for name in dict.fromkeys(n for stage in design.stages for n in (stage.unit, *stage.strata)):
        check_filled(name, named[name].null_count())
    return named.select(
        *(pl.col(n).cast(pl.String).str.normalize("NFC").alias(PREFIX + n) for n in (UNIT, *keys)),
        *(pl.col(n).alias(PREFIX + n) for n in (ROWS, *measures) if n not in keys),
        parent=pl.lit(""),
        above=pl.lit(1.0),
        cluster=pl.lit(None, dtype=pl.String),
        rate=pl.lit(1.0),
    )


def _check_present(counts: pl.DataFrame, design: Design, names: list[str]) -> None:
    """Name the first column that is missing, with the stage that reads it."""
    missing = next((n for n in names if n not in counts.columns), None)
    if missing is None:
        return
    reading = (at for at, s in enumerate(design.stages) if missing in {s.unit, *s.strata, *_classes(s)})
    node = next((f"design.stages[{at}]" for at in reading), None)
    there = [n for n in counts.columns if n != COUNT]
    place = Place(node=node, column=missing)
    raise SipasError("sampling.column_missing", missing, expected=missing, got=there, place=place)


def _lists(rows: pl.DataFrame, design: Design) -> tuple[pl.DataFrame, pl.DataFrame, list[tuple[int, Shortfall]]]:
    """Walk the stages; give the last stage's lists, the rows with their lists, and what was asked in vain."""
    last = len(design.stages)
    on_counts = msgspec.structs.replace(
        design, stages=tuple(_on_counts(s, last=at == last) for at, s in enumerate(design.stages, start=1))
    )
    shortfalls: list[tuple[int, Shortfall]] = []
    for at, stage in enumerate(on_counts.stages, start=1):
        units = units_of(rows, stage)
        cells = cells_of(units, stage)
        if at == last:
            cells = cells.with_columns(population="total")
        listings, short = list_stage(cells, on_counts, at, NO_SEED)
        shortfalls += [(at, shortfall) for shortfall in short]
        if at < last:
            rows = _below(rows, _with_chances(units, listings, stage), stage)
    placed = rows.with_columns(stratum=units["stratum"])  # the last stage's units are the rows, in their order
    above = placed.group_by("parent", "stratum").agg(pl.col("above", "cluster", "rate").first())
    return _table(listings).join(above, on=["parent", "stratum"]), placed.drop("above", "cluster", "rate"), shortfalls


def _table(listings: list[Listing]) -> pl.DataFrame:
    schema = {"parent": pl.String, "stratum": pl.String} | dict.fromkeys(("population", "sample", "reserve"), pl.Int64)
    return pl.DataFrame(
        [(li.parent, li.stratum, li.population, li.sample, li.reserve) for li in listings], schema=schema, orient="row"
    )


def _with_chances(units: pl.DataFrame, listings: list[Listing], stage: Stage) -> pl.DataFrame:
    if not stage.by_size:
        chances = _table(listings).select("parent", "stratum", chance=pl.col("sample") / pl.col("population"))
        return units.join(chances, on=["parent", "stratum"])
    parts = units.partition_by("parent", "stratum", as_dict=True)
    made = [(parts[li.parent, li.stratum], li.sample) for li in listings]
    return pl.concat([
        part.with_columns(chance=pl.Series(inclusion_probabilities(part["size"].to_numpy(), n))) for part, n in made
    ])


def _below(rows: pl.DataFrame, units: pl.DataFrame, stage: Stage) -> pl.DataFrame:
    """Give the rows under the units that can be drawn."""
    drawn = units.filter(pl.col("chance") > 0).select(
        "parent", "chance", pl.col("path").alias("own"), pl.col("id").alias(PREFIX + stage.unit)
    )
    joined = rows.join(drawn, on=["parent", PREFIX + stage.unit])
    if joined.height == 0:
        raise SipasError("sampling.stage_empty", stage.unit, expected="≥ 1", got=0)
    is_cluster = pl.col("cluster").is_null() & (pl.col("chance") < 1)
    return joined.with_columns(
        above=pl.col("above") * pl.col("chance"),
        cluster=pl.when(is_cluster).then("own").otherwise("cluster"),
        rate=pl.when(is_cluster).then("chance").otherwise("rate"),
        parent="own",
    ).drop("own", "chance")


def _answers(lists: pl.DataFrame, expected: Expectation) -> pl.DataFrame:
    """Give each list what its units add: answers, and the variance's factor N(N-m)/((N-1)m)."""
    n, m = pl.col("population"), pl.col("answers")
    alone = pl.when(m >= 1).then(0.0).otherwise(1 / m)
    several = n * (n - m).clip(lower_bound=0.0) / ((n - 1) * m)
    return (
        lists
        .with_columns(drawn=pl.col("above") * pl.col("sample"), spare=pl.col("above") * pl.col("reserve"))
        .with_columns(answers=pl.col("drawn") * expected.response)
        .with_columns(factor=pl.when(n == 1).then(alone).otherwise(several))
    )


def _units(parts: pl.DataFrame, lists: pl.DataFrame, by: Columns, expected: Expectation) -> pl.DataFrame:
    """Add lists up to units; see :func:`forecast` for the variance."""
    keys = [PREFIX + name for name in by]
    part, n = pl.col(PREFIX + ROWS), pl.col("population")
    # One row per list and unit: a list that lies wholly in a unit then adds its whole number exactly.
    joined = parts.group_by("parent", "stratum", *keys).agg(part.sum()).join(lists, on=["parent", "stratum"])
    spread = joined.select(
        *keys,
        "cluster",
        "rate",
        part=part,
        drawn=pl.col("drawn") * (part / n),
        spare=pl.col("spare") * (part / n),
        answers=pl.col("answers") * (part / n),
        reached=pl.when(pl.col("answers") > 0).then(part).otherwise(0),
        squares=pl.when(pl.col("answers") > 0).then(part * pl.col("factor")).otherwise(0.0),
        weights=pl.when(pl.col("answers") > 0).then(part * n / pl.col("answers")).otherwise(0.0),
    )
    if not keys:
        keys = ["unit"]
        spread = spread.with_columns(unit=pl.lit(""))
    totals = spread.group_by(keys).agg(
        pl.col("part", "drawn", "spare", "answers", "reached", "squares", "weights").sum()
    )
    found = totals.join(_clustering(spread, keys, expected.similarity), on=keys, nulls_equal=True)
    return _shown(found, keys, by, expected)


def _clustering(spread: pl.DataFrame, keys: list[str], similarity: float) -> pl.DataFrame:
    """Give deff_c of each unit; answers outside clusters count as clusters of one."""
    in_clusters = spread.group_by(*keys, "cluster").agg(pl.col("answers").sum(), pl.col("rate").first())
    size = pl.when(pl.col("cluster").is_null()).then(1.0).otherwise(pl.col("answers") / pl.col("rate"))
    answers = pl.col("answers").sum()
    mean = pl.when(answers > 0).then((pl.col("answers") * size).sum() / answers).otherwise(1.0)
    return in_clusters.group_by(keys).agg(clustering=1 + (mean.clip(lower_bound=1.0) - 1) * similarity)


def _shown(found: pl.DataFrame, keys: list[str], by: Columns, expected: Expectation) -> pl.DataFrame:
    name = pl.concat_str([pl.col(k).fill_null("") for k in keys], separator=JOINER)
    known = expected.proportions or {}
    share = name.replace_strict(known, default=expected.proportion, return_dtype=pl.Float64)
    z, reached = quantile(expected.confidence), pl.col("reached")
    variance = pl.col("clustering") * share * (1 - share) * pl.col("squares") / reached**2
    return found.sort(keys, nulls_last=True).select(
        *(pl.col(k).alias(n) for k, n in zip(keys, by, strict=False)),
        population="part",
        sample="drawn",
        reserve="spare",
        answers="answers",
        margin=pl.when(reached > 0).then(z * variance.sqrt()),
        weighting=pl.when(reached > 0).then(pl.col("answers") * pl.col("weights") / reached**2),
        clustering="clustering",
        unreached=pl.col("part") - reached,
    )
