"""Letters that urge a unit (đôn đốc) to carry out its overdue tasks."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from sipas_web.improvement.models.tasks import Task
from sipas_web.units.models import Unit


class Urging(models.Model):
    """A letter to one unit: drawn up, then sent on paper or by the document system, and noted with its number."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # who is urged
    issuer = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # whose people urge
    agency = models.CharField(max_length=200)  # as the letter's head has it
    parent_agency = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=120)
    on = models.DateField()  # the day for which the overdue tasks were listed
    report_by = models.DateField()  # until when the unit has to report
    sent = models.DateField(null=True)
    reference = models.CharField(max_length=80, blank=True)  # number and symbol, from văn thư
    created = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-on", "-pk"]
        indexes: ClassVar = [models.Index(fields=["unit", "-on"], name="improvement_urgings_of_a_unit")]

    def __str__(self) -> str:
        return self.reference or f"{self.on:%d/%m/%Y}"


class UrgedTask(models.Model):
    """An overdue task named in a letter, as it stood on that day."""

    urging = models.ForeignKey(Urging, models.CASCADE, related_name="tasks")
    task = models.ForeignKey(Task, models.PROTECT, related_name="urgings")
    first_due = models.DateField()
    due = models.DateField()
    percent = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["due", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["urging", "task"], name="improvement_task_once_in_a_letter")
        ]

    def __str__(self) -> str:
        return f"{self.urging_id}: {self.task_id}"
