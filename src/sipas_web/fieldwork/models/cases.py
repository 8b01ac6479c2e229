"""Cases, visits, files of them, and their counts."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.rounds.models import Round
from sipas_web.shared.vietnamese_text import SortKeyField
from sipas_web.units.models import Unit


class State(models.TextChoices):
    """Where a case stands. Worked out from visits, the way of its form, its answer, replacement and withdrawal."""

    RESERVE = "reserve", _("in reserve")
    ISSUED = "issued", _("issued")
    VISITED = "visited", _("visited, not finished")
    DELIVERED = "delivered", _("form handed over")
    COLLECTED = "collected", _("form collected")
    RECEIVED = "received", _("form received at the desk")
    KEYED = "keyed", _("keyed, not yet accepted")
    ANSWERED = "answered", _("answered")
    NOT_ANSWERED = "not_answered", _("finished without an answer")
    REPLACED = "replaced", _("replaced")
    WITHDRAWN = "withdrawn", _("withdrawn")


UNFINISHED = (State.ISSUED, State.VISITED, State.DELIVERED, State.COLLECTED, State.RECEIVED, State.KEYED)


class Answer(models.TextChoices):
    """What is known of a case's answer here: never the answer itself."""

    NONE = "", _("none")
    VALID = "valid", _("valid")
    INVALID = "invalid", _("not valid")


class Issue(models.Model):
    """The issue of a round's cases: from which sample, and whether all are written."""

    round = models.OneToOneField(Round, models.CASCADE, related_name="+")
    sample_sha256 = models.CharField(max_length=64)
    cases = models.PositiveIntegerField()
    finished = models.DateTimeField(null=True)
    issued_by = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.round_id}: {self.cases}"


class Agency(models.Model):
    """An agency of a round as its frame names it; figures are kept by it."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=300)
    sort_key = SortKeyField("name")
    official = models.PositiveIntegerField(default=0)  # cases of the official sample: what is to be collected

    class Meta:
        ordering: ClassVar = ["sort_key", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "name"], name="fieldwork_agency_once")]

    def __str__(self) -> str:
        return self.name


class Case(models.Model):
    """One drawn unit. Knows no identity: contacts are in the round's encrypted file."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="cases", db_index=False)
    case_id = models.CharField(max_length=10)  # as on every form
    role = models.CharField(max_length=8)  # official, reserve
    stratum = models.CharField(max_length=300)
    order = models.PositiveIntegerField()  # within stratum and role
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="cases", db_index=False)
    commune = models.CharField(max_length=16, blank=True)  # code
    state = models.CharField(max_length=12, choices=State, default=State.ISSUED)
    disposition = models.CharField(max_length=8, blank=True)  # AAPOR, as it would be if the field closed now
    answer = models.CharField(max_length=8, choices=Answer, default=Answer.NONE, blank=True)
    visits_made = models.PositiveSmallIntegerField(default=0)
    last_outcome = models.CharField(max_length=8, blank=True)  # AAPOR, of the last visit
    last_day = models.DateField(null=True)
    replaces = models.CharField(max_length=10, blank=True)  # case in whose place it was issued
    replaced_by = models.CharField(max_length=10, blank=True)
    form_step = models.CharField(max_length=12, blank=True)  # furthest step of the paper form, as ``FormStep``
    withdrawn_because = models.CharField(max_length=300, blank=True)
    office = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)  # holds it now
    interviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )  # carries it now

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "case_id"], name="fieldwork_case_once"),
            models.CheckConstraint(condition=Q(role__in=["official", "reserve"]), name="fieldwork_known_role"),
        ]
        # One for each way the list is filtered and sorted, so that any page of a million cases is read by index alone.
        indexes: ClassVar = [
            models.Index(fields=["round", "state", "case_id"], name="fieldwork_by_state"),
            models.Index(fields=["agency", "case_id"], name="fieldwork_by_agency"),
            models.Index(fields=["agency", "state", "case_id"], name="fieldwork_by_agency_state"),
            models.Index(fields=["round", "last_day", "case_id"], name="fieldwork_by_day"),
            models.Index(fields=["round", "state", "last_day", "case_id"], name="fieldwork_by_state_day"),
            models.Index(fields=["agency", "last_day", "case_id"], name="fieldwork_by_agency_day"),
            models.Index(fields=["office", "round", "state", "case_id"], name="fieldwork_by_office"),
            models.Index(fields=["interviewer", "round", "state", "case_id"], name="fieldwork_by_interviewer"),
            # With all that a count by commune asks for, so that it reads the index alone.
            models.Index(
                fields=["round", "office", "commune", "case_id", "state"],
                condition=Q(interviewer__isnull=True),
                name="fieldwork_lying_at",
            ),
            models.Index(fields=["round", "case_id"], condition=~Q(replaced_by=""), name="fieldwork_replaced"),
            models.Index(fields=["round", "stratum", "order"], condition=Q(state="reserve"), name="fieldwork_reserve"),
            models.Index(
                fields=["round", "visits_made"],
                condition=Q(state__in=["visited", "delivered"], replaced_by=""),
                name="fieldwork_often",
            ),
            models.Index(
                fields=["round", "case_id"],
                condition=Q(state="answered", answer="invalid", replaced_by=""),
                name="fieldwork_not_valid",
            ),
        ]

    def __str__(self) -> str:
        return self.case_id


