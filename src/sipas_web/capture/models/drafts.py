"""Answering on the web: unfinished answers nobody but their writer can read, receipts, and marks of origin."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from sipas_web.capture.models.responses import Response
from sipas_web.fieldwork.models import Case
from sipas_web.rounds.models import Round


class Draft(models.Model):
    """An unfinished answer. Its key is kept only sealed: by the writer's device, and by the PIN they chose."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="drafts")
    handle = models.CharField(max_length=32, unique=True)  # random; the writer's cookie names it
    sealed = models.BinaryField()
    doors = models.JSONField(default=list)  # the key, sealed for each device that may open it
    pin_door = models.TextField(blank=True)  # the key, sealed by the PIN
    furthest = models.PositiveSmallIntegerField(default=0)  # section of the edition reached, from 1
    started = models.DateTimeField(default=timezone.now)
    saved = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.case_id}/{self.handle[:6]}"


class WebGate(models.Model):
    """What stands at the door of a code: wrong PINs, and whether somebody says the answer sent is not theirs."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="web_gate")
    wrong_pins = models.PositiveSmallIntegerField(default=0)
    wait_until = models.DateTimeField(null=True)
    disputed = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.case_id)


class WebAnswer(models.Model):
    """An answer sent on the web: its receipt, and how long each section was open. No identity, address or device."""

    response = models.OneToOneField(Response, models.CASCADE, related_name="web")
    receipt = models.CharField(max_length=12, unique=True)  # random
    handle = models.CharField(max_length=32, db_index=True)  # of its draft: sent again, it finds its receipt
    notice = models.CharField(max_length=16)  # version of the notice read before the first question
    language = models.CharField(max_length=2)
    seconds = models.JSONField(default=dict)  # section of the edition -> s it was open, by the server's clock
    pages = models.PositiveSmallIntegerField(default=0)  # sections saved, those saved again included
    minutes = models.PositiveIntegerField(default=0)  # from the first page to the sending

    def __str__(self) -> str:
        return self.receipt


class WebSalt(models.Model):
    """With the installation's secret it makes the key of a round's marks of origin; without it they say nothing."""

    round = models.OneToOneField(Round, models.CASCADE, related_name="+")
    salt = models.BinaryField()

    def __str__(self) -> str:
        return str(self.round_id)


class WebTrace(models.Model):
    """A keyed hash of where an answer came from; deleted when quality control closes."""

    class Kind(models.TextChoices):
        """What was hashed."""

        DEVICE = "device"
        NETWORK = "network"

    round = models.ForeignKey(Round, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    mark = models.CharField(max_length=32)
    case = models.ForeignKey(Case, models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "kind", "mark", "case"], name="capture_trace_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.mark[:6]}"
