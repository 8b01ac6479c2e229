"""Withhold small cells and what would give them back; open data and microdata."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from sipas.rounds.editions import edition_files, round_edition
from sipas.rounds.runner import Context, Outcome, Step
from sipas.rounds.tables_io import parquet, read_table
from sipas.tables import DRIVERS, ESTIMATES, FRAME, INDEX, SAMPLE, WEIGHTS

if TYPE_CHECKING:
    from sipas.publication import Plan

SHOWN = "disclosed"
HIDDEN = f"{SHOWN}/hidden.parquet"
HIDDEN_ESTIMATES = f"{SHOWN}/hidden-estimates.parquet"
# What the version published before this one withheld, where there is one: ``HIDDEN`` and ``HIDDEN_ESTIMATES`` of it.
WITHHELD = ("input/withheld/hidden.parquet", "input/withheld/hidden-estimates.parquet")


def _disclose(context: Context) -> Outcome:
    # The solver behind the suppression takes a second to import; only this step needs it.
    from sipas.publication import plan_suppression, suppress_drivers, suppress_estimates, suppress_index

    edition = round_edition(context.folder, context.round)
    estimates, index = read_table(context.folder, ESTIMATES), read_table(context.folder, INDEX)
    plan = plan_suppression(
        estimates, index, edition, domains=_domains(context), withheld=_withheld(context, edition.minimum_cell)
    )
    context.progress(0.6, "")
    previous = earlier_hidden(context)
    hidden = pl.read_parquet(context.folder.path(previous)) if previous else None
    sealed = {
        f"{SHOWN}/estimates.parquet": parquet(suppress_estimates(estimates, plan)),
        f"{SHOWN}/index.parquet": parquet(suppress_index(index, plan, previously_hidden=hidden)),
        f"{SHOWN}/drivers.parquet": parquet(suppress_drivers(read_table(context.folder, DRIVERS), plan), DRIVERS),
        HIDDEN: parquet(plan.nodes),
        HIDDEN_ESTIMATES: parquet(plan.variables),
    }
    return Outcome(sealed, notes={"hidden_nodes": plan.nodes.height, "hidden_estimates": plan.variables.height})


def _withheld(context: Context, minimum: int) -> Plan | None:
    from sipas.publication import Plan

    nodes, estimates = (context.folder.path(name) for name in WITHHELD)
    if not nodes.exists():
        return None
    return Plan(minimum, pl.read_parquet(estimates), pl.read_parquet(nodes))


def _domains(context: Context) -> pl.DataFrame:
    """Give the domain columns of the weighted responses: from them nested domains are known."""
    weights, sample, frame = (read_table(context.folder, table) for table in (WEIGHTS, SAMPLE, FRAME))
    columns = sorted({c for kind in context.round.estimates.domains for c in kind} & set(frame.columns))
    rows = weights.select("case_id").join(sample.select("case_id", "unit_id"), on="case_id")
    return rows.join(frame.select("unit_id", *columns), on="unit_id").select(columns)


def earlier_hidden(context: Context) -> str | None:
    """Name the file of nodes hidden in the earlier round.

    Parameters
    ----------
    context : Context
        The round.

    Returns
    -------
    str or None
        Relative to this round; None where there is no earlier round or it was not disclosed.
    """
    name = f"{context.round.previous}/{HIDDEN}"
    return name if context.round.previous and context.folder.path(name).exists() else None


def _inputs(context: Context) -> list[str]:
    earlier = earlier_hidden(context)
    tables = [
        "estimates.parquet",
        "index.parquet",
        "drivers.parquet",
        "weights.parquet",
        "sample.parquet",
        "frame.parquet",
    ]
    return [*tables, *edition_files(context.folder, context.round), *([earlier] if earlier else []), *_present(context)]


def _present(context: Context) -> list[str]:
    return [name for name in WITHHELD if context.folder.path(name).exists()]


DISCLOSE_STEP = Step(
    "disclosure", _inputs, lambda r: [r.minimum_cell, r.edition, r.previous], _disclose, owned=(SHOWN,)
)