class StandingVisits(models.Manager["Visit"]):
    """Visits that were not taken back."""

    def get_queryset(self) -> models.QuerySet[Visit]:
        """Leave out those taken back."""
        return super().get_queryset().filter(voided__isnull=True)


class Visit(models.Model):
    """One attempt, as the library's table of visits has it.

    One taken back stays, with its number, for the record; only ``every`` sees it.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="visits", db_index=False)
    number = models.PositiveSmallIntegerField()
    day = models.DateField()
    at = models.DateTimeField(null=True)  # by the server's clock, where it was logged on screen
    mode = models.CharField(max_length=12)
    outcome = models.CharField(max_length=8)  # AAPOR
    interviewer = models.TextField(blank=True)  # code; a user name where it was logged on screen
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    replaced_by = models.CharField(max_length=10, blank=True)
    step = models.CharField(max_length=12, blank=True)  # of the paper form, where this visit took it a step further
    token = models.CharField(max_length=32, blank=True)  # of the page it was sent from: sent twice, it is one visit
    voided = models.DateTimeField(null=True)  # when it was taken back
    voided_by = models.CharField(max_length=200, blank=True)

    objects: ClassVar = StandingVisits()
    every: ClassVar = models.Manager["Visit"]()

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "number"], name="fieldwork_visit_once"),
            models.UniqueConstraint(fields=["case", "token"], condition=~Q(token=""), name="fieldwork_visit_sent_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["at"], condition=Q(at__isnull=False), name="fieldwork_visit_at")]

    def __str__(self) -> str:
        return f"{self.case_id}.{self.number}"


class CaseCount(models.Model):
    """How many cases of an agency stand alike: kept in the transaction that moves them, so that pages are fast."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="+")
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="counts", db_index=False)
    state = models.CharField(max_length=12, choices=State)
    disposition = models.CharField(max_length=8, blank=True)
    is_replaced = models.BooleanField(default=False)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agency", "state", "disposition", "is_replaced"], name="fieldwork_one_count"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id}: {self.state} {self.disposition} {self.count}"


class DayCount(models.Model):
    """What came in on a day, by mode; kept as ``CaseCount`` is."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    mode = models.CharField(max_length=12)
    visits = models.PositiveIntegerField(default=0)
    answers = models.PositiveIntegerField(default=0)  # first answers of cases
    valid = models.PositiveIntegerField(default=0)  # of these

    class Meta:
        ordering: ClassVar = ["day", "mode"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "day", "mode"], name="fieldwork_one_day_count")
        ]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.day} {self.mode}"


class FileImport(models.Model):
    """A file of visits or of answers, and what became of its rows."""

    class Kind(models.TextChoices):
        """What the file lists."""

        VISITS = "visits", _("visits")
        RESPONSES = "responses", _("answers")
        ASSIGNMENTS = "assign", _("assignments")

    round = models.ForeignKey(Round, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=255)  # as its owner calls it
    stored = models.CharField(max_length=200)  # below MEDIA_ROOT
    size = models.PositiveBigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    is_simulated = models.BooleanField(default=False)
    done_rows = models.PositiveIntegerField(default=0)  # judged rows written so far: where to go on after a stop
    report = models.JSONField(default=dict)  # counts, codes with their counts
    error = models.JSONField(null=True)  # where the file as a whole could not be read
    created = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=200)
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["round", "-created"], name="fieldwork_imports")]

    def __str__(self) -> str:
        return self.name


class ImportNote(models.Model):
    """A row of a file that was not taken as it stands, and why."""

    class Kind(models.TextChoices):
        """What became of it."""

        REJECTED = "rejected", _("row not taken")
        CELL = "cell", _("value not taken, row kept")
        BESIDE = "beside", _("kept beside an earlier answer")

    file = models.ForeignKey(FileImport, models.CASCADE, related_name="notes", db_index=False)
    row = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    column = models.TextField(blank=True)
    code = models.CharField(max_length=64)  # dotted
    got = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["row", "pk"]
        indexes: ClassVar = [models.Index(fields=["file", "row"], name="fieldwork_notes")]

    def __str__(self) -> str:
        return f"{self.file_id}: {self.row} {self.code}"
