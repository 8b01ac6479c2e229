"""Reviews of the facilities of one-stop desks against a dated standard."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.onestop import facility_standards
from sipas_web.units.models import Unit


class ReviewState(models.TextChoices):
    """How far a review is."""

    OPEN = "open", _("being filled in")
    CLOSED = "closed", _("finished")


class FacilityReview(models.Model):
    """A look at one desk on a day, by one standard."""

    desk = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    standard = models.CharField(max_length=24)  # code of data/facility_standards.yaml
    level = models.CharField(max_length=10)  # province, district, commune: the minimum follows from it
    on = models.DateField()
    reviewer = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=ReviewState, default=ReviewState.OPEN)
    created = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-on", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["desk", "on"], name="onestop_one_review_a_day"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "desk", "on"], name="onestop_reviews_of_desk")]

    def __str__(self) -> str:
        return f"CSVC-{self.pk}"

    @property
    def standard_name(self) -> str:
        """The rule, as it is called."""
        return facility_standards.standard(self.standard).name


class FacilityCheck(models.Model):
    """A row of a review. ``gap`` is worked out from the rest when the row is saved by its action."""

    review = models.ForeignKey(FacilityReview, models.CASCADE, related_name="checks")
    code = models.CharField(max_length=32)  # row of the standard
    minimum = models.DecimalField(max_digits=9, decimal_places=2, null=True)  # of the standard, or set by the place
    is_own_minimum = models.BooleanField(default=False)  # the place's own: the standard names none
    measured = models.DecimalField(max_digits=9, decimal_places=2, null=True, validators=[MinValueValidator(0)])
    is_met = models.BooleanField(null=True)  # of a row answered by yes or no
    gap = models.DecimalField(max_digits=9, decimal_places=2, null=True)  # 0: none; missing: not looked at
    cost = models.BigIntegerField(null=True)  # đồng, to close the gap
    mend_by = models.DateField(null=True)
    mended = models.DateField(null=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["review", "code"], name="onestop_one_row_of_a_review"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["mend_by"], name="onestop_open_gaps", condition=Q(gap__gt=0, mended__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.review_id}/{self.code}"


class FacilityPhotograph(models.Model):
    """A photograph of a row, without traces of where and when it was taken."""

    check_row = models.ForeignKey(FacilityCheck, models.CASCADE, related_name="photographs")
    data = models.BinaryField()  # JPEG
    sha256 = models.CharField(max_length=64)
    added = models.DateTimeField(default=timezone.now)
    added_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.check_row_id}: {self.sha256[:8]}"
