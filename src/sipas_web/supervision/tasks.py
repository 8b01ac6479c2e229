"""Matching a closed check sample with the first answers. Safe to run twice: the same rows give the same result."""

from __future__ import annotations

from typing import Any

import polars as pl

from sipas import rounds as library
from sipas.scoring import Weighting
from sipas_web.jobs.registry import Result, Work, handles
from sipas_web.rounds.folders import folder_of
from sipas_web.supervision import actions
from sipas_web.supervision.queries import CheckSample
from sipas_web.supervision.queries import samples as reads

GROUPS = list(reads.GROUPS)
MEASURES = ("gross_difference", "kappa", "inconsistency")
AGREEMENT = [
    "item", "pairs",
    *(f"{name}{part}" for name in MEASURES for part in ("", "_se", "_low", "_high")),
]  # fmt: skip


@handles(reads.MATCH, quick=True, private=True)
def match(work: Work) -> Result:
    """Match and keep the result."""
    sample = reads.by_id(work.arguments["sample"])
    if sample.state == CheckSample.State.CLOSED:
        actions.store_result(sample_id=sample.pk, result=_worked_out(sample, work), by=work.actor)
    return {}


def _worked_out(sample: CheckSample, work: Work) -> dict[str, Any]:
    root = folder_of(sample.round)
    work.progress(0.1, "supervision.reading")
    answers, checks = reads.first_answers(sample.round), reads.checks_of(sample)
    work.progress(0.4, "supervision.matching")
    with library.acting_as(work.actor.name):
        found = library.reverified(
            root, answers, checks, reads.again_of(sample), weighting=weighting_of(sample), by=_groups(checks)
        )
    return {
        "rates": found.rates.to_dicts(),
        "items": _plain(found.items.select(AGREEMENT)),
        "cases": found.cases.to_dicts(),
        "effects": found.effects.to_dicts(),
        "weights": found.weights,
        "answers": answers.height,
    }


def weighting_of(sample: CheckSample) -> Weighting:
    """Say how a check sample was drawn."""
    return Weighting(rate="probability") if sample.is_by_size else Weighting(population="population")


def _groups(checks: pl.DataFrame) -> list[str]:
    return [name for name in GROUPS if checks[name].null_count() < checks.height]


def _plain(table: pl.DataFrame) -> list[dict[str, Any]]:
    return table.with_columns(pl.col(pl.Float64).fill_nan(None)).to_dicts()
