"""Periodic reports: which units they count, what was written, how they went up; periods that an area sets itself."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sipas_web.units.models import Unit


class PeriodicReport(models.Model):
    """One version of a unit's report of one period. Its figures are those of the moment it was drawn."""

    class Kind(models.TextChoices):
        """The period."""

        QUARTER_1 = "quarter_1", _("First quarter")
        HALF_YEAR = "half_year", _("Half-year")
        QUARTER_3 = "quarter_3", _("Third quarter")
        NINE_MONTHS = "nine_months", _("Nine months")
        YEAR = "year", _("Year")

    class State(models.TextChoices):
        """How far it is."""

        COUNTING = "counting", _("figures being counted")  # begun; the work that counts has not ended yet
        DRAFT = "draft", _("draft")
        SENT = "sent", _("sent up")
        BACK = "back", _("sent back")
        TAKEN = "taken", _("taken in")
        REPLACED = "replaced", _("replaced by a later version")
        ENDED = (
            "ended",
            _("the unit ended before the cut-off"),
        )  # its successor's report counts what this one would have

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # whose report it is
    receiver = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")  # none: it leaves the program
    held_by = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")  # successor
    kind = models.CharField(max_length=12, choices=Kind)
    year = models.PositiveSmallIntegerField()
    version = models.PositiveSmallIntegerField(default=1)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    reason = models.CharField(max_length=500, blank=True)  # why it was corrected
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    first = models.DateField()
    last = models.DateField()  # cut-off
    due = models.DateField()
    source = models.JSONField(default=dict)  # where the three days come from: sipas_web.improvement.report_periods
    drawn = models.DateTimeField()  # moment of the figures
    outline = models.JSONField(default=list)  # sections of figures and their lines, in Vietnamese, as they were then
    index_use = models.JSONField(default=dict)  # the last index, and what was made of it: queries.reports_index
    left_out = models.JSONField(default=list)  # what reports from below count but this one does not, and why
    revision = models.PositiveIntegerField(default=0)  # of its texts: who saves over another's change is told
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=200)
    sent = models.DateTimeField(null=True)
    sent_by = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)  # of what was sent
    settled = models.DateTimeField(null=True)  # taken in or sent back
    settled_by = models.CharField(max_length=200, blank=True)
    back_reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering: ClassVar = ["-year", "-last", "unit__sort_key", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "kind", "year", "version"], name="improvement_report_version_once"),
            models.UniqueConstraint(
                fields=["unit", "kind", "year"],
                condition=Q(state__in=["counting", "draft", "back"]),
                name="improvement_one_report_in_work",
            ),
            models.UniqueConstraint(
                fields=["unit", "kind", "year"], condition=Q(state="taken"), name="improvement_one_report_taken_in"
            ),
            models.CheckConstraint(
                condition=Q(first__lte=F("last"), last__lte=F("due")), name="improvement_report_days_in_order"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["receiver", "year", "kind"], name="improvement_reports_below")]

    def __str__(self) -> str:
        return f"{self.unit.full_name}: {self.get_kind_display()} {self.year} ({self.version})"

    @property
    def answering(self) -> Unit:
        """Who writes and sends it today."""
        return self.held_by or self.unit


class ReportUnit(models.Model):
    """A unit that a report counts, once: from its own figures or from a report from below."""

    report = models.ForeignKey(PeriodicReport, models.CASCADE, related_name="units")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    via = models.ForeignKey(PeriodicReport, models.PROTECT, null=True, related_name="+")
    counts = models.JSONField(default=dict)  # source -> line -> count; what is 0 is left out

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "unit"], name="improvement_report_counts_a_unit_once")
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.unit_id}"


class ReportText(models.Model):
    """What was written in a section."""

    report = models.ForeignKey(PeriodicReport, models.CASCADE, related_name="texts")
    section = models.CharField(max_length=24)  # code of data/report_sections.yaml
    text = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "section"], name="improvement_one_text_of_a_section")
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.section}"


class ReportRemark(models.Model):
    """What explains a figure that is not as expected; the figure itself stays as it was drawn."""

    report = models.ForeignKey(PeriodicReport, models.CASCADE, related_name="remarks")
    source = models.CharField(max_length=60)
    line = models.CharField(max_length=60)
    text = models.CharField(max_length=1000)
    written_by = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "source", "line"], name="improvement_one_remark_of_a_line")
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.source} {self.line}"


class ReportPeriod(models.Model):
    """Days that an area sets itself for the reports that units in it send, from a day on."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=PeriodicReport.Kind)
    level = models.CharField(max_length=16)  # who sends: a kind of unit
    since = models.DateField()  # for periods that end from this day on
    days = models.JSONField()  # first, last, due: [years from the report's year, month, day]
    day_off = models.CharField(max_length=8)  # a last day on a day off: keep, before, after
    is_expected = models.BooleanField(default=True)
    act = models.CharField(max_length=300)  # number, date and issuer of the decision
    is_verified = models.BooleanField(default=False)  # somebody compared the days with the text of the act
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-since", "-pk"]
        indexes: ClassVar = [models.Index(fields=["unit", "kind", "level"], name="improvement_periods_of_an_area")]

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.kind} {self.level} {self.since}"
