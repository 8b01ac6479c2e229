"""Long work after the index: the daily look at tasks."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from sipas_web.improvement.actions import difficulties, tasks_daily, tasks_recurring, tasks_rehoming
from sipas_web.jobs.registry import Work, handles


@handles(tasks_daily.KIND)
def look_daily(work: Work) -> dict[str, Any]:
    """Take unanswered difficulties up and open work of units that have ended over; give tasks of the next period."""
    today = timezone.localdate()
    risen = difficulties.rise_unanswered(on=today, by=work.actor)
    rehomed = tasks_rehoming.rehome_everything(by=work.actor)
    return {"risen": risen, "rehomed": rehomed, "arisen": tasks_recurring.arise(on=today, by=work.actor)}
