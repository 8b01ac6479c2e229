"""Which items go with overall satisfaction: computed for the whole round alone."""

from __future__ import annotations

from typing import Any

import msgspec
import polars as pl

from sipas.errors import SipasError
from sipas.instrument import Edition
from sipas.rounds.editions import edition_files, round_edition
from sipas.rounds.runner import Context, Outcome, Step
from sipas.rounds.settings import Round
from sipas.rounds.steps.estimate import ROWS, weighted_rows
from sipas.rounds.steps.survey_design import survey_design
from sipas.rounds.tables_io import parquet, read_table
from sipas.scoring import Drivers, drivers, quadrants
from sipas.tables import DRIVERS, INDEX, SAMPLE

LEAST_PER_ITEM = 10  # complete forms for each item of the model: the usual rule of thumb of regression
DECIMALS = 6  # of results: sums of floating numbers differ beyond by machine, the sealed bytes must not


def least_complete(edition: Edition) -> int:
    """Say how many forms with an answer to everything the importance of items needs.

    Parameters
    ----------
    edition : Edition
        The questionnaire.

    Returns
    -------
    int
        Never fewer than the smallest cell that may be shown.
    """
    return max(edition.minimum_cell, LEAST_PER_ITEM * len(edition.items()))


def outcome_of(edition: Edition) -> str | None:
    """Name the question about overall satisfaction.

    Parameters
    ----------
    edition : Edition
        The questionnaire.

    Returns
    -------
    str or None
        None where the edition asks none, or several.
    """
    asked = [q.name for q in edition.questions() if q.kind == "scale" and q.role == "overall"]
    return asked[0] if len(asked) == 1 else None


def _drivers(context: Context) -> Outcome:
    edition = round_edition(context.folder, context.round)
    found, notes = _found(context, edition)
    table = DRIVERS.empty() if found is None else _table(found, read_table(context.folder, INDEX))
    return Outcome({"drivers.parquet": parquet(table, DRIVERS)}, notes=notes)


def _found(context: Context, edition: Edition) -> tuple[Drivers | None, dict[str, object]]:
    """Find the drivers; None with the reason where there are none."""
    outcome = outcome_of(edition)
    if outcome is None:
        return None, {"reason": "scoring.outcome_needed"}
    rows = weighted_rows(context)
    complete = rows.select(outcome, *(q.name for q in edition.items())).drop_nulls().height
    if complete < least_complete(edition):
        return None, {"reason": "scoring.too_few_complete", "complete": complete}
    context.progress(0.1, "")
    design, psus = survey_design(read_table(context.folder, SAMPLE), context.round)
    try:
        found = drivers(rows, edition, design, outcome=outcome, psus=psus)
    except SipasError as error:
        if error.code != "scoring.no_variation":
            raise
        return None, {"reason": error.code}
    return found, {"outcome": outcome, "complete": found.used, "r_squared": round(found.r_squared, DECIMALS)}


def _table(found: Drivers, index: pl.DataFrame) -> pl.DataFrame:
    """Set importance beside the values of the index, whose errors know the calibration."""
    names = ("importance", "importance_low", "importance_high")
    whole = index.filter(pl.col("domain_kind") == "all").select("node", "percent", "low", "high")
    table = found.table.select("node", pl.col(names).round(DECIMALS))
    told = quadrants(table.join(whole, on="node", how="left", maintain_order="left"))
    about = {name: getattr(found, name) for name in ("r_squared", "r_squared_low", "r_squared_high")}
    return told.with_columns(
        pl.lit(found.outcome).alias("outcome"),
        *(pl.lit(value, dtype=pl.Float64).round(DECIMALS).fill_nan(None).alias(name) for name, value in about.items()),
        pl.lit(found.rows, dtype=pl.Int64).alias("rows"),
        pl.lit(found.used, dtype=pl.Int64).alias("used"),
    ).select(column.name for column in DRIVERS.columns)


def _settings(settings: Round) -> Any:
    chosen = settings.estimates
    return msgspec.to_builtins([
        chosen.lonely,
        chosen.finite_population,
        chosen.variance,
        settings.edition,
        settings.design,
        settings.minimum_cell,
    ])


def _inputs(context: Context) -> list[str]:
    return [*ROWS, "index.parquet", *edition_files(context.folder, context.round)]


DRIVERS_STEP = Step("drivers", _inputs, _settings, _drivers)
