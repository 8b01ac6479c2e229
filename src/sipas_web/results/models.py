"""Snapshots, published versions and corrections; their figures are the library's files."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sipas_web.rounds.models import Round


class State(models.TextChoices):
    """Where a snapshot stands."""

    WRITING = "writing", _("being written")
    ESTIMATING = "estimating", _("being estimated")
    REVIEW = "review", _("waiting for review")
    APPROVED = "approved", _("approved")
    PUBLISHED = "published", _("published")
    REJECTED = "rejected", _("sent back")
    REPLACED = "replaced", _("replaced by another estimate")


REVIEWABLE = (State.REVIEW, State.APPROVED)
OPEN = (State.WRITING, State.ESTIMATING, State.REVIEW, State.APPROVED)


class Snapshot(models.Model):
    """What a round's tables held at one moment, written to files whose hashes stand here, and one estimate of them."""

    State = State

    round = models.ForeignKey(Round, models.CASCADE, related_name="snapshots")
    number = models.PositiveSmallIntegerField()  # from 1
    data_of = models.PositiveSmallIntegerField()  # number of the snapshot that wrote its files: mostly its own
    state = models.CharField(max_length=10, choices=State, default=State.WRITING)
    reason = models.CharField(max_length=500, blank=True)  # why frozen or estimated again
    ending = models.CharField(max_length=500, blank=True)  # why sent back
    cases = models.PositiveIntegerField(default=0)
    open_cases = models.PositiveIntegerField(default=0)  # issued or visited, not finished
    visits = models.PositiveIntegerField(default=0)
    responses = models.PositiveIntegerField(default=0)
    checks = models.PositiveIntegerField(default=0)  # findings and decisions of the field
    visits_sha256 = models.CharField(max_length=64, blank=True)
    responses_sha256 = models.CharField(max_length=64, blank=True)
    checks_sha256 = models.CharField(max_length=64, blank=True)  # empty: nothing was found or decided in the field
    audit_head = models.CharField(max_length=100, blank=True)  # number:hash of the audit record before the freeze
    frozen_journal_head = models.CharField(max_length=100, blank=True)  # of the round's journal before the estimate
    journal_head = models.CharField(max_length=100, blank=True)  # number:hash of the round's journal after the estimate
    code = models.CharField(max_length=32, unique=True)  # of the public page that verifies the minutes
    frozen = models.DateTimeField(default=timezone.now)
    frozen_by = models.CharField(max_length=200)
    reviewed = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=200, blank=True)
    review_note = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "number"], name="results_snapshot_number"),
            models.UniqueConstraint(
                fields=["round"],
                condition=models.Q(state__in=["writing", "estimating", "review", "approved"]),
                name="results_one_open_snapshot",
            ),
        ]

    def __str__(self) -> str:
        return gettext("snapshot number %(number)d – %(round)s") % {"number": self.number, "round": self.round}

    @property
    def visits_file(self) -> str:
        """Name inside the round's folder."""
        return f"input/visits/chot-so-lieu-{self.data_of}.parquet"

    @property
    def responses_file(self) -> str:
        """Name inside the round's folder."""
        return f"input/responses/chot-so-lieu-{self.data_of}.parquet"

    @property
    def checks_file(self) -> str:
        """Name inside the round's folder."""
        return f"input/checks/chot-so-lieu-{self.data_of}.parquet"

    @property
    def frozen_files(self) -> dict[str, str]:
        """Names inside the round's folder, and their SHA-256."""
        files = {self.visits_file: self.visits_sha256, self.responses_file: self.responses_sha256}
        return files | ({self.checks_file: self.checks_sha256} if self.checks_sha256 else {})

    @property
    def has_minutes(self) -> bool:
        """Whether it froze tables itself, and they are written."""
        return self.data_of == self.number and bool(self.responses_sha256)

    @property
    def is_reviewable(self) -> bool:
        """Whether its figures can be looked at before publication."""
        return self.state in REVIEWABLE

    @property
    def is_open(self) -> bool:
        """Whether it is on its way to publication."""
        return self.state in OPEN


class Publication(models.Model):
    """A published version: its files never change; a correction is the next version with its reason."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="publications")
    snapshot = models.OneToOneField(Snapshot, models.PROTECT, related_name="publication")
    version = models.PositiveSmallIntegerField()  # from 1
    reason = models.CharField(max_length=1000, blank=True)  # of a correction
    folder = models.CharField(max_length=100, unique=True)  # below PUBLICATIONS_FOLDER
    code = models.CharField(max_length=32, unique=True)  # of the public page that verifies it
    files = models.JSONField(default=dict)  # SHA-256 by name, of all that left
    audit_head = models.CharField(max_length=100)
    journal_head = models.CharField(max_length=100)
    published = models.DateTimeField(default=timezone.now)
    published_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "version"], name="results_version_once")]

    def __str__(self) -> str:
        return gettext("publication %(version)s – %(round)s") % {"version": self.version, "round": self.round}


class Correction(models.Model):
    """A published version taken back to work; ends with the next version."""

    class Way(models.TextChoices):
        """What is done again."""

        FIELD = "field", _("visits and answers are mended, then frozen again")
        ESTIMATE = "estimate", _("the same data are estimated with other settings")

    publication = models.OneToOneField(Publication, models.PROTECT, related_name="correction")
    way = models.CharField(max_length=8, choices=Way)
    reason = models.CharField(max_length=1000)
    opened = models.DateTimeField(default=timezone.now)
    opened_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return str(self.publication)
