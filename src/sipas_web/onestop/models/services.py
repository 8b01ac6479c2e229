"""Online services: which procedure is offered at which level or extent, from when to when."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sipas_web.shared.vietnamese_text import SearchKeyField, SortKeyField
from sipas_web.units.models import Unit


class ServiceClass(models.TextChoices):
    """Two classifications that are never converted into each other: levels, and whole or partial."""

    LEVEL_3 = "level_3", _("level 3")  # mức độ 3
    LEVEL_4 = "level_4", _("level 4")  # mức độ 4
    WHOLE = "whole", _("whole procedure online")  # toàn trình
    PARTIAL = "partial", _("part of the procedure online")  # một phần


LEVELS = (ServiceClass.LEVEL_3, ServiceClass.LEVEL_4)
EXTENTS = (ServiceClass.WHOLE, ServiceClass.PARTIAL)


class OnlineService(models.Model):
    """A procedure offered online by a unit in a class during a period."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(max_length=64)  # of the procedure in the national database
    name = models.TextField()
    sort_key = SortKeyField("name")
    search_key = SearchKeyField("name")
    field = models.TextField(blank=True)
    service_class = models.CharField(max_length=8, choices=ServiceClass)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)  # last day; missing while it lasts
    act = models.TextField(blank=True)  # number and date of the deciding act

    class Meta:
        ordering: ClassVar = ["sort_key", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "code", "valid_from"], name="onestop_service_from_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="onestop_service_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"
