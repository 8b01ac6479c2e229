"""Tasks: what a unit has to do until when."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from sipas_web.improvement.models.directives import Directive
from sipas_web.shared.vietnamese_text import SearchKeyField
from sipas_web.units.models import Unit


class Task(models.Model):
    """A task of one unit. Its four states are worked out from the days and never stored."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # who owns it now
    directive = models.ForeignKey(Directive, models.PROTECT, null=True, blank=True, related_name="tasks")
    path = models.CharField(max_length=40, blank=True)  # provision of the directive: 1.a
    origin = models.CharField(max_length=60, blank=True, db_index=True)  # what else it came from: measure:12
    title = models.CharField(max_length=300)
    search_key = SearchKeyField("title")
    text = models.TextField(blank=True)
    given = models.DateField()
    first_due = models.DateField(null=True, blank=True)  # as given; never changes
    due = models.DateField(null=True, blank=True)  # with every extension granted
    done = models.DateField(null=True, blank=True)
    dropped = models.DateField(null=True, blank=True)  # it no longer has to be done; the reason is in its entries
    created_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["due", "pk"]
        indexes: ClassVar = [models.Index(fields=["unit", "due"], name="improvement_tasks_of_a_unit")]

    def __str__(self) -> str:
        return self.title


class Duty(models.Model):
    """Another unit's part in a task."""

    class Kind(models.TextChoices):
        """The part."""

        LEAD = "lead", _("leads")
        COORDINATE = "coordinate", _("coordinates")
        MONITOR = "monitor", _("follows and urges")

    task = models.ForeignKey(Task, models.CASCADE, related_name="duties")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "unit", "kind"], name="improvement_one_duty_of_a_unit")
        ]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.unit_id} {self.kind}"
