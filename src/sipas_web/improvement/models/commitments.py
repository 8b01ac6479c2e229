"""What heads sign to do in a year, how it was reviewed, and years that are closed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.improvement.models.directives import Directive
from sipas_web.units.models import Unit


class FrozenYear(models.Model):
    """A year's commitments of an area as they stood when it was closed; never changed, corrected by a new version."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # the area
    year = models.PositiveSmallIntegerField()
    version = models.PositiveSmallIntegerField(default=1)
    reason = models.CharField(max_length=500, blank=True)  # of a correction
    rows = models.JSONField()  # queries.commitments.frozen_rows
    frozen = models.DateTimeField(default=timezone.now)
    frozen_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-year", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "year", "version"], name="improvement_one_version_of_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.year} v{self.version}"


class Commitment(models.Model):
    """What a unit's head promises for a year; without a date of signing it is still asked for."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # whose head signs
    to_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # to whose head
    year = models.PositiveSmallIntegerField()
    signed = models.DateField(null=True, blank=True)
    position = models.CharField(max_length=120, blank=True)  # of who signed: the post, never the name
    document = models.CharField(max_length=200, blank=True)  # number of the signed paper
    directive = models.ForeignKey(Directive, models.PROTECT, null=True, blank=True, related_name="commitments")
    held_by = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")  # successor
    closed_in = models.ForeignKey(FrozenYear, models.PROTECT, null=True, blank=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-year", "unit__sort_key", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "to_unit", "year"], name="improvement_one_commitment_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.unit.full_name}"

    @property
    def answering(self) -> Unit:
        """Who answers for it today."""
        return self.held_by or self.unit


class CommitmentItem(models.Model):
    """One promise, with how it is measured; fixed once signed. ``result`` is the unit's own word."""

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="items")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)
    measure = models.CharField(max_length=300)  # by what it will be judged
    due = models.DateField(null=True, blank=True)
    node = models.CharField(max_length=64, blank=True)  # item or factor of SIPAS it should move
    result = models.TextField(blank=True)
    evidence = models.CharField(max_length=500, blank=True)  # document numbers, addresses
    reported = models.DateField(null=True, blank=True)
    reported_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["commitment", "number"], name="improvement_item_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id}/{self.number}"


class ItemEvidence(models.Model):
    """A file that shows what was done for an item; it stays when another is added."""

    item = models.ForeignKey(CommitmentItem, models.CASCADE, related_name="files")
    name = models.CharField(max_length=160)  # as its owner calls it
    stored = models.CharField(max_length=100, unique=True)  # below MEDIA_ROOT
    kind = models.CharField(max_length=100)  # content type, from what the file is
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    added = models.DateTimeField(default=timezone.now)
    added_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.name


class ItemReview(models.Model):
    """What the tracker found. Reviews are added, never changed: the newest counts."""

    class Verdict(models.TextChoices):
        """How far the promise was kept."""

        FULFILLED = "fulfilled", _("fulfilled")
        PARTLY = "partly", _("partly fulfilled")
        NOT = "not", _("not fulfilled")

    item = models.ForeignKey(CommitmentItem, models.CASCADE, related_name="reviews")
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.CharField(max_length=1000)
    reviewed = models.DateTimeField(default=timezone.now)
    reviewed_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.verdict}"
