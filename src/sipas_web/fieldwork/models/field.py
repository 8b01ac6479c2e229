"""Who carries which case, the way of its paper form, replacements, and the rules of a round's field work."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.fieldwork.models.cases import Case, State
from sipas_web.rounds.models import Round
from sipas_web.units.models import Unit


class FieldRules(models.Model):
    """What a round asks of its field work. Settings of the operator: no official rule is known for any of them."""

    round = models.OneToOneField(Round, models.CASCADE, related_name="field_rules")
    least_visits = models.PositiveSmallIntegerField(default=3)  # before a case not reached may be replaced
    asks_place = models.BooleanField(default=False)  # whether the phone may give the place of a visit
    allows_web = models.BooleanField(default=True)  # answering by code on the web
    web_until = models.DateField(null=True, blank=True)  # last day of answering on the web
    second_keying = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(100))  # percent of forms
    undo_minutes = models.PositiveSmallIntegerField(default=30)  # in which who logged a visit may take it back alone
    quiet_days = models.PositiveSmallIntegerField(default=7)  # without a visit before an open case is called late
    collect_days = models.PositiveSmallIntegerField(default=5)  # with the person before a form is called late
    keying_days = models.PositiveSmallIntegerField(default=3)  # at the desk before a form is called late
    reverification = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(20))  # percent of forms

    def __str__(self) -> str:
        return str(self.round_id)


class Assignment(models.Model):
    """A case with an office or an interviewer, from when to when. The one without an end is the present one."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="assignments", db_index=False)
    office = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    interviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)
    given_by = models.CharField(max_length=200)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["since", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(until__isnull=True), name="fieldwork_one_present_assignment"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["case", "since"], name="fieldwork_assigned")]

    def __str__(self) -> str:
        return f"{self.case_id} > {self.office_id}"


class FormStep(models.Model):
    """A step of a paper form on its way: each once, in order."""

    class Step(models.TextChoices):
        """Steps in their order."""

        DELIVERED = "delivered", _("handed over")
        COLLECTED = "collected", _("collected")
        RECEIVED = "received", _("received at the desk")
        KEYED = "keyed", _("keyed")

    case = models.ForeignKey(Case, models.CASCADE, related_name="form_steps", db_index=False)
    step = models.CharField(max_length=12, choices=Step)
    day = models.DateField()
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "step"], name="fieldwork_step_once")]
        indexes: ClassVar = [models.Index(fields=["step", "day"], name="fieldwork_step_day")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.step}"


class Replacement(models.Model):
    """A reserve issued in the place of a case: the register, with its reason and evidence."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="+")
    case = models.OneToOneField(Case, models.PROTECT, related_name="replacement")
    reserve = models.OneToOneField(Case, models.PROTECT, related_name="stands_for")
    outcome = models.CharField(max_length=8)  # AAPOR, the final disposition that allowed it
    visits = models.PositiveSmallIntegerField()
    evidence = models.CharField(max_length=500)  # who saw what; no name, address or telephone
    office = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    interviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided = models.DateTimeField(default=timezone.now)
    decided_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.case_id} < {self.reserve_id}"


class HolderCount(models.Model):
    """How many cases of an office and an interviewer stand alike: kept as ``CaseCount`` is."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="+", db_index=False)
    office = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    interviewer_pk = models.PositiveBigIntegerField(default=0)  # of a person; 0: none yet
    state = models.CharField(max_length=12, choices=State)
    disposition = models.CharField(max_length=8, blank=True)
    is_replaced = models.BooleanField(default=False)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["round", "office", "interviewer_pk", "state", "disposition", "is_replaced"],
                name="fieldwork_one_holder_count",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office_id}/{self.interviewer_pk}: {self.state} {self.count}"
