"""Difficulties (khó khăn, vướng mắc) of tasks: they go up the chain and must be answered."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.improvement.models.tasks import Task
from sipas_web.units.models import Unit


class Difficulty(models.Model):
    """Something that stands in the way, at the unit that has to answer it now."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="difficulties")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # who raised it
    text = models.TextField()
    proposal = models.TextField(blank=True)  # what is asked of the unit above
    raised = models.DateField()
    raised_by = models.CharField(max_length=200)
    at = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    via = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")  # office of home affairs it goes through
    since = models.DateField()  # when it came to that unit
    answer_by = models.DateField()
    answered = models.DateField(null=True)
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=200, blank=True)
    answered_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["answer_by", "pk"]
        indexes: ClassVar = [models.Index(fields=["at", "answered"], name="improvement_difficulties_at")]

    def __str__(self) -> str:
        return f"{self.raised:%d/%m/%Y}: {self.task}"[:200]


class DifficultyStep(models.Model):
    """A step of a difficulty on its way up; never changed."""

    class Kind(models.TextChoices):
        """What moved it."""

        RAISED = "raised", _("raised")
        RISEN = "risen", _("risen unanswered")
        PASSED = "passed", _("passed on with an opinion")
        REHOMED = "rehomed", _("gone over to the successor")
        ANSWERED = "answered", _("answered")

    difficulty = models.ForeignKey(Difficulty, models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind)
    on = models.DateField()
    at = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # where it is after this step
    text = models.TextField(blank=True)
    created = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.difficulty_id}: {self.kind} {self.on}"
