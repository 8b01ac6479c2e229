"""Administrative procedures with their dated versions, and simplifications: one version followed by a lighter one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.improvement.models.measures import Measure
from sipas_web.shared.vietnamese_text import SearchKeyField, SortKeyField
from sipas_web.units.models import Unit


class Procedure(models.Model):
    """A procedure of one list, as a province keeps it."""

    class Area(models.TextChoices):
        """Where the letters ask for simplification first."""

        LAND = "land", _("land")
        CONSTRUCTION = "construction", _("construction")
        BUSINESS = "business", _("business registration")
        OTHER = "other", _("other field")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # whose list it stands in
    code = models.CharField(max_length=40)  # as sipas_web.improvement.queries.procedures.CODE
    name = models.TextField()
    sort_key = SortKeyField()
    search_key = SearchKeyField()
    area = models.CharField(max_length=12, choices=Area, default=Area.OTHER)
    field = models.CharField(max_length=200)  # lĩnh vực, as decided
    created_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["sort_key", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "code"], name="improvement_procedure_once_in_a_list")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ProcedureVersion(models.Model):
    """What a procedure asks of people in a period, by a deciding act."""

    class DayKind(models.TextChoices):
        """In what the statutory time is counted."""

        WORKING = "working", _("working days")
        CALENDAR = "calendar", _("days")

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="versions")
    first = models.DateField()
    last = models.DateField(null=True, blank=True)  # missing while it holds
    act = models.CharField(max_length=200)  # 1234/QĐ-UBND
    act_date = models.DateField(null=True, blank=True)
    days = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)  # missing: set by no rule
    day_kind = models.CharField(max_length=10, choices=DayKind, default=DayKind.WORKING)
    papers = models.JSONField(default=list)  # names of the papers to hand in, in order
    steps = models.JSONField(default=list)  # what is done, in order
    fee = models.PositiveBigIntegerField(null=True, blank=True)  # đồng; missing: see fee_note
    fee_note = models.CharField(max_length=300, blank=True)
    cost = models.PositiveBigIntegerField(null=True, blank=True)  # đồng of one dossier to who applies, fee included
    cost_source = models.CharField(max_length=300, blank=True)  # how it was worked out
    entered = models.DateTimeField(default=timezone.now)
    entered_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-first"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["procedure", "first"], name="improvement_version_begins_once"),
            models.CheckConstraint(
                condition=Q(last__isnull=True) | Q(last__gte=F("first")),
                name="improvement_version_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id}: {self.first}"


class Simplification(models.Model):
    """A version that took the place of a heavier one; perhaps as a measure of a plan."""

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="simplifications")
    before = models.OneToOneField(ProcedureVersion, models.PROTECT, related_name="simplified_by")
    after = models.OneToOneField(ProcedureVersion, models.PROTECT, related_name="simplifies")
    measure = models.ForeignKey(Measure, models.PROTECT, null=True, blank=True, related_name="simplifications")
    yearly = models.PositiveIntegerField(null=True, blank=True)  # dossiers of a year, for what is saved in all
    yearly_source = models.CharField(max_length=300, blank=True)
    note = models.TextField(blank=True)
    entered = models.DateTimeField(default=timezone.now)
    entered_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-after__first", "-pk"]

    def __str__(self) -> str:
        return f"{self.procedure_id}: {self.before_id} → {self.after_id}"
