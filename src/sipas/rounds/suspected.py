"""The forms of a round that is still in the field, looked through for signs of bad field work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sipas.estimation import interviewer_variance
from sipas.quality import Suspicions, VisitLimits, form_signs, suspicions
from sipas.rounds.editions import round_edition
from sipas.rounds.operations import open_round
from sipas.tables import FRAME, SAMPLE


@dataclass(frozen=True, slots=True)
class LookedThrough:
    """What a look through a round's forms found.

    Parameters
    ----------
    suspicions : Suspicions
        Scores and reasons.
    effects : polars.DataFrame
        ``estimation.interviewer_variance`` of the rated items, with ``label`` (as printed on the form).
    """

    suspicions: Suspicions
    effects: pl.DataFrame


def look_through(
    root: Path, forms: pl.DataFrame, visits: pl.DataFrame, limits: VisitLimits | None = None
) -> LookedThrough:
    """Score the forms that have come in, whether the field is closed or not. Nothing is written.

    Parameters
    ----------
    root : Path
        The round's folder, with its drawn sample.
    forms : polars.DataFrame
        As ``quality.form_signs`` takes them; ``respondent_kind`` is added.
    visits : polars.DataFrame
        As ``quality.visit_marks`` takes them.
    limits : VisitLimits, optional
        Missing: the standard ones.

    Returns
    -------
    LookedThrough
        Forms in the order given.

    Raises
    ------
    SipasError
        ``quality.form_column_missing``, ``quality.visit_column_missing``, and those of opening a round.
    """
    context = open_round(root)
    edition = round_edition(context.folder, context.round)
    sample = pl.scan_parquet(root / f"{SAMPLE.name}.parquet").select("case_id", "unit_id")
    kinds = pl.scan_parquet(root / f"{FRAME.name}.parquet").select("unit_id", "respondent_kind")
    known = sample.join(kinds, on="unit_id", how="left").drop("unit_id").collect()
    rows = forms.join(known, on="case_id", how="left", maintain_order="left")
    items = {q.name: q.short_label for q in edition.items()}
    effects = interviewer_variance(rows, list(items))
    made = suspicions(form_signs(rows, edition, visits, limits))
    return LookedThrough(made, effects.with_columns(label=pl.Series(list(items.values()), dtype=pl.String)))
