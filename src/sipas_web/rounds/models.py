"""A round as people decide it; the library's folder of the round holds the data."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sipas_web.accounts.models import Person
from sipas_web.shared.vietnamese_text import SearchKeyField, SortKeyField
from sipas_web.units.models import Unit


class State(models.TextChoices):
    """How far a round has come. Only actions move it, each with its permission (``rounds.states``)."""

    SET_UP = "set_up", _("being set up")
    DRAWN = "drawn", _("sample drawn")
    IN_FIELD = "in_field", _("in the field")
    FROZEN = "frozen", _("frozen, being estimated and reviewed")
    PUBLISHED = "published", _("published")
    ABANDONED = "abandoned", _("abandoned")


class Round(models.Model):
    """One measurement: an edition, a place, a window of time."""

    title = models.CharField(max_length=200, verbose_name=_("title"))
    sort_key = SortKeyField("title")
    search_key = SearchKeyField("title")
    year = models.PositiveSmallIntegerField(verbose_name=_("year"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="rounds")  # a province, or the country
    edition = models.CharField(max_length=64, verbose_name=_("edition"))  # name of the library's edition
    window_from = models.DateField(verbose_name=_("results handed over from"))
    window_to = models.DateField(verbose_name=_("to"))
    settings = models.JSONField(default=dict)  # the rest of the library's round.yaml, as it stands there
    folder = models.CharField(max_length=64, unique=True)  # below ROUNDS_FOLDER
    state = models.CharField(max_length=12, choices=State, default=State.SET_UP)
    previous = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="following")
    is_simulated = models.BooleanField(default=False)
    confirmed = models.JSONField(default=list)  # parts of the set-up that a person has looked at and saved
    planning = models.JSONField(default=dict)  # expected response and share, assumed sizes, unit prices (design_plan)
    abandoned_because = models.CharField(max_length=500, blank=True)
    created = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=200)  # name, as in the audit record

    class Meta:
        ordering: ClassVar = ["-year", "sort_key", "pk"]
        indexes: ClassVar = [models.Index(fields=["unit", "-year"], name="rounds_by_unit")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(window_to__gte=F("window_from")), name="rounds_window_ends_later")
        ]

    def __str__(self) -> str:
        return self.title


class MeasuredUnit(models.Model):
    """An agency or office whose service is measured; its name as the lists write it."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="measured")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    name_in_lists = models.CharField(max_length=300, blank=True)  # empty: the unit's full name

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "unit"], name="rounds_measured_once")]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.unit_id}"


