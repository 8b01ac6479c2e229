"""What waits for a person in improvement plans."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sipas_web.audit.actors import Actor
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import measures, plans
from sipas_web.shared.waiting import Source, Waiting


def to_approve(by: Actor, most: int) -> Sequence[Waiting]:
    """List plans that wait for approval, the longest waiting first."""
    rows = plans.asked_in(by).order_by("asked", "pk")[:most]
    return [Waiting(_key("plan", p.pk), p.title, reverse("plan_detail", args=[p.pk]), p.unit.full_name) for p in rows]


def to_complete(by: Actor, most: int) -> Sequence[Waiting]:
    """List measures of drafts that lack an owner or a day, the oldest plan first."""
    rows = measures.incomplete(by).order_by("plan__created", "pk")[:most]
    return [
        Waiting(
            _key("measure", m.pk), m.title, reverse("measure_change", args=[m.plan_id, m.pk]), m.unit.full_name, m.due
        )
        for m in rows
    ]


def _key(what: str, key: int) -> str:
    return f"improvement.{what}:{key}"


SOURCES = (
    Source("improvement.plans_to_approve", 40, _("Plans to approve"), Permission.PLAN_APPROVE, to_approve),
    Source(
        "improvement.measures_to_complete", 41, _("Measures without owner or day"), Permission.PLAN_CHANGE, to_complete
    ),
)
