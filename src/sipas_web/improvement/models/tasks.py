"""Tasks: what a unit has to do until when, and everything that happened to them."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.improvement.models.directives import Directive
from sipas_web.shared.vietnamese_text import SearchKeyField
from sipas_web.units.models import Unit


class Task(models.Model):
    """A task of one unit. Its four states are worked out from the days and never stored."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # who owns it now
    giver = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")  # missing: taken on itself
    directive = models.ForeignKey(Directive, models.PROTECT, null=True, blank=True, related_name="tasks")
    path = models.CharField(max_length=40, blank=True)  # provision of the directive: 1.a
    origin = models.CharField(max_length=60, blank=True, db_index=True)  # what else it came from: measure:12
    title = models.CharField(max_length=300)
    search_key = SearchKeyField("title")
    text = models.TextField(blank=True)
    given = models.DateField()
    working_days = models.PositiveSmallIntegerField(null=True, blank=True)  # the deadline as it was given, if so
    first_due = models.DateField(null=True, blank=True)  # as given; never changes
    due = models.DateField(null=True, blank=True)  # with every extension granted
    percent = models.PositiveSmallIntegerField(default=0)  # as last reported
    done = models.DateField(null=True, blank=True)
    dropped = models.DateField(null=True, blank=True)  # it no longer has to be done; the reason is in its entries
    is_skipped = models.BooleanField(default=False)  # dropped for this period alone: the duty goes on
    follows = models.OneToOneField(  # the same duty in the period before; each period has one task
        "self", models.PROTECT, null=True, blank=True, related_name="next_one"
    )
    created_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["due", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["unit", "due"], name="improvement_tasks_of_a_unit"),
            models.Index(fields=["giver", "due"], name="improvement_tasks_by_giver"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(first_due__isnull=True, due__isnull=True) | Q(due__isnull=False, first_due__isnull=False),
                name="improvement_both_deadlines_or_none",
            ),
            models.CheckConstraint(
                condition=Q(done__isnull=True) | Q(dropped__isnull=True), name="improvement_done_or_dropped"
            ),
            models.CheckConstraint(
                condition=Q(is_skipped=False) | Q(dropped__isnull=False), name="improvement_skipped_is_dropped"
            ),
            models.CheckConstraint(condition=Q(percent__lte=100), name="improvement_percent_of_a_task"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it still has to be done."""
        return self.done is None and self.dropped is None


class Duty(models.Model):
    """Another unit's part in a task."""

    class Kind(models.TextChoices):
        """The part."""

        LEAD = "lead", _("leads")
        COORDINATE = "coordinate", _("coordinates")
        MONITOR = "monitor", _("follows and urges")

    task = models.ForeignKey(Task, models.CASCADE, related_name="duties")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "unit", "kind"], name="improvement_one_duty_of_a_unit")
        ]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.unit_id} {self.kind}"


class TaskEntry(models.Model):
    """Something that happened to a task: never changed, never deleted."""

    class Kind(models.TextChoices):
        """What happened."""

        GIVEN = "given", _("given")
        PROGRESS = "progress", _("progress")
        COMMENT = "comment", _("comment")
        DONE = "done", _("completed")
        REOPENED = "reopened", _("completion not accepted")
        DROPPED = "dropped", _("dropped")
        SKIPPED = "skipped", _("period skipped")
        HANDED_OVER = "handed_over", _("handed over")
        CONTINUED = "continued", _("stays in force")

    task = models.ForeignKey(Task, models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=12, choices=Kind)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")  # whose entry; of a handover: the new
    before = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")  # of a handover: the old owner
    on = models.DateField()  # the day it is about
    percent = models.PositiveSmallIntegerField(null=True)
    text = models.TextField(blank=True)
    created = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["created", "pk"]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.kind} {self.on}"


class Evidence(models.Model):
    """A file that shows what was done."""

    entry = models.ForeignKey(TaskEntry, models.CASCADE, related_name="files")
    name = models.CharField(max_length=160)  # as its owner calls it
    stored = models.CharField(max_length=100, unique=True)  # below MEDIA_ROOT
    kind = models.CharField(max_length=100)  # content type, from what the file is
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.name


class Extension(models.Model):
    """More time for a task: asked with a reason, granted or refused by who gave the task. All are kept."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="extensions")
    asked = models.DateField()
    created = models.DateTimeField(default=timezone.now)
    asked_key = models.CharField(max_length=64)  # of the actor: who asks does not decide
    asked_by = models.CharField(max_length=200)
    reason = models.TextField()
    wanted = models.DateField()
    before = models.DateField()  # the deadline at that moment
    decided = models.DateField(null=True)
    closed = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    granted = models.DateField(null=True)  # the new deadline; missing once decided: refused
    answer = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["task"], condition=Q(decided__isnull=True), name="improvement_one_open_extension"
            ),
            models.CheckConstraint(
                condition=Q(granted__isnull=True) | Q(decided__isnull=False, granted__gt=F("before")),
                name="improvement_extension_is_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.before:%d/%m/%Y} > {self.wanted:%d/%m/%Y}"

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.decided is None

    def days(self) -> tuple[dt.date, dt.date] | None:
        """Give the day it was granted with the new deadline; None where it was not."""
        return (self.decided, self.granted) if self.decided and self.granted else None
