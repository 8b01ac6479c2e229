"""Keying of paper forms: who typed what, where two keyings differ, and what was taken. No identity of a respondent."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.fieldwork.models import Case
from sipas_web.rounds.models import Round


class KeyedForm(models.Model):
    """The paper form of a case on its way through keying. Its row is held while any of it changes."""

    class State(models.TextChoices):
        """Where it stands."""

        FIRST = "first", _("being keyed the first time")
        SECOND = "second", _("waiting for or in the second keying")
        DIFFERS = "differs", _("to be reconciled")
        ACCEPTED = "accepted", _("accepted")

    round = models.ForeignKey(Round, models.CASCADE, related_name="+", db_index=False)
    case = models.OneToOneField(Case, models.CASCADE, related_name="keyed_form")
    kind = models.CharField(max_length=12, blank=True)  # person, organisation; empty where the frame does not say
    state = models.CharField(max_length=8, choices=State, default=State.FIRST)
    is_double = models.BooleanField(default=False)  # decided when the first keying ends, never before
    differing = models.JSONField(default=list)  # names of the fields in which two keyings differed
    entries = models.JSONField(default=dict)  # what was taken, field by field, as ``Keying.entries``
    marks = models.JSONField(default=dict)  # field -> mark, what stood on the paper, and why it does not count
    accepted = models.DateTimeField(null=True)
    reconciler = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["round", "state", "case"], name="capture_keyed_forms")]

    def __str__(self) -> str:
        return str(self.case_id)


class Keying(models.Model):
    """One person's keying of a form. Nobody keys a form twice, and no form is keyed by two at once."""

    form = models.ForeignKey(KeyedForm, models.CASCADE, related_name="keyings", db_index=False)
    number = models.PositiveSmallIntegerField()  # 1, 2
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    draft = models.JSONField(default=dict)  # field -> what stands on the screen so far; emptied at the end
    entries = models.JSONField(default=dict)  # field -> text and mark (``keying_form``), once it is done
    is_done = models.BooleanField(default=False)
    # The page that saved last: one left behind does not write over it. Its saves in their order: one that comes late
    # is let go.
    page = models.CharField(max_length=32, blank=True)
    saves = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    keystrokes = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)  # at the form, pauses left out; 0 where the page could not measure
    is_compared = models.BooleanField(default=False)  # two keyings were made and what the paper says was settled
    started = models.DateTimeField(default=timezone.now)
    saved = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["form", "number"], name="capture_keying_once"),
            models.UniqueConstraint(fields=["form", "person"], name="capture_keying_by_two_people"),
            models.CheckConstraint(condition=Q(number__in=[1, 2]), name="capture_keying_first_or_second"),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "finished"], name="capture_keyings_of")]

    def __str__(self) -> str:
        return f"{self.form_id}.{self.number}"


class KeyingError(models.Model):
    """A field that somebody keyed otherwise than the paper says. Written once, when the form is settled."""

    keying = models.ForeignKey(Keying, models.CASCADE, related_name="errors", db_index=False)
    field = models.CharField(max_length=40)
    typed = models.TextField(blank=True)
    taken = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["keying", "field"], name="capture_keying_error_once")]

    def __str__(self) -> str:
        return f"{self.keying_id} {self.field}"


class KeyingCount(models.Model):
    """How often a person keyed a field that was then settled, and how often wrongly: kept as forms are settled."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    field = models.CharField(max_length=40)
    fields = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "person", "field"], name="capture_one_keying_count")
        ]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.person_id} {self.field}: {self.errors} of {self.fields}"
