"""Measures: what is done about an item, by whom, until when, for how much."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from sipas_web.improvement.models.plans import Plan, PlanItem
from sipas_web.units.models import Unit


class Measure(models.Model):
    """A measure of a plan. Whether it is done is told by its task, never stored here."""

    class Kind(models.TextChoices):
        """What is done; registers of their own hold the particulars of some."""

        WORK = "work", _("work of the unit")
        SIMPLIFICATION = "simplification", _("simplifying a procedure")
        TRAINING = "training", _("training")
        CAMPAIGN = "campaign", _("campaign, broadcast")
        FACILITY = "facility", _("facilities of the one-stop desk")
        ONLINE = "online", _("online services")
        DISCIPLINE = "discipline", _("discipline and conduct")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # of the plan
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="measures")
    item = models.ForeignKey(PlanItem, models.PROTECT, related_name="measures")  # that it shall move
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.WORK)
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    owner = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    due = models.DateField(null=True, blank=True)
    cost = models.PositiveBigIntegerField(null=True, blank=True)  # đồng; missing: not estimated
    funding = models.CharField(max_length=200, blank=True)  # whence the money comes
    source = models.CharField(max_length=300, blank=True)  # document or finding it rests on
    dropped = models.DateField(null=True, blank=True)
    dropped_because = models.TextField(blank=True)
    created_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["item__place", "due", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def origin(self) -> str:
        """Name of it in tasks and registers."""
        return f"measure:{self.pk}"

    @property
    def is_complete(self) -> bool:
        """Whether somebody has to do it until a day."""
        return self.owner_id is not None and self.due is not None
