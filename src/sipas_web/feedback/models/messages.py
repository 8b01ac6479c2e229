"""Messages to citizens who agreed to them, and requests for a lost code."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.feedback.models.feedback import Feedback
from sipas_web.shared.outgoing import Outgoing


class Message(Outgoing):
    """A message to a citizen; where it goes and what it says are read from under lock when it leaves."""

    class What(models.TextChoices):
        """What it is for."""

        CODE = "code", _("the code to follow it")
        CODE_AGAIN = "code_again", _("the lost code, once more")
        ANSWERED = "answered", _("the answer")
        ASKED = "asked", _("whether it helped")
        ROUTED_OUT = "routed_out", _("that it was passed on")

    feedback = models.ForeignKey(Feedback, models.CASCADE, related_name="messages")
    what = models.CharField(max_length=10, choices=What)
    level = models.PositiveSmallIntegerField(default=0)

    class Meta(Outgoing.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["feedback", "what", "level"], condition=~Q(what="code_again"), name="feedback_told_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_try"], name="feedback_messages_waiting", condition=Q(state="queued")),
        ]

    def __str__(self) -> str:
        return f"TNPA-{self.pk}"


class CodeAsk(models.Model):
    """A request for a lost code, gone as soon as it was looked at: whoever asks is answered the same at once."""

    number = models.CharField(max_length=24)  # as typed; it need not exist
    way = models.CharField(max_length=10)
    contact = models.CharField(max_length=64)  # keyed hash of the address or telephone as typed
    asked = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return str(self.pk)
