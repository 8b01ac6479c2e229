"""Dispositions, response rates, flags; then weights."""

from __future__ import annotations

import msgspec
import polars as pl

from sipas.capture import answered_shares
from sipas.quality import (
    FLAGS,
    case_dispositions,
    check_replacements,
    decided_flags,
    field_rates,
    flag_responses,
    item_nonresponse,
    replacement_counts,
    response_rates,
)
from sipas.rounds.editions import edition_files, round_edition
from sipas.rounds.runner import Context, Outcome, Step
from sipas.rounds.tables_io import canonical_json, parquet, read_table
from sipas.sampling.reserve_lists import reserve_list
from sipas.tables import FRAME, RESPONSES, SAMPLE, VISITS, WEIGHTS
from sipas.weighting import base_weights, weigh, weighted_rates

CATEGORIES = "calibration.parquet"
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
    sample, visits, responses = (read_table(context.folder, table) for table in (SAMPLE, VISITS, RESPONSES))
    edition = round_edition(context.folder, context.round)
    shares = answered_shares(with_kind(context, responses), edition)
    return case_dispositions(sample, visits, responses, shares=shares)


def with_kind(context: Context, responses: pl.DataFrame) -> pl.DataFrame:
    """Say of each response whether a person or an organisation was asked: routing depends on it.

    Parameters
    ----------
    context : Context
        The round.
    responses : polars.DataFrame
        With ``case_id``.

    Returns
    -------
    polars.DataFrame
        With ``respondent_kind``.
    """
    kinds = read_table(context.folder, FRAME).select("unit_id", "respondent_kind")
    cases = read_table(context.folder, SAMPLE).select("case_id", "unit_id").join(kinds, on="unit_id", how="left")
    return responses.join(cases.drop("unit_id"), on="case_id", how="left")


def _checks(context: Context) -> Outcome:
    """Flag answers and replacements; count what came back."""
    edition = round_edition(context.folder, context.round)
    frame, sample, responses = (read_table(context.folder, table) for table in (FRAME, SAMPLE, RESPONSES))
    cases = dispositions(context)
    known = with_kind(context, responses)
    flags = pl.concat([flag_responses(known, edition), _decided(context, sample)]).sort("case_id", "flag")
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
        "replacement_findings": _replacement_findings(cases, sample).to_dicts(),
        "item_nonresponse": item_nonresponse(known.filter("valid"), edition).to_dicts(),
    }
    sealed = {"checks.parquet": parquet(flags), "fieldwork.json": canonical_json(fieldwork)}
    return Outcome(sealed, notes={"cases": cases.height, "flags": flags.height})


def _decided(context: Context, sample: pl.DataFrame) -> pl.DataFrame:
    """Take what was found and decided while the round was in the field; nothing where there is no such file."""
    parts = [
        decided_flags(pl.read_parquet(context.folder.path(name)), sample)
        for name in context.folder.matching(context.round.checks)
    ]
    return pl.concat([FLAGS.empty(), *parts])


def _replacement_findings(cases: pl.DataFrame, sample: pl.DataFrame) -> pl.DataFrame:
    """Hold replacements against their reserve list, which is a stratum or a village's part of it."""
    listed = sample.with_columns(reserve_list(sample).alias("stratum"))
    placed = cases.drop("stratum").join(listed.select("case_id", "stratum"), on="case_id", how="left")
    return check_replacements(placed, listed)


def _weights(context: Context) -> Outcome:
    frame, sample, visits = (read_table(context.folder, table) for table in (FRAME, SAMPLE, VISITS))
    cases = dispositions(context)
    made = weigh(sample, frame, cases, context.round.weights, visits=visits)
    rates = weighted_rates(cases, base_weights(sample, visits))
    report = {
        "steps": made.report.to_dicts(),
        "classes": made.classes.to_dicts(),
        "margins": made.margins.to_dicts(),
        "unweighted": made.unweighted.to_dicts(),
        "weighted_rates": rates.to_dicts(),
    }
    sealed = {
        "weights.parquet": parquet(made.weights, WEIGHTS),
        CATEGORIES: parquet(made.categories),
        "weighting.json": canonical_json(report),
    }
    return Outcome(sealed, notes={"weighted": made.weights.height, "unweighted": made.unweighted.height})


def _check_inputs(context: Context) -> list[str]:
    return [*INPUTS, *edition_files(context.folder, context.round)]


def _check_files(context: Context) -> list[str]:
    return [*_check_inputs(context), *context.folder.matching(context.round.checks)]


CHECKS_STEP = Step("checks", _check_files, lambda r: r.edition, _checks)
WEIGHTS_STEP = Step("weights", _check_inputs, lambda r: msgspec.to_builtins([r.weights, r.edition]), _weights)
