"""The draw: stage by stage from a frame to the official sample and its reserves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from sipas.errors import SipasError
from sipas.sampling.case_codes import case_ids
from sipas.sampling.coordination import Coordination, check_coordination, permanent_numbers
from sipas.sampling.design import Design, Stage
from sipas.sampling.numbers import number, numbers, purpose_key
from sipas.sampling.planning import PREFIX, Shortfall, plan
from sipas.sampling.probabilities import Certainty, certainty, check_sizes
from sipas.sampling.selection import Listing, select
from sipas.sampling.units import cells_of, rows_of, units_of
from sipas.tables import SAMPLE

LISTS = {
    "stage": pl.Int64,
    "parent": pl.String,
    "stratum": pl.String,
    "population": pl.Int64,
    "total_size": pl.Int64,
    "certain": pl.Int64,
    "sample": pl.Int64,
    "reserve": pl.Int64,
    "reserve_wanted": pl.Int64,
    "start": pl.Int64,
    "reserve_start": pl.Int64,
}


@dataclass(frozen=True)
class Draw:
    """What a draw gives.

    Parameters
    ----------
    sample : polars.DataFrame
        ``tables.SAMPLE`` by unit id, with ``stage_1_probability`` and ``stage_k_*`` where there are further stages.
    lists : polars.DataFrame
        One row per list of every stage: its counts and, for systematic selection, its starts.
    shortfalls : tuple of (int, Shortfall)
        Stage and size that the population could not give.
    design : Design
        As given.
    seed : str
        As given.
    coordination : Coordination, optional
        With its start filled in.
    """

    sample: pl.DataFrame
    lists: pl.DataFrame
    shortfalls: tuple[tuple[int, Shortfall], ...]
    design: Design
    seed: str
    coordination: Coordination | None = None


def draw(frame: pl.DataFrame, design: Design, seed: str, *, coordination: Coordination | None = None) -> Draw:
    """Draw the official sample and, in the same act, its ordered reserves.

    Parameters
    ----------
    frame : polars.DataFrame
        ``tables.FRAME``, rows and columns in any order.
    design : Design
        From :func:`sipas.sampling.parse_design`.
    seed : str
        ``sha256`` of :func:`sipas.sampling.make_seed`, 64 hex digits.
    coordination : Coordination, optional
        Use permanent random numbers instead of the seed's.

    Returns
    -------
    Draw
        The same bytes for the same frame rows, design and seed. Reserves belong to the last stage: one ordered
        list per stratum, in a multi-stage design within the unit drawn before (replacements stay in the same
        village).

    Raises
    ------
    SipasError
        ``sampling.*`` of frame, design and sizes.
    """
    used = check_coordination(coordination, design, seed)
    rows = rows_of(frame, design, further=["prn"] if used else [])
    if used:
        rows = permanent_numbers(rows, used)
    chosen, lists, short = [], [], []
    for at, stage in enumerate(design.stages, start=1):
        units = units_of(rows, stage)
        cells = cells_of(units, stage)
        listings, shortfalls = list_stage(cells, design, at, seed)
        if stage.by_size:
            listings = _with_certain(listings, units)
        picked = select(_with_numbers(units, rows, seed, at, used), listings, stage.method)
        chosen.append(picked)
        lists.append(lists_table(listings, design, at))
        short += [(at, shortfall) for shortfall in shortfalls]
        if at < len(design.stages):
            rows = _remaining(rows, picked, stage)
    return Draw(assemble(chosen, seed), pl.concat(lists), tuple(short), design, seed, used)


def list_stage(cells: pl.DataFrame, design: Design, at: int, seed: str) -> tuple[list[Listing], list[Shortfall]]:
    """Give every list of a stage with its sizes and starts; certain units are still to be found.

    Parameters
    ----------
    cells : polars.DataFrame
        From :func:`sipas.sampling.units.cells_of`.
    design : Design
        The design.
    at : int
        Stage, from 1.
    seed : str
        Seed.

    Returns
    -------
    listings : list of Listing
        By parent and stratum.
    shortfalls : list of Shortfall
        Sizes the population could not give.

    Raises
    ------
    SipasError
        Those of :func:`sipas.sampling.planning.plan` and of sizes.
    """
    stage = design.stages[at - 1]
    sizes, shortfalls = plan(cells, stage)
    keys = purpose_key(seed, "start", at), purpose_key(seed, "reserve start", at)
    systematic = stage.method in {"systematic", "pps_systematic"}
    listings = []
    columns = ("parent", "stratum", "population", "total", "smallest")
    for parent, stratum, population, total, smallest in cells.sort("parent", "stratum").select(columns).iter_rows():
        n = sizes[parent, stratum]
        reserve = min(design.reserve_of(n), population - n) if at == len(design.stages) else 0
        if stage.by_size:
            check_sizes(smallest, total, n + reserve)
        line = total if stage.by_size else population
        starts = [number(key, parent, stratum) if systematic else 0 for key in keys]
        listings.append(Listing(parent, stratum, population, n, reserve, line, Certainty(None, 0, line), *starts))
    return listings, shortfalls


def lists_table(listings: list[Listing], design: Design, at: int) -> pl.DataFrame:
    """Give the counts of a stage's lists.

    Parameters
    ----------
    listings : list of Listing
        With certain units found.
    design : Design
        The design.
    at : int
        Stage, from 1.

    Returns
    -------
    polars.DataFrame
        As :class:`Draw` holds them.
    """
    stage = design.stages[at - 1]
    last = at == len(design.stages)
    systematic = stage.method in {"systematic", "pps_systematic"}
    rows = [
        (
            at,
            li.parent,
            li.stratum,
            li.population,
            li.total,
            li.sure.count,
            li.sample,
            li.reserve,
            design.reserve_of(li.sample) if last else 0,
            li.start if systematic else None,
            li.reserve_start if systematic and last else None,
        )
        for li in listings
    ]
    return pl.DataFrame(rows, schema=LISTS, orient="row")


def assemble(chosen: list[pl.DataFrame], seed: str) -> pl.DataFrame:
    """Make the sample table from the units chosen in every stage.

    Parameters
    ----------
    chosen : list of polars.DataFrame
        Per stage: ``parent``, ``path``, ``stratum``, ``population``, ``sample`` and what
        :func:`sipas.sampling.selection.select` gives.
    seed : str
        Seed, for the case codes.

    Returns
    -------
    polars.DataFrame
        ``tables.SAMPLE`` by unit id.

    Raises
    ------
    SipasError
        ``tables.*`` if the table broke its promise.
    """
    first = chosen[0]
    wide = first.select(
        "path",
        "stratum",
        psu="id",
        psu_population="population",
        psu_sample="sample",
        stage_1_probability="probability",
        **{name: name for name in ("id", "role", "order", "random", "probability")},
    )
    for at, stage in enumerate(chosen[1:], start=2):
        wide = _joined(wide, stage, at)
    single = len(chosen) == 1
    codes = case_ids(seed, wide["id"].to_list())
    table = wide.with_columns(
        unit_id="id",
        case_id=pl.col("id").replace_strict(codes, return_dtype=pl.String),
        base_weight=1.0 / pl.col("probability"),
    ).drop("id", "path", *(["stage_1_probability"] if single else []))
    promised = SAMPLE.check(table).sort("unit_id").rechunk()
    named = [column.name for column in SAMPLE.columns]
    return promised.select(*named, *sorted(name for name in promised.columns if name not in named))


def _with_numbers(
    units: pl.DataFrame, rows: pl.DataFrame, seed: str, at: int, coordination: Coordination | None
) -> pl.DataFrame:
    if coordination is not None:
        return units.with_columns(rows["prn"].alias("number"))
    return units.with_columns(numbers(units["path"], purpose_key(seed, "unit", at)).alias("number"))


def _with_certain(listings: list[Listing], units: pl.DataFrame) -> list[Listing]:
    parts = units.partition_by("parent", "stratum", as_dict=True)
    sizes = {key: part["size"].to_numpy() for key, part in parts.items()}
    return [replace(li, sure=certainty(sizes[li.parent, li.stratum], li.sample)) for li in listings]


def _remaining(rows: pl.DataFrame, picked: pl.DataFrame, stage: Stage) -> pl.DataFrame:
    drawn = picked.select("parent", "path", pl.col("id").alias(PREFIX + stage.unit))
    joined = rows.join(drawn, on=["parent", PREFIX + stage.unit], how="inner")
    if joined.height == 0:
        raise SipasError("sampling.stage_empty", stage.unit, expected="≥ 1", got=0)
    return joined.drop("parent").rename({"path": "parent"})


def _joined(wide: pl.DataFrame, stage: pl.DataFrame, at: int) -> pl.DataFrame:
    above = wide.drop("id", "role", "order", "random").rename({"path": "parent", "probability": "above"})
    details = {f"stage_{at}_{name}": name for name in ("id", "stratum", "population", "sample", "probability")}
    own = stage.with_columns(pl.col(source).alias(name) for name, source in details.items())
    joined = own.drop("stratum", "population", "sample").join(above, on="parent", how="inner")
    return joined.with_columns(probability=pl.col("above") * pl.col("probability")).drop("above", "parent")