class TargetValue(models.Model):
    """A value promised by a directive, in percent; written here by people and by the improvement app."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="targets")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")  # missing: whole round
    node = models.CharField(max_length=64, default="index")
    percent = models.DecimalField(max_digits=5, decimal_places=2)  # 0 to 100
    label = models.CharField(max_length=200)  # Vietnamese, as printed
    source = models.CharField(max_length=300, blank=True)  # number and date of the letter

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "unit", "node"], name="rounds_one_target_of_a_unit"),
            models.UniqueConstraint(
                fields=["round", "node"], condition=Q(unit__isnull=True), name="rounds_one_target_of_the_round"
            ),
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lte=100), name="rounds_target_in_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.percent} %"


class Milestone(models.Model):
    """A part of the calendar, first and last day included."""

    class Kind(models.TextChoices):
        """Parts of a round, in order."""

        LISTS = "lists", _("lists handed in")
        DRAW = "draw", _("draw")
        PRINTING = "printing", _("printing")
        FIELD = "field", _("field work")
        REVERIFICATION = "reverification", _("re-verification")
        FREEZE = "freeze", _("freeze")
        REPORT = "report", _("estimation and report")
        PUBLICATION = "publication", _("publication")

    round = models.ForeignKey(Round, models.CASCADE, related_name="milestones")
    kind = models.CharField(max_length=16, choices=Kind)
    first = models.DateField()
    last = models.DateField()

    class Meta:
        ordering: ClassVar = ["first", "last"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "kind"], name="rounds_milestone_once"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="rounds_milestone_ends_later"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.first} - {self.last}"


class FrameList(models.Model):
    """A list as it was handed in. Holds identities: kept in the round's folder, dropped with the contacts."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="lists")
    name = models.CharField(max_length=200)  # as the person called the file; never used as a path
    stored = models.CharField(max_length=100)  # input/frame/... in the round's folder
    size = models.BigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    rows = models.BigIntegerField(default=0)  # lines of the file, title and empty ones too; 0: not counted (XLS)
    missing = models.JSONField(default=list)  # needed columns of the frame that were not found in it
    mapping = models.JSONField(null=True)  # {columns, constants} as the library takes them, where a person chose
    uploaded = models.DateTimeField(default=timezone.now)
    uploaded_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "stored"], name="rounds_list_place"),
            models.UniqueConstraint(fields=["round", "sha256"], name="rounds_list_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Draw(models.Model):
    """A draw held before witnesses. Abandoned or done, it stays: every one is counted."""

    class State(models.TextChoices):
        """Where a draw stands."""

        OPEN = "open", _("waiting for the witnesses")
        DRAWING = "drawing", _("drawing")
        DONE = "done", _("drawn")
        ABANDONED = "abandoned", _("abandoned")

    round = models.ForeignKey(Round, models.CASCADE, related_name="draws")
    number = models.PositiveSmallIntegerField()  # from 1
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    frame_sha256 = models.CharField(max_length=64)
    design_sha256 = models.CharField(max_length=64)
    reason = models.CharField(max_length=500, blank=True)  # why it is held again
    public_source = models.CharField(max_length=300, blank=True)  # which public number will be used, said in advance
    public_number = models.CharField(max_length=100, blank=True)
    public_typed_by = models.CharField(max_length=64, blank=True)  # key of the actor
    public_confirmed_by = models.CharField(max_length=200, blank=True)  # name of a second person; empty: not yet
    code = models.CharField(max_length=32, unique=True)  # of the public page that verifies the certificate
    certificate = models.TextField(blank=True)  # JSON as the library wrote it, byte for byte
    document = models.BinaryField(default=b"")  # the certificate as PDF, as it was handed out
    document_sha256 = models.CharField(max_length=64, blank=True)
    journal_head = models.CharField(max_length=100, blank=True)  # number:hash of the round's journal after the draw
    audit_head = models.CharField(max_length=100, blank=True)  # number:hash of the audit record before it
    opened = models.DateTimeField(default=timezone.now)
    opened_by = models.CharField(max_length=200)
    drawn = models.DateTimeField(null=True)
    drawn_by = models.CharField(max_length=200, blank=True)
    abandoned = models.DateTimeField(null=True)
    abandoned_because = models.CharField(max_length=500, blank=True)
    were_texts_known = models.BooleanField(default=False)  # abandoned after the texts were shown

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "number"], name="rounds_draw_number"),
            models.UniqueConstraint(
                fields=["round"], condition=Q(state__in=["open", "drawing"]), name="rounds_one_open_draw"
            ),
        ]

    def __str__(self) -> str:
        return gettext("draw number %(number)d – %(round)s") % {"number": self.number, "round": self.round}


class Witness(models.Model):
    """Someone named to take part in a draw: types a text from their own account, or refuses."""

    draw = models.ForeignKey(Draw, models.CASCADE, related_name="witnesses")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    printed_name = models.CharField(max_length=200)  # as on the certificate, with the body represented
    text = models.CharField(max_length=500, blank=True)  # shown to others when every witness has typed
    salt = models.CharField(max_length=32, blank=True)  # random, with the text in the hash that is shown until then
    typed = models.DateTimeField(null=True)
    refused = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draw", "person"], name="rounds_witness_once"),
            models.CheckConstraint(
                condition=Q(typed__isnull=True) | Q(refused__isnull=True), name="rounds_typed_or_refused"
            ),
        ]

    def __str__(self) -> str:
        return self.printed_name
