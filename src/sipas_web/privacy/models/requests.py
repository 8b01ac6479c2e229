"""What people ask about their data, with the days the law gives."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.rounds.models import Round
from sipas_web.units.models import Unit


class RequestKind(models.TextChoices):
    """What a person may ask."""

    SEE = "see", _("see their data")
    CORRECT = "correct", _("correct their contact details")
    WITHDRAW = "withdraw", _("withdraw their consent and leave the survey")
    RESTRICT = "restrict", _("restrict the use of their data")
    OBJECT = "object", _("object to the use of their data")
    DELETE = "delete", _("delete their data")


class RequestState(models.TextChoices):
    """Where a request stands."""

    OPEN = "open", _("open")
    DONE = "done", _("carried out")
    REFUSED = "refused", _("not carried out, with a reason")


class Channel(models.TextChoices):
    """How it came in."""

    IN_PERSON = "in_person", _("in person")
    LETTER = "letter", _("by letter")
    PHONE = "phone", _("by telephone")
    EMAIL = "email", _("by e-mail")
    INTERVIEWER = "interviewer", _("through an interviewer or a post office")


class SubjectRequest(models.Model):
    """A person's request. Who asks, and their words, are sealed as contacts are."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=RequestKind)
    channel = models.CharField(max_length=12, choices=Channel)
    received = models.DateField()
    sealed = models.BinaryField()  # name, reach, words; bound to the random token
    key = models.CharField(max_length=32)
    token = models.CharField(max_length=32, unique=True)
    with_processor = models.BooleanField(default=False)  # a post office or another processor must act as well
    is_identity_checked = models.BooleanField(default=False)
    round = models.ForeignKey(Round, models.SET_NULL, null=True, related_name="+")
    case_code = models.CharField(max_length=10, blank=True)  # found for it; emptied when the contacts are dropped
    acknowledge_by = models.DateField()
    acknowledged = models.DateField(null=True)
    due = models.DateField()
    extended_to = models.DateField(null=True)  # once
    extended_because = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=8, choices=RequestState, default=RequestState.OPEN)
    outcome = models.JSONField(default=list)  # sentences of what was done, in the language of who did it
    refused_because = models.CharField(max_length=500, blank=True)
    closed = models.DateField(null=True)
    closed_by = models.CharField(max_length=200, blank=True)
    created = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-received", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["unit", "state", "due"], name="privacy_requests_of_unit"),
            models.Index(fields=["key"], name="privacy_requests_of_key"),
        ]

    def __str__(self) -> str:
        return f"YC-{self.pk}"  # as registers name it, without who asks

    @property
    def last_day(self) -> dt.date:
        """Give the day by which it must be carried out."""
        return self.extended_to or self.due
