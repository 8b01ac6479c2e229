"""Withhold small cells and what would give them back; open data and microdata."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from sipas.rounds.editions import edition_files, round_edition
from sipas.rounds.runner import Context, Outcome, Step
from sipas.rounds.tables_io import parquet, read_table
from sipas.tables import DRIVERS, ESTIMATES, FRAME, INDEX, RESPONSES, SAMPLE, WEIGHTS

if TYPE_CHECKING:
    from sipas.publication import Plan

SHOWN = "disclosed"
HIDDEN = f"{SHOWN}/hidden.parquet"
HIDDEN_ESTIMATES = f"{SHOWN}/hidden-estimates.parquet"
# What the version published before this one withheld, where there is one: ``HIDDEN`` and ``HIDDEN_ESTIMATES`` of it.
WITHHELD = ("input/withheld/hidden.parquet", "input/withheld/hidden-estimates.parquet")


def _disclose(context: Context) -> Outcome:
    # The solver behind the suppression takes a second to import; only this step needs it.
    from sipas.publication import delicate_cells, plan_suppression, suppress_drivers, suppress_estimates, suppress_index

    edition = round_edition(context.folder, context.round)
    estimates, index = read_table(context.folder, ESTIMATES), read_table(context.folder, INDEX)
    cases, least = _cases(context), edition.minimum_cell
    kinds = pl.concat([estimates["domain_kind"], index["domain_kind"]]).unique(maintain_order=True).to_list()
    plan = plan_suppression(
        estimates,
        index,
        edition,
        domains=cases.drop(a.name for a in edition.columns() if a.name in cases.columns),
        delicate=delicate_cells(cases, kinds, edition, least),
        withheld=_withheld(context, least),
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


def _cases(context: Context) -> pl.DataFrame:
    """Give domains and answers of the weighted responses: nested domains and rare answers are known from them."""
    tables = (WEIGHTS, SAMPLE, FRAME, RESPONSES)
    weights, sample, frame, responses = (read_table(context.folder, table) for table in tables)
    factors = {c for kind in context.round.estimates.domains for c in kind} | {"respondent_kind"}
    columns = sorted(factors & set(frame.columns))
    rows = weights.select("case_id").join(sample.select("case_id", "unit_id"), on="case_id")
    named = rows.join(frame.select("unit_id", *columns), on="unit_id").drop("unit_id")
    answers = responses.drop([c for c in columns if c in responses.columns])
    return named.join(answers, on="case_id", how="left").drop("case_id")


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
        "responses.parquet",
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
