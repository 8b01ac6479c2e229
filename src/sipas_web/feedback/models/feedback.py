"""What a citizen said, where it is, and its clocks. Who said it is sealed elsewhere under the token."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sipas_web.shared.vietnamese_text import SearchKeyField
from sipas_web.units.models import Unit


class Kind(models.TextChoices):
    """What it is in law; asked first, since other laws bind complaints and denunciations."""

    BEHAVIOUR = "behaviour", _("feedback on conduct (delay, trouble, harassment)")
    RULES = "rules", _("feedback on rules and procedures")
    QUESTION = "question", _("question")
    COMPLAINT = "complaint", _("complaint under the Law on Complaints")
    DENUNCIATION = "denunciation", _("denunciation under the Law on Denunciations")
    OUTSIDE = "outside", _("outside our competence")


HANDLED = (Kind.BEHAVIOUR, Kind.RULES, Kind.QUESTION)  # the others are routed out and never shown as feedback


class State(models.TextChoices):
    """Where it stands. Resolved and agreed are said apart, each on its own day."""

    NEW = "new", _("to be classified")
    CLASSIFIED = "classified", _("to be routed")
    ROUTED = "routed", _("to be answered")
    CHECKING = "checking", _("answer being checked")
    ANSWERED = "answered", _("answered")
    JOINED = "joined", _("follows another")
    ROUTED_OUT = "routed_out", _("routed out")


class Channel(models.TextChoices):
    """How it came in."""

    WEB = "web", _("on the web")
    DESK = "desk", _("at the desk")
    PHONE = "phone", _("by telephone")
    LETTER = "letter", _("by letter")


class Feedback(models.Model):
    """One person's feedback. The code it is followed by is kept as a hash only."""

    number = models.CharField(max_length=24, unique=True)  # PAKN.20261122.0001
    code_hash = models.CharField(max_length=64, unique=True)
    token = models.CharField(max_length=40, unique=True)  # of the sealed person
    place = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # whose desk took it in
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")  # who has to answer now
    first_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")  # before it rose
    channel = models.CharField(max_length=8, choices=Channel)
    kind = models.CharField(max_length=14, choices=Kind, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.NEW)
    level = models.PositiveSmallIntegerField(default=0)  # 1: reopened, once, with the unit above
    topic = models.CharField(max_length=24, blank=True)  # code of data/topics.yaml
    said_place = models.CharField(max_length=200, blank=True)  # where it happened, in the citizen's words
    text = models.TextField()
    search_key = SearchKeyField("text")
    joined_to = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="joined")
    received = models.DateField()
    classify_by = models.DateField()
    classified = models.DateField(null=True, blank=True)
    routed = models.DateField(null=True, blank=True)  # to its first unit: the clock of the answer begins here
    first_due = models.DateField(null=True, blank=True)  # never changes
    due = models.DateField(null=True, blank=True)  # with the one extension
    extended_because = models.CharField(max_length=500, blank=True)
    answered = models.DateField(null=True, blank=True)
    resolved = models.DateField(null=True, blank=True)
    evidence = models.TextField(blank=True)  # of the resolution: what was done, where it can be seen
    agreed = models.BooleanField(null=True, blank=True)  # the citizen's last word; None: has not said
    reopened = models.DateField(null=True, blank=True)
    second_due = models.DateField(null=True, blank=True)
    answered_again = models.DateField(null=True, blank=True)
    routed_out = models.DateField(null=True, blank=True)
    routed_out_to = models.CharField(max_length=300, blank=True)
    routed_out_because = models.CharField(max_length=500, blank=True)
    is_not_to_publish = models.BooleanField(default=False)  # the citizen's wish
    wants_messages = models.BooleanField(default=False)
    told = models.DateField(null=True, blank=True)  # a message went out that the answer is there
    asked = models.DateField(null=True, blank=True)  # a message went out that asks for their word
    is_forgotten = models.BooleanField(default=False)  # person and photographs were destroyed
    is_emptied = models.BooleanField(default=False)  # the text was destroyed, its day had come
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-received", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["place", "state", "received"], name="feedback_of_a_desk"),
            models.Index(fields=["unit", "state", "due"], name="feedback_of_a_unit"),
            models.Index(fields=["received", "topic"], name="feedback_by_day"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(level__in=(0, 1)), name="feedback_reopened_once"),
            models.CheckConstraint(
                condition=~Q(kind__in=("complaint", "denunciation", "outside")) | Q(state="routed_out"),
                name="feedback_others_are_routed_out",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_handled(self) -> bool:
        """Whether it is handled here as feedback."""
        return self.kind in HANDLED

    @property
    def last_day(self) -> dt.date | None:
        """Give the day by which the next step must be done; None where none waits."""
        if self.state in {State.NEW, State.CLASSIFIED}:
            return self.due or self.classify_by  # given back to the desk: the clock of the answer goes on
        if self.state in {State.ROUTED, State.CHECKING}:
            return self.second_due if self.level else self.due
        return None


class Photograph(models.Model):
    """A photograph, drawn anew without what the camera wrote into it."""

    feedback = models.ForeignKey(Feedback, models.CASCADE, related_name="photographs")
    content = models.BinaryField()  # JPEG
    size = models.PositiveIntegerField()  # bytes

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.feedback_id}: {self.size}"
