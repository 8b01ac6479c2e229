"""Improvement plans: the items of a published round that a unit wants to raise, as they stood then."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.shared.vietnamese_text import SearchKeyField, SortKeyField
from sipas_web.units.models import Unit


class Plan(models.Model):
    """A plan made from the published results of one domain: a whole round, or one agency."""

    class State(models.TextChoices):
        """How far it is."""

        DRAFT = "draft", _("being written")
        ASKED = "asked", _("waiting for approval")
        APPROVED = "approved", _("approved, under way")
        CLOSED = "closed", _("closed")
        DROPPED = "dropped", _("given up")

    class Basis(models.TextChoices):
        """How its items were chosen."""

        DRIVERS = "drivers", _("importance times what is missing to 100 %")
        WEAKEST = "weakest", _("the weakest items alone")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    publication = models.ForeignKey("results.Publication", models.PROTECT, related_name="+")
    domain_kind = models.CharField(max_length=100)  # as in the results; "all": the whole round
    domain = models.CharField(max_length=300, blank=True)
    year = models.PositiveSmallIntegerField()  # in which it is carried out
    title = models.CharField(max_length=300)
    search_key = SearchKeyField("title")
    sort_key = SortKeyField("title")
    goal = models.TextField(blank=True)
    basis = models.CharField(max_length=10, choices=Basis)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    created = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=200)
    asked = models.DateTimeField(null=True, blank=True)
    asked_by = models.CharField(max_length=200, blank=True)
    returned_because = models.TextField(blank=True)
    approved = models.DateTimeField(null=True, blank=True)
    approved_by = models.CharField(max_length=200, blank=True)
    act = models.CharField(max_length=200, blank=True)  # number and date of the plan as issued
    ended = models.DateTimeField(null=True, blank=True)  # closed or given up
    ended_by = models.CharField(max_length=200, blank=True)
    conclusion = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-year", "sort_key", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["publication", "unit", "domain_kind", "domain"],
                condition=models.Q(state__in=["draft", "asked", "approved"]),
                name="improvement_one_open_plan",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["unit", "state"], name="improvement_plans_of_a_unit")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it is neither closed nor given up."""
        return self.state in {self.State.DRAFT, self.State.ASKED, self.State.APPROVED}

    @property
    def is_draft(self) -> bool:
        """Whether its content may change."""
        return self.state == self.State.DRAFT


class PlanItem(models.Model):
    """An item of the round that the plan wants to raise; its figures are those published when the plan was made."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="items")
    place = models.PositiveSmallIntegerField()  # from 1, the first to be done
    node = models.CharField(max_length=100)  # of the edition's tree
    question = models.CharField(max_length=100)  # code of the item
    title = models.CharField(max_length=500)  # Vietnamese, marked where its wording is not official
    percent = models.FloatField()
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.PositiveIntegerField(null=True)
    importance = models.FloatField(null=True)  # percent of R², of the whole round
    importance_low = models.FloatField(null=True)
    importance_high = models.FloatField(null=True)
    is_below = models.BooleanField(default=False)  # surely lower than in the whole round

    class Meta:
        ordering: ClassVar = ["place", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "node"], name="improvement_item_once_in_a_plan")
        ]

    def __str__(self) -> str:
        return self.title
