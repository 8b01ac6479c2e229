"""Dispositions, response rates, flags; then weights."""

from __future__ import annotations

import msgspec
import polars as pl

from sipas.quality import (
    case_dispositions,
    check_replacements,
    field_rates,
    flag_responses,
    item_nonresponse,
    replacement_counts,
    response_rates,
)
from sipas.rounds.editions import edition_files, round_edition
from sipas.rounds.runner import Context, Outcome, Step
from sipas.rounds.tables_io import canonical_json, parquet, read_table
from sipas.tables import FRAME, RESPONSES, SAMPLE, VISITS, WEIGHTS
from sipas.weighting import weigh

INPUTS = ("frame.parquet", "sample.parquet", "visits.parquet", "responses.parquet")


def dispositions(context: Context) -> pl.DataFrame:
    """Settle every case.

    Parameters
    ----------
    context : Context
        The round.

    Returns
    -------
    polars.DataFrame
        As ``quality.case_dispositions``.
    """
    tables = (read_table(context.folder, table) for table in (SAMPLE, VISITS, RESPONSES))
    return case_dispositions(*tables)


def _checks(context: Context) -> Outcome:
    """Flag answers and replacements; count what came back."""
    edition = round_edition(context.folder, context.round)
    frame, sample, responses = (read_table(context.folder, table) for table in (FRAME, SAMPLE, RESPONSES))
    cases = dispositions(context)
    kinds = sample.select("case_id", "unit_id").join(frame.select("unit_id", "respondent_kind"), on="unit_id")
    known = responses.join(kinds.drop("unit_id"), on="case_id", how="left")
    flags = flag_responses(known, edition)
    agencies = frame.select("unit_id", "agency", "agency_level")
    placed = cases.join(agencies, on="unit_id", how="left")
    fieldwork = {
        "rates": response_rates(cases).to_dicts(),
        "rates_by_level": response_rates(placed, ["agency_level"]).to_dicts(),
        "forms": field_rates(cases).to_dicts(),
        "forms_by_agency": field_rates(placed, ["agency"]).to_dicts(),
        "dispositions": cases.group_by("disposition").agg(cases=pl.len()).sort("disposition").to_dicts(),
        "modes": cases.filter("valid").group_by("mode").agg(cases=pl.len()).sort("mode").to_dicts(),
        "replacements": replacement_counts(cases, sample).to_dicts(),
        "replacement_findings": check_replacements(cases, sample).to_dicts(),
        "item_nonresponse": item_nonresponse(known.filter("valid"), edition).to_dicts(),
    }
    sealed = {"checks.parquet": parquet(flags), "fieldwork.json": canonical_json(fieldwork)}
    return Outcome(sealed, notes={"cases": cases.height, "flags": flags.height})


def _weights(context: Context) -> Outcome:
    frame, sample, visits = (read_table(context.folder, table) for table in (FRAME, SAMPLE, VISITS))
    made = weigh(sample, frame, dispositions(context), context.round.weights, visits=visits)
    report = {
        "steps": made.report.to_dicts(),
        "classes": made.classes.to_dicts(),
        "margins": made.margins.to_dicts(),
        "unweighted": made.unweighted.to_dicts(),
    }
    sealed = {"weights.parquet": parquet(made.weights, WEIGHTS), "weighting.json": canonical_json(report)}
    return Outcome(sealed, notes={"weighted": made.weights.height, "unweighted": made.unweighted.height})


def _check_inputs(context: Context) -> list[str]:
    return [*INPUTS, *edition_files(context.folder, context.round)]


CHECKS_STEP = Step("checks", _check_inputs, lambda r: r.edition, _checks)
WEIGHTS_STEP = Step("weights", lambda _: INPUTS, lambda r: msgspec.to_builtins(r.weights), _weights)
