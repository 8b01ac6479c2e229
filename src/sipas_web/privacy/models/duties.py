"""What was deleted because its time was over, and breaches with their clock."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from sipas_web.units.models import Unit


class RetentionRun(models.Model):
    """One look for what is kept too long. A look that found nothing takes the place of the one before."""

    kind = models.CharField(max_length=64)  # as registered
    ran = models.DateTimeField(default=timezone.now)
    before = models.DateTimeField()  # what is older went
    deleted = models.PositiveIntegerField(default=0)
    failed = models.BooleanField(default=False)
    ran_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-ran", "-pk"]
        indexes: ClassVar = [models.Index(fields=["kind", "-ran"], name="privacy_runs_of_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.deleted}"


class Breach(models.Model):
    """A breach of the protection of personal data: the clock runs from the moment it was found."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    what = models.CharField(max_length=300)
    found = models.DateTimeField()
    happened = models.CharField(max_length=200, blank=True)  # when, as far as known
    kinds = models.CharField(max_length=500)  # of data; never whose
    people = models.PositiveIntegerField(null=True)  # how many, as far as known
    measures = models.TextField(blank=True)
    is_notice_due = models.BooleanField(default=True)  # else a reason stands in its place
    no_notice_because = models.CharField(max_length=500, blank=True)
    notified = models.DateTimeField(null=True)
    notified_whom = models.CharField(max_length=300, blank=True)
    late_because = models.CharField(max_length=500, blank=True)
    people_told = models.DateField(null=True)
    closed = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=200, blank=True)
    created = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-found", "-pk"]
        indexes: ClassVar = [models.Index(fields=["unit", "-found"], name="privacy_breaches_of_unit")]

    def __str__(self) -> str:
        return f"VP-{self.pk}"  # as registers name it; what happened may hint at a person
