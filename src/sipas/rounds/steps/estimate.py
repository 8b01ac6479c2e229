"""From weighted answers to moments, estimates and the index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from sipas.errors import SipasError
from sipas.estimation import (
    Design,
    Mean,
    Measure,
    Moments,
    Share,
    collapse,
    estimate,
    read_moments,
)
from sipas.instrument import Edition
from sipas.rounds.editions import edition_files, round_edition
from sipas.rounds.folder import Folder
from sipas.rounds.runner import Context, Outcome, Step
from sipas.rounds.settings import Round, load_round
from sipas.rounds.tables_io import parquet, read_table
from sipas.scoring import Score, change, measures_of, rank, score
from sipas.tables import COVARIANCE, ESTIMATES, FRAME, INDEX, RESPONSES, SAMPLE, WEIGHTS

ROWS = ("frame.parquet", "sample.parquet", "responses.parquet", "weights.parquet")


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
    weights = read_table(context.folder, WEIGHTS).select("case_id", "final")
    answers = read_table(context.folder, RESPONSES).filter("valid").drop("valid", "invalid_reason", "received_on")
    sample = variance_units(read_table(context.folder, SAMPLE))
    sample = sample.select("case_id", "unit_id", "stratum", "psu", "psu_population")
    frame = read_table(context.folder, FRAME).drop("commitment", "prn")
    rows = weights.join(answers, on="case_id").join(sample, on="case_id").join(frame, on="unit_id")
    return rows.sort("case_id")


def variance_units(sample: pl.DataFrame) -> pl.DataFrame:
    """Find the stage that makes the variance of each case: the first of which not every unit was drawn.

    Parameters
    ----------
    sample : polars.DataFrame, ``tables.SAMPLE``
        One or more stages.

    Returns
    -------
    polars.DataFrame
        The same rows. Where all primary units of a stratum were drawn, also those certain by their size, each is a
        stratum (``stratum``: its path and the stratum inside it) and the units of the next stage, ``stage_2_id``, are
        its primary units in ``psu``, ``psu_population`` and ``psu_sample``; so on through the stages.

    Notes
    -----
    Units drawn with certainty are strata, since they add nothing to the variance of their stage (Lohr 2022, §7.3;
    R ``svydesign(id=~1, strata=~psu)``).
    """
    found = sample
    at = 2
    while f"stage_{at}_id" in sample.columns:
        complete = pl.col("psu_population") == pl.col("psu_sample")
        inside = pl.concat_str("stratum", "psu", f"stage_{at}_stratum", separator=" › ")
        deeper = {"stratum": inside, "psu": pl.col(f"stage_{at}_id")}
        deeper |= {f"psu_{name}": pl.col(f"stage_{at}_{name}") for name in ("population", "sample")}
        found = found.with_columns(pl.when(complete).then(e).otherwise(name).alias(name) for name, e in deeper.items())
        at += 1
    return found


def survey_design(sample: pl.DataFrame, settings: Round) -> tuple[Design, pl.DataFrame | None]:
    """Say how the sample was drawn, as far as the variance must know.

    Parameters
    ----------
    sample : polars.DataFrame, ``tables.SAMPLE``
        Official cases and reserves.
    settings : Round
        Design and choices of the estimation.

    Returns
    -------
    design : Design
        Where units are drawn directly each respondent is a primary unit; with clusters, all drawn clusters count,
        also those without respondents, and nothing is taken off for a finite population: the formula of one stage holds
        the later stages' errors in the spread between clusters, and the correction would take them off too.
    psus : polars.DataFrame or None
        The drawn clusters, by ``variance_units``; none where that leads to the respondents.
    """
    by_size = settings.design["stages"][0].get("method", "srs") in {"pps_systematic", "pareto"}
    direct = len(settings.design["stages"]) == 1
    finite = settings.estimates.finite_population and direct and not by_size
    design = Design(
        weight="final",
        strata="stratum",
        psu=None if direct else "psu",
        population="psu_population" if finite else None,
        lonely=settings.estimates.lonely,
        nested=True,
    )
    if direct:
        return design, None
    units = variance_units(sample).filter(pl.col("role") == "official", pl.col("psu") != pl.col("unit_id"))
    return design, units.select("stratum", "psu", "psu_sample").unique().sort("stratum", "psu")


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
    moments = collapse(rows, design, all_measures(edition), context.round.estimates.domains, psus=psus)
    place = context.folder.work() / "moments.parquet"
    moments.write(place)
    return Outcome({"moments.parquet": place}, notes={"rows": rows.height, "moments": moments.table.height})


def _estimates(context: Context) -> Outcome:
    moments = read_moments(context.folder.path("moments.parquet"))
    table = estimate(moments)
    return Outcome({"estimates.parquet": parquet(table, ESTIMATES)}, notes={"estimates": table.height})


def _index(context: Context) -> Outcome:
    edition = round_edition(context.folder, context.round)
    found = score(edition, read_moments(context.folder.path("moments.parquet")))
    context.progress(0.4, "")
    chosen = context.round.estimates
    for kind in chosen.rank_by:
        found = rank(found, kind, minimum=chosen.least_to_rank)
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
    """Score the earlier round from its moments.

    Parameters
    ----------
    context : Context
        A round with ``previous``.

    Returns
    -------
    Score
        With the ranks of its own settings.
    """
    root = earlier_root(context)
    settings = load_round(root)
    found = score(round_edition(Folder(root), settings), earlier_moments(root))
    for kind in settings.estimates.rank_by:
        found = rank(found, kind, minimum=settings.estimates.least_to_rank)
    return found


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
