"""Units that have ended and still hold open work."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from sipas_web.improvement.models import Difficulty, Duty, Task
from sipas_web.units.queries import Unit, today


def open_tasks() -> QuerySet[Task]:
    """Tasks that still have to be done."""
    return Task.objects.filter(done__isnull=True, dropped__isnull=True)


def ended_units() -> list[Unit]:
    """List the units that have ended and own, gave or take part in open tasks, or have to answer a difficulty."""
    tasks = open_tasks()
    waiting = Difficulty.objects.filter(answered__isnull=True)
    used = (
        Q(pk__in=tasks.values("unit"))
        | Q(pk__in=tasks.filter(giver__isnull=False).values("giver"))
        | Q(pk__in=Duty.objects.filter(task__in=tasks).values("unit"))
        | Q(pk__in=waiting.values("at"))
    )
    return list(Unit.objects.filter(used, valid_to__lt=today()).order_by("code", "valid_from"))
