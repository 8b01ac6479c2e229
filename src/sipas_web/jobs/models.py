"""Long work and where it stands."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.units.models import Unit


class State(models.TextChoices):
    """Where a job stands."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    STOPPED = "stopped", _("stopped")


OPEN = (State.WAITING, State.RUNNING)


class Job(models.Model):
    """Work somebody asked for. Written in the transaction of the action that asks; safe to carry out twice."""

    kind = models.CharField(max_length=64)  # app.what, as registered
    subject = models.CharField(max_length=128)  # what it works on, as the audit record names it: rounds.round:12
    subject_name = models.CharField(max_length=300, blank=True)  # as it was called when the work was asked for
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")  # whose area it belongs to
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    progress = models.FloatField(default=0.0)  # 0 to 1
    note = models.CharField(max_length=200, blank=True)  # code of what it is doing, as step:frame
    attempts = models.PositiveIntegerField(default=0)  # number of the newest one: what an older one says is ignored
    deaths = models.PositiveSmallIntegerField(default=0)  # attempts whose worker died, since it was asked or resumed
    lease_until = models.DateTimeField(null=True)  # running: then another worker takes it up; waiting: not before
    worker = models.CharField(max_length=100, blank=True)
    is_stop_wanted = models.BooleanField(default=False)
    error = models.JSONField(null=True)  # as faults.stored writes it
    result = models.JSONField(null=True)
    actor = models.CharField(max_length=64)  # values, as in the audit record
    actor_name = models.CharField(max_length=200)
    actor_roles = models.CharField(max_length=500, blank=True)
    actor_origin = models.CharField(max_length=100)
    created = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(state__in=["waiting", "running"]),
                name="jobs_one_open_at_a_time",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "lease_until"], name="jobs_to_take"),
            models.Index(fields=["subject", "-created"], name="jobs_by_subject"),
            models.Index(fields=["unit", "-id"], name="jobs_by_unit"),
            models.Index(fields=["actor", "-id"], name="jobs_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in OPEN

    @property
    def percent(self) -> int:
        """Progress from 0 to 100."""
        return int(100 * self.progress)


class Worker(models.Model):
    """A process that carries out jobs, and when it was last seen alive."""

    name = models.CharField(max_length=100, primary_key=True)  # host:process:random
    started = models.DateTimeField(default=timezone.now)
    seen = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name
