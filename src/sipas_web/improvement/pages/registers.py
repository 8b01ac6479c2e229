"""What the pages of the registers show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from sipas_web.audit.actors import Actor
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.registers import Campaign, Discipline, Training, carried_by, carried_out
from sipas_web.improvement.queries.targets import node_title
from sipas_web.improvement.queries.tasks import Task
from sipas_web.improvement.series_register import discipline_words
from sipas_web.shared.downloads import Cell


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as the register lists it: no name."""

    row: Discipline
    ground: str
    outcome: str
    moves: str


@dataclass(frozen=True, slots=True)
class Link:
    """Something on a page of its own."""

    title: str
    url: str
    note: StrOrPromise = ""


def carries_out(origin: str, by: Actor) -> Link | None:
    """Give the task or measure that an entry carries out, for who may see it."""
    found = carried_out(origin, by)
    if found is None:
        return None
    if isinstance(found, Task):
        return Link(found.title, reverse("task_detail", args=[found.pk]))
    return Link(found.title, reverse("plan_detail", args=[found.plan_id]))


def carried(task: Task, by: Actor) -> dict[str, Any]:
    """Give the entries that carry a task, or the measure it comes from, out; and where to add one."""
    rows = carried_by({f"task:{task.pk}", task.origin} - {""}, by)
    query = urlencode({"origin": f"task:{task.pk}", "unit": task.unit.code})
    adds = [
        Link(str(label), f"{reverse(name)}?{query}")
        for name, label, permission in ADDS
        if by.may(permission, task.unit)
    ]
    return {"entries": [_link(row) for row in rows], "adds": adds}


def _link(row: Training | Campaign | Discipline) -> Link:
    name, label, _day = KINDS[type(row)]
    return Link(str(row), reverse(name, args=[row.pk]), f"{label}, {getattr(row, _day).strftime('%d/%m/%Y')}")


KINDS: dict[type, tuple[str, StrOrPromise, str]] = {
    Training: ("training_detail", gettext_lazy("training"), "held"),
    Campaign: ("campaign_detail", gettext_lazy("campaign"), "first"),
    Discipline: ("discipline_detail", gettext_lazy("register of discipline"), "decided"),
}
ADDS: tuple[tuple[str, StrOrPromise, str], ...] = (
    ("training_add", gettext_lazy("Enter a training session"), Permission.PLAN_CHANGE),
    ("campaign_add", gettext_lazy("Enter a campaign"), Permission.PLAN_CHANGE),
    ("discipline_add", gettext_lazy("Enter a decision on an official"), Permission.DISCIPLINE_KEEP),
)


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
