"""What the pages of the registers show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sipas_web.improvement.queries.registers import Campaign, Discipline, Training
from sipas_web.improvement.queries.targets import node_title
from sipas_web.improvement.series_register import discipline_words
from sipas_web.shared.downloads import Cell


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as the register lists it: no name."""

    row: Discipline
    ground: str
    outcome: str
    moves: str


def moves(row: Any) -> str:
    """Name the item or factor a measure should move."""
    return node_title(row.node) if row.node else ""


def decisions(rows: Iterable[Discipline]) -> list[Decision]:
    """Write decisions; the name stays under lock."""
    words = discipline_words()
    grounds, outcomes = words.grounds, words.outcomes
    return [
        Decision(row, grounds.get(row.ground, row.ground), outcomes.get(row.outcome, row.outcome), moves(row))
        for row in rows
    ]


def trainings_sheet(rows: QuerySet[Training]) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
    """Give the workbook of training sessions."""
    heads = [_("Day"), _("Topic"), _("Unit"), _("Hours"), _("Participants"), _("Should move")]
    lines: Iterable[Sequence[Cell]] = (
        [r.held.strftime("%d/%m/%Y"), r.title, r.unit.full_name, float(r.hours), _people(r), moves(r)]
        for r in rows.iterator(chunk_size=500)
    )
    return heads, lines


def campaigns_sheet(rows: QuerySet[Campaign]) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
    """Give the workbook of campaigns."""
    heads = [
        _("From day"), _("To day"), _("Title of the campaign"), _("Unit"), _("Channel"), _("Audience"),
        _("People reached"), _("Who counted them, and how"), _("Press body"), _("Should move"),
    ]  # fmt: skip
    lines: Iterable[Sequence[Cell]] = (
        [
            r.first.strftime("%d/%m/%Y"), r.last.strftime("%d/%m/%Y"), r.title, r.unit.full_name,
            str(r.get_channel_display()), r.audience, r.reach, r.reach_source, r.press_body, moves(r),
        ]
        for r in rows.iterator(chunk_size=500)
    )  # fmt: skip
    return heads, lines


def _people(row: Training) -> int:
    return int(getattr(row, "people", 0) or 0)
