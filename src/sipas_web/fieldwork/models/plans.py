"""A plan of who gets which cases: suggested, adjusted by people, accepted as a whole."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.rounds.models import Round
from sipas_web.units.models import Unit


class Plan(models.Model):
    """A suggestion over a unit: of offices for cases that have none, or of interviewers for cases of offices."""

    class Kind(models.TextChoices):
        """To whom cases go."""

        OFFICES = "offices", _("to post offices")
        PEOPLE = "people", _("to interviewers")

    class State(models.TextChoices):
        """How far it is."""

        MAKING = "making", _("being worked out")
        DRAFT = "draft", _("suggestion, not accepted yet")
        ACCEPTED = "accepted", _("accepted, being carried out")
        DONE = "done", _("carried out")
        DISCARDED = "discarded", _("discarded")

    round = models.ForeignKey(Round, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # the round's, or the office that gives
    state = models.CharField(max_length=10, choices=State, default=State.MAKING)
    left = models.JSONField(default=dict)  # cases nobody of the area may take, by commune
    asked_by = models.CharField(max_length=200)
    created = models.DateTimeField(default=timezone.now)
    accepted_by = models.CharField(max_length=200, blank=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["round", "state"], name="fieldwork_plans")]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.kind}"


class PlanRow(models.Model):
    """So many of the cases of a commune that lie at the source without an interviewer."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="rows", db_index=False)
    commune = models.CharField(max_length=16, blank=True)  # code, as in the case
    source = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")  # missing: with nobody yet
    office = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    interviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cases = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)  # carried out so far
    lacking = models.PositiveIntegerField(default=0)  # given away by others before their turn came

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["plan", "office"], name="fieldwork_plan_rows")]

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.commune} {self.cases}"
