"""The settings of an estimate as they stand, for the form that changes them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sipas.rounds.settings import Documents, EstimateSettings
from sipas_web.rounds.queries import Round, TargetValue

# What the library takes where a round says nothing.
ESTIMATES = EstimateSettings()
SIGNER = Documents(dt.date(2026, 1, 1), "", "", "").signer


@dataclass(frozen=True, slots=True)
class Chosen:
    """What may change after the freeze."""

    document_date: dt.date
    place: str
    signer: str
    report_number: str
    letter_number: str
    least_to_rank: int
    finite_population: bool
    calibrated: bool
    targets: tuple[TargetValue, ...]


def chosen_of(round_: Round) -> Chosen:
    """Give the settings of a round."""
    documents: dict[str, Any] = round_.settings.get("documents", {})
    estimates: dict[str, Any] = round_.settings.get("estimates", {})
    return Chosen(
        document_date=_day(documents.get("date")),
        place=documents.get("place", ""),
        signer=documents.get("signer", SIGNER),
        report_number=documents.get("report_number", ""),
        letter_number=documents.get("letter_number", ""),
        least_to_rank=estimates.get("least_to_rank", ESTIMATES.least_to_rank),
        finite_population=estimates.get("finite_population", ESTIMATES.finite_population),
        calibrated=estimates.get("calibrated", ESTIMATES.calibrated),
        targets=tuple(TargetValue.objects.filter(round=round_, unit__isnull=True)),
    )


def _day(value: object) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
