"""What the checks found of a round: forms and interviewers with their points and signs, and what people decided."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.fieldwork.models import Case
from sipas_web.rounds.models import Round


class Check(models.Model):
    """The newest look through a round's forms."""

    round = models.OneToOneField(Round, models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64, blank=True)  # of what was looked at: the same is not looked at twice
    made = models.DateTimeField(default=timezone.now)
    forms = models.PositiveIntegerField(default=0)
    flagged_forms = models.PositiveIntegerField(default=0)
    interviewers = models.PositiveIntegerField(default=0)
    timed_visits = models.PositiveIntegerField(default=0)
    placed_visits = models.PositiveIntegerField(default=0)
    flag_form = models.PositiveSmallIntegerField(default=0)  # points from which on a form is looked at
    flag_interviewer = models.PositiveSmallIntegerField(default=0)
    coefficients = models.DateField(null=True)  # day they were made
    effects = models.JSONField(default=list)  # item by item: share of the variance between interviewers
    asked_by = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.round_id}: {self.forms}"


class Closing(models.Model):
    """The quality check of a round is closed: nothing more is decided. Gone where forms come in again."""

    round = models.OneToOneField(Round, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=200)

    def __str__(self) -> str:
        return str(self.round_id)


class Verdict(models.TextChoices):
    """What a person decided. Nothing follows by itself."""

    OPEN = "", _("not decided")
    CONFIRMED = "confirmed", _("confirmed: not done as it should be")
    CLEARED = "cleared", _("not confirmed")
    RECHECK = "recheck", _("to be re-verified")


class Suspect(models.Model):
    """A form or an interviewer with points. What no longer has any goes, unless somebody decided on it."""

    class Kind(models.TextChoices):
        """Who has the points."""

        FORM = "form", _("form")
        INTERVIEWER = "interviewer", _("interviewer")

    round = models.ForeignKey(Round, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=11, choices=Kind)
    case = models.OneToOneField(Case, models.CASCADE, null=True, related_name="suspect")
    interviewer = models.TextField(blank=True)  # code, as visits have it
    points = models.PositiveSmallIntegerField()
    is_flagged = models.BooleanField(default=False)
    flagged_on = models.DateField(null=True)  # day it first was
    forms = models.PositiveIntegerField(default=0)  # of an interviewer
    flagged_forms = models.PositiveIntegerField(default=0)
    verdict = models.CharField(max_length=9, choices=Verdict, default=Verdict.OPEN, blank=True)
    decided = models.DateTimeField(null=True)
    decided_points = models.PositiveSmallIntegerField(default=0)  # that stood there then

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["round", "interviewer"], condition=Q(case__isnull=True), name="quality_interviewer_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="form", case__isnull=False) | Q(kind="interviewer", case__isnull=True),
                name="quality_form_or_interviewer",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["round", "kind", "is_flagged", "-points"], name="quality_by_points"),
            models.Index(fields=["round", "interviewer", "kind"], name="quality_by_interviewer"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.kind} {self.case_id or self.interviewer}"

    @property
    def is_waiting(self) -> bool:
        """Whether a person is to look at it: never decided, or more was found since."""
        return self.is_flagged and (not self.verdict or self.has_risen)

    @property
    def has_risen(self) -> bool:
        """Whether there are more points than when it was decided."""
        return bool(self.verdict) and self.points > self.decided_points


class Flag(models.Model):
    """One reason for points: a sign with its numbers, as ``sipas.quality.suspicions`` tells them."""

    suspect = models.ForeignKey(Suspect, models.CASCADE, related_name="flags", db_index=False)
    family = models.CharField(max_length=12)
    sign = models.CharField(max_length=16, blank=True)  # of a form
    points = models.PositiveSmallIntegerField()
    numbers = models.JSONField(default=dict)  # no answer stands here
    day = models.DateField()  # first seen

    class Meta:
        ordering: ClassVar = ["-points", "family"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["suspect", "family"], name="quality_flag_once")]

    def __str__(self) -> str:
        return f"{self.suspect_id} {self.sign or self.family} {self.points}"


class Decision(models.Model):
    """A decision of a person, with the reason. None is changed; a later one counts."""

    suspect = models.ForeignKey(Suspect, models.PROTECT, related_name="decisions")
    verdict = models.CharField(max_length=9, choices=Verdict)
    reason = models.CharField(max_length=500)
    points = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.suspect_id} {self.verdict}"
