"""Check samples of supervisors, their cases, and what re-verification found. Invisible until released."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sipas_web.fieldwork.models import Case
from sipas_web.rounds.models import Round
from sipas_web.supervision.models.orders import Order
from sipas_web.units.models import Unit


class CheckSample(models.Model):
    """A supervisor's own sample of a round's cases, from its fixed list to its release."""

    class State(models.TextChoices):
        """How far it has come."""

        LISTED = "listed", _("list fixed, not drawn")
        DRAWN = "drawn", _("being re-verified")
        CLOSED = "closed", _("closed, being matched")
        RELEASED = "released", _("released")
        ABANDONED = "abandoned", _("given up")

    class Source(models.TextChoices):
        """Which cases it is drawn from."""

        ISSUED = "issued", _("all issued cases")
        RETURNED = "returned", _("cases with a returned form")

    class Way(models.TextChoices):
        """How."""

        RANDOM = "random", _("every case with the same chance")
        RISK = "risk", _("cases of greater risk with a greater chance")
        OWN = "own", _("by points of one's own, from a file")

    class Balance(models.TextChoices):
        """What it is shared among in proportion."""

        NONE = "", _("nothing")
        AGENCY = "agency", _("agencies")
        STRATUM = "stratum", _("strata of the round's sample")
        OFFICE = "office", _("post offices")
        INTERVIEWER = "interviewer", _("interviewers")

    round = models.ForeignKey(Round, models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")  # of kind SUPERVISOR
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    body = models.CharField(max_length=300)  # who checks, as printed
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="samples")
    number = models.PositiveSmallIntegerField()  # of this body in this round, from 1
    state = models.CharField(max_length=10, choices=State, default=State.LISTED)
    source = models.CharField(max_length=10, choices=Source)
    way = models.CharField(max_length=10, choices=Way)
    balance = models.CharField(max_length=12, choices=Balance, default=Balance.NONE, blank=True)
    share = models.DecimalField(max_digits=5, decimal_places=2)  # percent of the list
    floor = models.DecimalField(max_digits=5, decimal_places=2)  # percent of the chance that does not go by risk
    only_interviewer = models.CharField(max_length=200, blank=True)  # a check of one interviewer's further forms
    until = models.DateField()  # last day of the re-verification
    listed = models.BinaryField()  # the fixed list, Parquet
    list_sha256 = models.CharField(max_length=64)  # of its canonical form
    list_cases = models.PositiveIntegerField()
    opened = models.DateTimeField(default=timezone.now)
    opened_by = models.CharField(max_length=200)
    text = models.CharField(max_length=500, blank=True)  # typed by the supervisor after the list was fixed
    sample = models.BinaryField(default=b"")  # as the library drew it, Parquet
    certificate = models.TextField(blank=True)  # JSON, byte for byte
    questions = models.JSONField(default=list)  # asked again: {name, text, options, ordered}
    drawn = models.DateTimeField(null=True)
    drawn_by = models.CharField(max_length=200, blank=True)
    closed = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=200, blank=True)
    result = models.JSONField(null=True)  # tables of ``sipas.rounds.reverified``, once matched
    released = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=200, blank=True)
    conclusion = models.TextField(blank=True)  # of the minutes
    proposal = models.TextField(blank=True)
    abandoned = models.DateTimeField(null=True)
    abandoned_because = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["-opened", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["round", "state"], name="supervision_by_round"),
            models.Index(fields=["owner", "state"], name="supervision_by_owner"),
        ]
        constraints: ClassVar = [
            # Never by the printed name: an error would tell one body of another's sample.
            models.UniqueConstraint(fields=["round", "organisation", "number"], name="supervision_sample_of_a_body"),
            models.UniqueConstraint(
                fields=["round", "owner", "number"],
                condition=Q(organisation__isnull=True),
                name="supervision_sample_of_a_person",
            ),
            models.CheckConstraint(
                condition=Q(share__gt=0, share__lte=100) & Q(floor__gt=0, floor__lte=100),
                name="supervision_sample_in_percent",
            ),
        ]

    def __str__(self) -> str:
        return gettext("check sample %(number)d – %(body)s") % {"number": self.number, "body": self.body}

    @property
    def is_by_size(self) -> bool:
        """Whether chances differ from case to case."""
        return self.way != self.Way.RANDOM

    @property
    def is_open(self) -> bool:
        """Whether its cases are being re-verified."""
        return self.state == self.State.DRAWN

    @property
    def is_released(self) -> bool:
        """Whether others may see it."""
        return self.state == self.State.RELEASED


class CheckCase(models.Model):
    """A case of a check sample, and what came of it. The first answers are not here."""

    class Verdict(models.TextChoices):
        """What was found of the form."""

        NONE = "", _("not verified")
        PASS = "pass", _("stands")
        DOUBT = "doubt", _("in doubt")
        FAIL = "fail", _("failed")

    sample = models.ForeignKey(CheckSample, models.CASCADE, related_name="cases", db_index=False)
    # Never PROTECT: an error at the operator's hands would tell of the sample.
    case = models.ForeignKey(Case, models.CASCADE, related_name="+", db_index=False)
    stratum = models.CharField(max_length=320)  # list it was drawn from
    probability = models.FloatField()
    population = models.PositiveIntegerField()  # cases of that list
    interviewer = models.CharField(max_length=200, blank=True)  # who carried it when the list was fixed
    office = models.CharField(max_length=300, blank=True)
    agency = models.CharField(max_length=300, blank=True)
    is_done = models.BooleanField(default=False)
    outcome = models.CharField(max_length=20, blank=True)  # of the last attempt
    answers = models.JSONField(default=dict)  # to the short form
    again = models.JSONField(default=dict)  # to the questions asked again; missing ones left out
    verdict = models.CharField(max_length=8, choices=Verdict, default=Verdict.NONE, blank=True)
    reasons = models.JSONField(default=list)  # question.value, or an outcome's code
    remark = models.CharField(max_length=500, blank=True)
    done = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sample", "case"], name="supervision_case_once"),
            models.CheckConstraint(condition=Q(probability__gt=0, probability__lte=1), name="supervision_known_chance"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["case"], name="supervision_checks_of_case"),
            models.Index(fields=["sample", "is_done"], name="supervision_open_cases"),
        ]

    def __str__(self) -> str:
        # Names no case: this stands in the audit record.
        return gettext("check %(number)d") % {"number": self.pk}


class CheckAttempt(models.Model):
    """One attempt to reach the person again."""

    check_case = models.ForeignKey(CheckCase, models.CASCADE, related_name="attempts", db_index=False)
    number = models.PositiveSmallIntegerField()
    day = models.DateField()
    mode = models.CharField(max_length=8)  # visit, phone
    outcome = models.CharField(max_length=20)
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["check_case", "number"], name="supervision_attempt_once")
        ]

    def __str__(self) -> str:
        return f"{self.check_case_id}.{self.number}"


class ContactOpening(models.Model):
    """Who opened which contact for a check, and when: the audit record tells it without the case until release."""

    check_case = models.ForeignKey(CheckCase, models.CASCADE, related_name="openings")
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=200)
    purpose = models.CharField(max_length=40)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.check_case_id} {self.at}"


class Remedy(models.Model):
    """A step of the procedure on a failed form."""

    class Kind(models.TextChoices):
        """Steps, in their order."""

        DROP = "drop", _("drop the answer")
        REPLACE = "replace", _("replace the case from the reserve")
        REST = "rest", _("check the interviewer's other forms")

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        DECLINED = "declined", _("not done, with a reason")

    check_case = models.ForeignKey(CheckCase, models.CASCADE, related_name="remedies", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=500, blank=True)
    replacement = models.CharField(max_length=10, blank=True)  # code of the reserve
    at = models.DateTimeField(null=True)
    by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["check_case", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["check_case", "kind"], name="supervision_remedy_once")]
        indexes: ClassVar = [models.Index(fields=["state"], name="supervision_remedies")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
