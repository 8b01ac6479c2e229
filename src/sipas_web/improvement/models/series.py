"""Values of series of figures that no round here gives, and the series a place keeps of its own."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from sipas_web.shared.vietnamese_text import SortKeyField
from sipas_web.units.models import Unit


class OwnSeries(models.Model):
    """A series that a place registered; those that come with the program are data (``series_register``)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # whose: its area sees and uses it
    name = models.CharField(max_length=200)
    sort_key = SortKeyField("name")
    measures = models.CharField(max_length=500)  # what is measured, and how
    denominator = models.CharField(max_length=300)
    measure_unit = models.CharField(max_length=20)  # %, điểm
    maximum = models.DecimalField(max_digits=7, decimal_places=2, default=100)
    has_error = models.BooleanField(default=False)  # from a sample: only an interval can decide
    source = models.CharField(max_length=300)  # act that set the method
    first_year = models.PositiveSmallIntegerField()
    created = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["sort_key", "pk"]

    def __str__(self) -> str:
        return self.name


class SeriesValue(models.Model):
    """A value as a document gives it. It is never changed: a correction is the next version, with its reason."""

    series = models.CharField(max_length=40)  # code of series_register
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    part = models.CharField(max_length=64, blank=True)  # node of SIPAS or name of a part; empty: the whole
    value = models.DecimalField(max_digits=8, decimal_places=3)
    low = models.DecimalField(max_digits=8, decimal_places=3, null=True, blank=True)  # interval, where published
    high = models.DecimalField(max_digits=8, decimal_places=3, null=True, blank=True)
    source = models.CharField(max_length=300)  # number, date and issuer of the document
    version = models.PositiveSmallIntegerField(default=1)
    reason = models.CharField(max_length=500, blank=True)  # of a correction
    entered = models.DateTimeField(default=timezone.now)
    entered_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["series", "year", "version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "series", "part", "year", "version"], name="improvement_one_series_value"
            )
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.year}"
