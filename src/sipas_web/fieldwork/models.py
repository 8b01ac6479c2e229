"""Cases, visits, and their counts kept up to date."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sipas_web.rounds.models import Round


class State(models.TextChoices):
    """Where a case stands; the field issue widens it."""

    RESERVE = "reserve", _("in reserve")
    ISSUED = "issued", _("issued")
    VISITED = "visited", _("visited, not finished")
    ANSWERED = "answered", _("answered")
    NOT_ANSWERED = "not_answered", _("finished without an answer")
    REPLACED = "replaced", _("replaced")


class Case(models.Model):
    """One drawn unit. Knows no identity: contacts are in the round's encrypted file."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="cases")
    case_id = models.CharField(max_length=10)  # as on every form
    role = models.CharField(max_length=8)  # official, reserve
    stratum = models.CharField(max_length=300)
    order = models.PositiveIntegerField()  # within stratum and role
    agency = models.CharField(max_length=300)  # as in the frame
    commune = models.CharField(max_length=16, blank=True)  # code
    state = models.CharField(max_length=12, choices=State, default=State.ISSUED)
    visits_made = models.PositiveSmallIntegerField(default=0)
    last_outcome = models.CharField(max_length=8, blank=True)  # AAPOR
    last_day = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "case_id"], name="fieldwork_case_once"),
            models.CheckConstraint(condition=Q(role__in=["official", "reserve"]), name="fieldwork_known_role"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["round", "state", "case_id"], name="fieldwork_by_state"),
            models.Index(fields=["round", "agency", "case_id"], name="fieldwork_by_agency"),
        ]

    def __str__(self) -> str:
        return self.case_id


class Visit(models.Model):
    """One attempt, as the library's table of visits has it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="visits")
    number = models.PositiveSmallIntegerField()
    day = models.DateField()
    mode = models.CharField(max_length=12)
    outcome = models.CharField(max_length=8)  # AAPOR
    interviewer = models.CharField(max_length=100, blank=True)
    replaced_by = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "number"], name="fieldwork_visit_once")]

    def __str__(self) -> str:
        return f"{self.case_id}.{self.number}"


class CaseCount(models.Model):
    """How many cases of an agency are in a state: kept in the transaction that moves them, so that pages are fast."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="+")
    agency = models.CharField(max_length=300)
    state = models.CharField(max_length=12, choices=State)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "agency", "state"], name="fieldwork_one_count"),
        ]

    def __str__(self) -> str:
        return f"{self.agency}: {self.state} {self.count}"
