"""Measures with a register of their own: training, campaigns, discipline."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.shared.vietnamese_text import SearchKeyField
from sipas_web.units.models import Unit


class Measured(models.Model):
    """What every register says of a measure."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    node = models.CharField(max_length=64, blank=True)  # item or factor of SIPAS it should move
    origin = models.CharField(max_length=60, blank=True, db_index=True)  # what it carries out: measure:12
    created = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=200)

    class Meta:
        abstract = True


class Training(Measured):
    """A training session; ``unit`` holds it."""

    held = models.DateField()
    title = models.CharField(max_length=300)
    search_key = SearchKeyField("title")
    hours = models.DecimalField(max_digits=5, decimal_places=1)  # of the session, for each participant
    material = models.CharField(max_length=500, blank=True)
    evaluation = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering: ClassVar = ["-held", "-pk"]

    def __str__(self) -> str:
        return self.title


class TrainingGroup(models.Model):
    """How many took part from a unit; no names."""

    training = models.ForeignKey(Training, models.CASCADE, related_name="groups")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    people = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["unit__sort_key", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["training", "unit"], name="improvement_one_group_of_a_unit")
        ]

    def __str__(self) -> str:
        return f"{self.training_id}: {self.unit_id} {self.people}"


class Campaign(Measured):
    """Informing people: a campaign, a broadcast, an article; ``unit`` answers for it."""

    class Channel(models.TextChoices):
        """Where it reached people."""

        RADIO = "radio", _("radio, public loudspeakers")
        TELEVISION = "television", _("television")
        NEWSPAPER = "newspaper", _("newspaper")
        WEB = "web", _("web page, social network")
        MEETING = "meeting", _("meeting, dialogue")
        LEAFLET = "leaflet", _("leaflets, posters")
        OTHER = "other", _("other")

    title = models.CharField(max_length=300)
    search_key = SearchKeyField("title")
    channel = models.CharField(max_length=12, choices=Channel)
    audience = models.CharField(max_length=300)
    reach = models.PositiveIntegerField(null=True, blank=True)  # people, as far as known
    reach_source = models.CharField(max_length=300, blank=True)  # who counted it, and how
    first = models.DateField()
    last = models.DateField()
    press_body = models.CharField(max_length=300, blank=True)
    evidence = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["-first", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(last__gte=models.F("first")), name="improvement_campaign_ends_later"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Discipline(Measured):
    """A decision on an official: decision, ground, date, outcome. The name is sealed by the privacy app."""

    decision = models.CharField(max_length=80)  # number
    decided = models.DateField()
    ground = models.CharField(max_length=24)  # code of discipline.yaml
    outcome = models.CharField(max_length=24)  # code of discipline.yaml
    token = models.CharField(max_length=40, unique=True)  # of the sealed name

    class Meta:
        ordering: ClassVar = ["-decided", "-pk"]

    def __str__(self) -> str:
        return f"KL-{self.pk}"  # as registers name it; nothing else may stand in the audit record
