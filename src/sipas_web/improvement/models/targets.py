"""What a directive asks an index to reach."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.improvement.models.directives import Directive
from sipas_web.units.models import Unit

SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


class Target(models.Model):
    """One issuer's target for one value; another issuer's for the same value stands beside it.

    It is not changed once set: it is withdrawn with a reason, and another is set.
    """

    class Relation(models.TextChoices):
        """As ``sipas.letters`` reads it."""

        AT_LEAST = "ge", _("at least")
        MORE = "gt", _("more than")
        AT_MOST = "le", _("at most")
        LESS = "lt", _("less than")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # whose value is asked for
    series = models.CharField(max_length=40, default="sipas")  # code of series_register
    part = models.CharField(max_length=64, blank=True)  # node of SIPAS or name of a part; empty: the whole
    year = models.PositiveSmallIntegerField()
    relation = models.CharField(max_length=2, choices=Relation, default=Relation.AT_LEAST)
    threshold = models.DecimalField(max_digits=8, decimal_places=3)
    issuer = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    issuer_name = models.CharField(max_length=300, blank=True)  # where the issuer is not in the tree
    directive = models.ForeignKey(Directive, models.PROTECT, null=True, blank=True, related_name="targets")
    source = models.CharField(max_length=300, blank=True)  # number and date of the letter, where it is not kept here
    note = models.CharField(max_length=500, blank=True)
    created = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=200)
    withdrawn = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["-year", "unit__sort_key", "pk"]
        indexes: ClassVar = [models.Index(fields=["series", "year", "unit"], name="improvement_targets_by_year")]

    def __str__(self) -> str:
        part = f" {self.part}" if self.part else ""
        return f"{self.series}{part} {self.year}: {SIGNS[self.relation]} {self.threshold.normalize():f}"

    @property
    def set_by(self) -> str:
        """Who set it, as shown."""
        return self.issuer.full_name if self.issuer else self.issuer_name

    @property
    def said_in(self) -> str:
        """The letter that set it."""
        return str(self.directive) if self.directive else self.source
