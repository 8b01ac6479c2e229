"""Messages on their way to people: how far each is, when it is tried again. Apps add what they are about.

Whom a message goes to lies under lock and is read when it leaves.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.shared.messages import new_key

MOST_ATTEMPTS = 8
FIRST_PAUSE, LONGEST_PAUSE = dt.timedelta(minutes=1), dt.timedelta(hours=6)


class MessageState(models.TextChoices):
    """How far a message is."""

    QUEUED = "queued", _("waits to be sent")
    SENT = "sent", _("handed to the gateway")
    FAILED = "failed", _("could not be sent")
    CALLED_OFF = "called_off", _("called off")


class Outgoing(models.Model):
    """A message by e-mail or text message. Who changes one holds its row."""

    key = models.CharField(max_length=32, unique=True, default=new_key)  # the gateway takes it once
    way = models.CharField(max_length=10, blank=True)  # empty: e-mail where one is known, else a text message
    state = models.CharField(max_length=10, choices=MessageState, default=MessageState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField(default=timezone.now)
    fault = models.CharField(max_length=40, blank=True)  # code of what went wrong last
    asked = models.DateTimeField(default=timezone.now)
    taken = models.DateTimeField(null=True)  # moment the gateway took it

    class Meta:
        abstract = True
        ordering: ClassVar = ["pk"]

    @property
    def is_used_up(self) -> bool:
        """Whether it was tried as often as it is."""
        return self.attempts >= MOST_ATTEMPTS

    def begin_try(self) -> None:
        """Count a try; whatever breaks off, others are sent before the next one."""
        self.attempts += 1
        self.next_try = timezone.now() + self._pause()
        self.save(update_fields=["attempts", "next_try"])

    def end(self, state: MessageState, fault: str = "", taken: dt.datetime | None = None) -> None:
        """Leave it in a state in which it is not tried any more."""
        self.state, self.fault, self.taken = state, fault, taken
        self.save(update_fields=["state", "fault", "taken"])

    def note_fault(self, code: str, *, is_final: bool = False) -> None:
        """Write that it was not taken: it is tried again later, ever more rarely, then left to a person."""
        self.fault, self.next_try = code, timezone.now() + self._pause()
        if is_final or self.is_used_up:
            self.state = MessageState.FAILED
        self.save(update_fields=["fault", "state", "next_try"])

    def _pause(self) -> dt.timedelta:
        """Give how long the next try waits: ever longer."""
        longer: int = 4 ** min(max(self.attempts, 1) - 1, MOST_ATTEMPTS)
        return min(FIRST_PAUSE * longer, LONGEST_PAUSE)


def due(rows: models.QuerySet[Any], at: dt.datetime) -> models.QuerySet[Any]:
    """Give messages to be handed to the gateway now."""
    return rows.filter(state=MessageState.QUEUED, next_try__lte=at).order_by("next_try", "pk")


def first_try(rows: models.QuerySet[Any]) -> dt.datetime | None:
    """Give when the first of the messages that wait is to be tried; None where none waits."""
    first: dt.datetime | None = rows.filter(state=MessageState.QUEUED).aggregate(t=Min("next_try"))["t"]
    return first
