"""Re-verification of a round whose answers lie in a database: what is asked again, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sipas.estimation import Design
from sipas.instrument import Edition
from sipas.quality import differing, matched_pairs, repeated_questions
from sipas.rounds.editions import round_edition
from sipas.rounds.folder import Folder
from sipas.rounds.operations import open_round
from sipas.rounds.tables_io import read_table
from sipas.scoring import Weighting, differences_by, effect_on_index, failure_rates, repeated_agreement
from sipas.scoring.reverified import EFFECTS
from sipas.tables import SAMPLE, WEIGHTS

FOUND, PROJECTED = "found", "projected"
FINAL, BASE = "final", "base"


@dataclass(frozen=True, slots=True)
class RepeatedQuestion:
    """A question asked again.

    Parameters
    ----------
    name : str
        Its answer column.
    text : str
        As on the form.
    options : tuple of (int, str)
        Values and labels in order.
    ordered : bool
        Whether the values are steps of a scale.
    """

    name: str
    text: str
    options: tuple[tuple[int, str], ...]
    ordered: bool


@dataclass(frozen=True, slots=True)
class Reverified:
    """What re-verification says of a round.

    Parameters
    ----------
    rates : polars.DataFrame
        ``scoring.failure_rates`` and ``scoring.differences_by``, in this order.
    items : polars.DataFrame
        ``Agreement.items`` of the questions asked again.
    cases : polars.DataFrame
        ``quality.differing``, for verified cases whose first answer is there.
    effects : polars.DataFrame
        ``scoring.effect_on_index``, scope ``found``: the forms found to have failed are dropped or replaced, all others
        stay; ``projected``: as if every form of the list had been looked at and every failed one dropped or replaced,
        from the verified forms alone. Nothing where no form failed.
    weights : {"final", "base"}
        Of the effects: those of the estimates, or, before the round was estimated, those of the sample's design alone.
    """

    rates: pl.DataFrame
    items: pl.DataFrame
    cases: pl.DataFrame
    effects: pl.DataFrame
    weights: str


def questions_asked_again(root: Path, seed: str, count: int | None = None) -> tuple[RepeatedQuestion, ...]:
    """Choose the questions of a round that are asked again.

    Parameters
    ----------
    root : Path
        The round's folder.
    seed : str
        Of the check sample.
    count : int, optional
        As in ``quality.repeated_questions``.

    Returns
    -------
    tuple of RepeatedQuestion
        In the order of the form.
    """
    edition = _edition(root)
    return tuple(
        RepeatedQuestion(q.name, q.text, tuple((o.value, o.label) for o in edition.options(q.name)), q.kind == "scale")
        for q in repeated_questions(edition, seed, count)
    )


def reverified(
    root: Path,
    answers: pl.DataFrame,
    checks: pl.DataFrame,
    again: pl.DataFrame,
    *,
    weighting: Weighting,
    by: Sequence[str] = (),
) -> Reverified:
    """Match a check sample with the first answers.

    Parameters
    ----------
    root : Path
        The round's folder, with its sample; with its weights where it was estimated.
    answers : polars.DataFrame
        ``case_id`` and the answer columns: every valid first answer of the round.
    checks : polars.DataFrame
        One row per drawn case: ``case_id``, ``verdict`` (missing: not verified), the columns of ``weighting`` and of
        ``by``.
    again : polars.DataFrame
        ``case_id`` and the questions asked again, of the verified cases.
    weighting : Weighting
        How the check sample was drawn.
    by : sequence of str
        Groups: interviewer, office.

    Returns
    -------
    Reverified
        Everything the minutes need.
    """
    edition = _edition(root)
    names = [name for name in again.columns if name != "case_id"]
    cases = differing(matched_pairs(answers, again, edition), [n for n in names if edition.question(n).kind == "scale"])
    known = checks.join(cases.select("case_id", "pairs", "differ"), on="case_id", how="left")
    counted = known.with_columns(pl.col("pairs", "differ").fill_null(0))
    rates = [failure_rates(checks, weighting, by)]
    if cases["pairs"].sum():
        rates.append(differences_by(counted, by, weighting))
    wide = checks.join(answers.select("case_id", *names), on="case_id", how="left")
    wide = wide.join(again.rename({name: f"{name} again" for name in names}), on="case_id", how="left")
    values = {name: [o.value for o in edition.options(name)] for name in names}
    items = repeated_agreement(wide, values, weighting).items
    effects, weights = _effects(root, edition, answers, checks, weighting)
    return Reverified(pl.concat(rates), items, cases, effects, weights)


def _effects(
    root: Path, edition: Edition, answers: pl.DataFrame, checks: pl.DataFrame, weighting: Weighting
) -> tuple[pl.DataFrame, str]:
    rows, weights = _weighted(root, answers)
    failed = checks.filter(pl.col("verdict") == "fail")["case_id"].to_list()
    if rows.filter(pl.col("case_id").is_in(failed)).height == 0:
        return pl.DataFrame(schema=EFFECTS), weights
    clusters = "psu" if (rows["psu"] != rows["unit_id"]).any() else None
    design = Design(weight="weight", strata="stratum", psu=clusters, nested=clusters is not None)
    found = effect_on_index(rows, edition, failed, design=design, scope=FOUND, cell="stratum")
    columns = ["case_id", weighting.weight, weighting.stratum]
    verified = checks.filter(pl.col("verdict").is_not_null()).select(columns)
    both = rows.join(verified, on="case_id").with_columns(pl.col("weight") * pl.col(weighting.weight))
    second = Design(weight="weight", strata=weighting.stratum)
    projected = effect_on_index(both, edition, failed, design=second, scope=PROJECTED, cell=weighting.stratum)
    return pl.concat([found, projected]), weights


def _weighted(root: Path, answers: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    folder = Folder(root)
    sample = read_table(folder, SAMPLE).select("case_id", "unit_id", "stratum", "psu", "base_weight")
    rows = answers.join(sample, on="case_id").sort("case_id")
    if not folder.path("weights.parquet").exists():
        return rows.rename({"base_weight": "weight"}), BASE
    final = read_table(folder, WEIGHTS).select("case_id", weight="final")
    return rows.drop("base_weight").join(final, on="case_id").sort("case_id"), FINAL


def _edition(root: Path) -> Edition:
    context = open_round(root)
    return round_edition(context.folder, context.round)
