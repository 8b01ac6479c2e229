"""A target, a commitment and measures of an agency, for tests that walk through every address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from sipas_web.accounts.models import Person
from sipas_web.improvement.models import (
    Campaign,
    Commitment,
    CommitmentItem,
    Discipline,
    FrozenYear,
    ItemEvidence,
    Target,
    Training,
)
from sipas_web.units.models import Unit

DAY = dt.date(2026, 3, 5)
THINGS: dict[str, Callable[[Unit, Person], Any]] = {
    "target_id": lambda unit, person: Target.objects.get(unit=unit).pk,
    "series_code": lambda unit, person: "sipas",
    "commitment_id": lambda unit, person: Commitment.objects.get(unit=unit).pk,
    "commitment_item_id": lambda unit, person: CommitmentItem.objects.get(commitment__unit=unit).pk,
    "item_evidence_id": lambda unit, person: ItemEvidence.objects.get(item__commitment__unit=unit).pk,
    "frozen_id": lambda unit, person: FrozenYear.objects.get(unit=unit).pk,
    "training_id": lambda unit, person: Training.objects.get(unit=unit).pk,
    "campaign_id": lambda unit, person: Campaign.objects.get(unit=unit).pk,
    "discipline_id": lambda unit, person: Discipline.objects.get(unit=unit).pk,
}
AREA_PAGES = THINGS.keys() - {"series_code"}


def things_of(unit: Unit, province: Unit) -> None:
    """Make one of each."""
    Target.objects.create(unit=unit, year=2026, threshold=85, issuer=province, source="x", created_by="x")
    made = Commitment.objects.create(unit=unit, to_unit=province, year=2026, signed=DAY, created_by="x")
    item = CommitmentItem.objects.create(commitment=made, number=1, text="x", measure="x")
    ItemEvidence.objects.create(
        item=item, name="x.pdf", stored=f"evidence/{unit.code}-item", kind="x", size=1, sha256="x", added_by="x"
    )
    FrozenYear.objects.create(unit=unit, year=2025, rows=[], frozen_by="x")
    Training.objects.create(unit=unit, held=DAY, title="x", hours=1, created_by="x")
    Campaign.objects.create(unit=unit, title="x", channel="radio", audience="x", first=DAY, last=DAY, created_by="x")
    Discipline.objects.create(
        unit=unit, decision="x", decided=DAY, ground="late", outcome="warning", token=unit.code, created_by="x"
    )


def state_of(unit: Unit) -> list[Any]:
    """Give every row of them."""
    kinds = (Target, Commitment, FrozenYear, Training, Campaign, Discipline)
    rows = [list(kind._default_manager.filter(unit=unit).values()) for kind in kinds]
    return [*rows, list(CommitmentItem.objects.filter(commitment__unit=unit).values())]
