"""Apologies for dossiers, dossiers that need none, and messages on their way to applicants."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.onestop.models.dossiers import Dossier
from sipas_web.shared.outgoing import MessageState as MessageState
from sipas_web.shared.outgoing import Outgoing
from sipas_web.units.models import Unit


class ApologyState(models.TextChoices):
    """How far an apology is."""

    WAITING = "waiting", _("waits for signature")
    RETURNED = "returned", _("sent back by the head")
    SIGNED = "signed", _("signed, to be sent")
    SENT = "sent", _("sent")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Way(models.TextChoices):
    """How an apology reaches the applicant."""

    PAPER = "paper", _("on paper")
    EMAIL = "email", _("by e-mail")
    SMS = "sms", _("by text message")
    IN_PERSON = "in_person", _("in person or by telephone")


UNFINISHED = (ApologyState.WAITING, ApologyState.RETURNED, ApologyState.SIGNED)
ELECTRONIC = (Way.EMAIL, Way.SMS)


class Apology(models.Model):
    """A letter to an applicant. Who that is lies under lock, under the token of the dossier."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="apologies")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # whose head signs
    is_for_delay = models.BooleanField(default=True)
    faults = models.JSONField(default=list)  # codes of what else it covers: error, loss, damage
    reason = models.CharField(max_length=16)  # code of data/apology_rules.yaml
    reason_text = models.CharField(max_length=500, blank=True)  # the letter's own words, after the reason's
    due = models.DateField(null=True)  # of the dossier when it was drafted
    last_day = models.DateField(null=True)  # by which it must leave, by the rule of the dossier's day
    new_date = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=ApologyState, default=ApologyState.WAITING)
    note = models.CharField(max_length=500, blank=True)  # of the head who sent it back
    form = models.CharField(max_length=24, blank=True)  # code of the form; fixed when it is signed
    drafted = models.DateTimeField(default=timezone.now)
    drafted_by = models.CharField(max_length=200)
    signed = models.DateField(null=True)
    signed_by = models.CharField(max_length=200, blank=True)
    office = models.CharField(max_length=200, blank=True)  # of the head who signed: Giám đốc
    number = models.CharField(max_length=40, blank=True)  # given by the clerical office
    sent = models.DateField(null=True)
    way = models.CharField(max_length=10, choices=Way, blank=True)
    entered = models.DateField(null=True)  # day on which a letter sent outside this program was entered

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            # One new date only: a second letter about the delay of a dossier cannot exist.
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(is_for_delay=True) & ~Q(state="withdrawn"),
                name="onestop_one_new_date_only",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["unit", "state"], name="onestop_apologies_of_unit"),
        ]

    def __str__(self) -> str:
        return f"XL-{self.pk}"  # as registers name it, without the dossier's number


class ApologyException(models.Model):
    """That no apology is owed for a late dossier, decided by the head."""

    dossier = models.OneToOneField(Dossier, models.PROTECT, related_name="apology_exception")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(max_length=16)  # of data/apology_rules.yaml
    ground = models.CharField(max_length=300)  # number and date of the paper it rests on
    decided = models.DateField()
    decided_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"NL-{self.pk}"


class Message(Outgoing):
    """An apology on its way by e-mail or text message; its address is read from under lock when it leaves."""

    apology = models.ForeignKey(Apology, models.PROTECT, related_name="messages")
    way = models.CharField(max_length=10, choices=Way, blank=True)  # empty: as the applicant can be reached
    asked_by = models.CharField(max_length=200)

    class Meta(Outgoing.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["apology"], condition=Q(state__in=["queued", "sent"]), name="onestop_one_message_of_an_apology"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_try"], name="onestop_messages_waiting", condition=Q(state="queued")),
        ]

    def __str__(self) -> str:
        return f"TN-{self.pk}"
