"""From weighted answers to moments, estimates and the index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from sipas.errors import SipasError
from sipas.estimation import (
    Mean,
    Measure,
    Moments,
    Share,
    collapse,
    collapse_calibrated,
    estimate,
    read_moments,
)
from sipas.instrument import Edition
from sipas.rounds.editions import edition_files, round_edition
from sipas.rounds.folder import Folder
from sipas.rounds.runner import Context, Outcome, Step
from sipas.rounds.settings import Round, load_round
from sipas.rounds.steps.survey_design import calibrated_weight, survey_design, variance_units
from sipas.rounds.steps.weigh import CATEGORIES
from sipas.rounds.tables_io import parquet, read_table
from sipas.scoring import Score, change, measures_of, rank, score
from sipas.tables import COVARIANCE, ESTIMATES, FRAME, INDEX, RESPONSES, SAMPLE, WEIGHTS

ROWS = ("frame.parquet", "sample.parquet", "responses.parquet", "weights.parquet", CATEGORIES)


def weighted_rows(context: Context) -> pl.DataFrame:
    """Join valid answers with their weight, their design and the columns of their domains.

    Parameters
    ----------
    context : Context
        The round.

    Returns
    -------
    polars.DataFrame
        One row per weighted response, sorted by ``case_id``.
    """
    weights = read_table(context.folder, WEIGHTS).select("case_id", "nonresponse", "final")
    weights = weights.join(pl.read_parquet(context.folder.path(CATEGORIES)), on="case_id")
    answers = read_table(context.folder, RESPONSES).filter("valid").drop("valid", "invalid_reason", "received_on")
    sample = read_table(context.folder, SAMPLE)
    if context.round.estimates.variance == "ultimate_clusters":
        sample = variance_units(sample)
    stages = [name for name in sample.columns if name.startswith("stage_")]
    sample = sample.select("case_id", "unit_id", "stratum", "psu", "psu_population", *stages)
    frame = read_table(context.folder, FRAME).drop("commitment", "prn")
    rows = weights.join(answers, on="case_id").join(sample, on="case_id").join(frame, on="unit_id")
    return rows.sort("case_id")


def all_measures(edition: Edition) -> tuple[Measure, ...]:
    """List what is measured: the index, every option of every closed question, every number.

    Parameters
    ----------
    edition : Edition
        The questionnaire.

    Returns
    -------
    tuple of Measure
        Measures of the index first, then in the order of the form.
    """
    measures: list[Measure] = [*measures_of(edition)]
    for question in edition.questions():
        if question.personal or question.kind == "text":
            continue
        if question.kind == "integer":
            measures.append(Mean(question.name, question.name))
            continue
        if question.kind == "multiple":
            columns = [c.name for c in edition.columns() if c.question == question.name and c.dtype == pl.Int16]
            measures += [Share(f"{name}=1", name, (1,), category=1) for name in columns]
            continue
        values = [o.value for o in edition.options(question.name)]
        measures += [Share(f"{question.name}={v}", question.name, (v,), category=v) for v in values]
    return tuple(measures)


def _moments(context: Context) -> Outcome:
    edition = round_edition(context.folder, context.round)
    rows = weighted_rows(context)
    context.progress(0.3, "")
    design, psus = survey_design(read_table(context.folder, SAMPLE), context.round)
    measures, domains = all_measures(edition), context.round.estimates.domains
    calibration = calibrated_weight(rows, context.round)
    if calibration is None:
        moments = collapse(rows, design, measures, domains, psus=psus)
    else:
        moments = collapse_calibrated(rows, design, measures, domains, calibration=calibration, psus=psus)
    place = context.folder.work() / "moments.parquet"
    moments.write(place)
    return Outcome({"moments.parquet": place}, notes={"rows": rows.height, "moments": moments.table.height})


def _estimates(context: Context) -> Outcome:
    moments = read_moments(context.folder.path("moments.parquet"))
    table = estimate(moments, progress=lambda share: context.progress(share, ""))
    return Outcome({"estimates.parquet": parquet(table, ESTIMATES)}, notes={"estimates": table.height})


def _index(context: Context) -> Outcome:
    edition = round_edition(context.folder, context.round)
    moments = read_moments(context.folder.path("moments.parquet"))
    found = score(edition, moments, progress=lambda share: context.progress(0.6 * share, ""))
    chosen = context.round.estimates
    for kind in chosen.rank_by:
        found = rank(found, kind, minimum=chosen.least_to_rank)
    context.progress(0.7, "")
    found, notes = _with_change(context, found)
    sealed = {
        "index.parquet": parquet(found.index, INDEX),
        "covariance.parquet": parquet(found.covariance, COVARIANCE),
    }
    return Outcome(sealed, notes=notes)


def _with_change(context: Context, now: Score) -> tuple[Score, dict[str, object]]:
    if context.round.previous is None:
        return now, {}
    before = earlier_score(context)
    made = change(now, before, minimum=context.round.estimates.least_to_rank)
    notes = {"compared_with": context.round.previous, "comparable_items": len(made.items), "reason": made.reason}
    return made.score, notes


def earlier_score(context: Context) -> Score:
    """Score the earlier round from its moments, to compare with.

    Parameters
    ----------
    context : Context
        A round with ``previous``.

    Returns
    -------
    Score
        Without ranks and covariances.
    """
    root = earlier_root(context)
    settings = load_round(root)
    edition, moments = round_edition(Folder(root), settings), earlier_moments(root)
    return score(edition, moments, covaried=False, progress=lambda share: context.progress(0.7 + 0.2 * share, ""))


def earlier_moments(root: Path) -> Moments:
    """Read the moments of an earlier round.

    Parameters
    ----------
    root : Path
        Its folder.

    Returns
    -------
    Moments
        As its own estimation left them.
    """
    return read_moments(earlier_moments_there(root))


def earlier_moments_there(root: Path) -> Path:
    """Find the moments of an earlier round.

    Parameters
    ----------
    root : Path
        Its folder.

    Returns
    -------
    Path
        An existing file.

    Raises
    ------
    SipasError
        ``round.previous_missing``.
    """
    path = root / "moments.parquet"
    if not path.is_file():
        raise SipasError("round.previous_missing", got=str(root))
    return path


def earlier_root(context: Context) -> Path:
    """Give the folder of the earlier round.

    Parameters
    ----------
    context : Context
        A round with ``previous``.

    Returns
    -------
    Path
        Relative to this round's folder.
    """
    return context.folder.root / str(context.round.previous)


def _moment_settings(settings: Round) -> Any:
    return msgspec.to_builtins([
        settings.estimates.domains,
        settings.estimates.lonely,
        settings.estimates.finite_population,
        settings.estimates.variance,
        settings.estimates.calibrated,
        settings.weights.cap,
        settings.edition,
        settings.design,
    ])


def _index_inputs(context: Context) -> list[str]:
    return ["moments.parquet", *edition_files(context.folder, context.round), *_earlier_inputs(context)]


def _earlier_inputs(context: Context) -> list[str]:
    previous = context.round.previous
    if previous is None:
        return []
    root = earlier_root(context)
    earlier_moments_there(root)
    own = edition_files(Folder(root), load_round(root))
    return [f"{previous}/{name}" for name in ("moments.parquet", "round.yaml", *own)]


def _row_inputs(context: Context) -> list[str]:
    return [*ROWS, *edition_files(context.folder, context.round)]


MOMENTS_STEP = Step("moments", _row_inputs, _moment_settings, _moments)
ESTIMATES_STEP = Step("estimates", lambda _: ["moments.parquet"], lambda _: None, _estimates)
INDEX_STEP = Step("index", _index_inputs, lambda r: msgspec.to_builtins([r.estimates, r.previous, r.edition]), _index)
