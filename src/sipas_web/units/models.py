"""Units with their dates, who stands above whom when, who came after whom, and the closure that answers quickly."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sipas_web.shared.vietnamese_text import SearchKeyField, SortKeyField
from sipas_web.units.closure import FOREVER
from sipas_web.units.kinds import REGISTERED, Kind


class Unit(models.Model):
    """A unit in one state. Codes are reused, so only (code, valid_from) is a key; a name alone is no unit."""

    kind = models.CharField(max_length=16, choices=Kind, verbose_name=_("kind"))
    code = models.CharField(max_length=32, verbose_name=_("code"))
    valid_from = models.DateField(verbose_name=_("from"))
    valid_to = models.DateField(null=True, blank=True, verbose_name=_("to"))  # last day; missing while it lasts
    name = models.TextField(verbose_name=_("name"))  # without the kind, as the register has it
    full_name = models.TextField(verbose_name=_("full name"))
    sort_key = SortKeyField()
    search_key = SearchKeyField("full_name")
    legal_act = models.TextField(blank=True, verbose_name=_("legal act"))

    class Meta:
        ordering: ClassVar = ["sort_key", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="units_code_and_first_day"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="units_ends_after_it_begins"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["sort_key"], name="units_by_name"),
            models.Index(fields=["kind", "sort_key"], name="units_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.full_name} ({self.code})"

    @property
    def is_registered(self) -> bool:
        """Whether it comes from the register of administrative units."""
        return self.kind in REGISTERED

    def period(self) -> tuple[dt.date, dt.date]:
        """Give first and last day."""
        return (self.valid_from, self.valid_to or FOREVER)

    def holds(self, on: dt.date) -> bool:
        """Say whether this state holds on a day, first and last included."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class Membership(models.Model):
    """Who stands directly above a unit, from when to when."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="memberships")
    parent = models.ForeignKey(Unit, models.PROTECT, related_name="members")
    valid_from = models.DateField()
    valid_to = models.DateField(default=FOREVER)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "valid_from"], name="units_one_parent_at_a_time"),
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="units_membership_ends_later"),
            models.CheckConstraint(condition=~Q(unit=F("parent")), name="units_not_under_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} < {self.parent_id}, {self.valid_from}"


class Succession(models.Model):
    """Who took over a dissolved unit, whole or in part."""

    class Extent(models.TextChoices):
        """How much passed on."""

        WHOLE = "whole", _("whole")
        PART = "part", _("part")

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="successions")
    successor = models.ForeignKey(Unit, models.PROTECT, related_name="precedents")
    on = models.DateField()  # day of effect: the unit's last day is the day before
    extent = models.CharField(max_length=8, choices=Extent)
    share = models.FloatField(null=True)  # 0 to 1; missing: not known
    legal_act = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "successor", "on"], name="units_succession_once"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} > {self.successor_id}, {self.on}"


class Ancestry(models.Model):
    """The closure of the tree over time: on each day of the period the descendant lies under the ancestor.

    A unit lies under itself while it lasts. After its end it lies wherever all its successors lie, themselves
    included where there is only one: so open work of a dissolved unit is in its successor's area. A unit that one
    other alone continues stays the ancestor of what is under that one.
    """

    ancestor = models.ForeignKey(Unit, models.CASCADE, related_name="below")
    descendant = models.ForeignKey(Unit, models.CASCADE, related_name="above")
    valid_from = models.DateField()
    valid_to = models.DateField()
    depth = models.PositiveSmallIntegerField()  # steps between them; 0 itself
    way = models.CharField(max_length=10, choices=[(w, w) for w in ("own", "continued", "succeeded")])  # closure.Line

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["descendant", "ancestor", "valid_from"], name="units_ancestry_up"),
            models.Index(fields=["ancestor", "valid_to", "descendant"], name="units_ancestry_down"),
        ]

    def __str__(self) -> str:
        return f"{self.descendant_id} under {self.ancestor_id}"
