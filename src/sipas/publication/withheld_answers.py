"""Microdata without the answers that the tables withhold of the same domains."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from sipas.publication.cells import WHOLE, read_domain
from sipas.publication.microdata import Release
from sipas.publication.suppression import Plan
from sipas.publication.wording import label


def withhold_answers(made: Release, plan: Plan) -> Release:
    """Set answers missing that would give back a cell the tables withhold.

    Parameters
    ----------
    made : Release
        As from `release`.
    plan : Plan
        Of the tables that are published beside it.

    Returns
    -------
    Release
        Where the released columns name a domain, what is withheld of it in the tables is missing in its rows.
        Keys stay: each combination of them is shared by k rows.
    """
    told = {v.name for v in made.variables} - set(made.keys)
    gone: dict[str, list[pl.Expr]] = {}
    for kind, domain, variable in plan.variables.select("domain_kind", "domain", "variable").iter_rows():
        values = read_domain(kind, domain)
        if kind != WHOLE and variable in told and values.keys() <= set(made.table.columns):
            here = [pl.col(factor).cast(pl.String).eq_missing(pl.lit(value)) for factor, value in values.items()]
            gone.setdefault(variable, []).append(pl.all_horizontal(here))
    if not gone:
        return made
    where = {name: pl.any_horizontal(rules) for name, rules in gone.items()}
    table = made.table.with_columns([
        pl.when(rule).then(None).otherwise(pl.col(name)).alias(name) for name, rule in where.items()
    ])
    return replace(made, table=table, treated=pl.concat([made.treated, _told(made.table, table, list(gone))]))


def _told(before: pl.DataFrame, after: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    counts = [(name, after[name].null_count() - before[name].null_count()) for name in names]
    rows = [(name, "suppressed", count, label("withheld_in_tables")) for name, count in counts if count]
    schema = {"variable": pl.String, "treatment": pl.String, "count": pl.Int64, "detail": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")
