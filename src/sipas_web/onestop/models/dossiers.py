"""Dossiers of the one-stop desks and their counts by month."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sipas_web.onestop.models.sources import (
    AgencyName,
    DossierFile,
    DossierSource,
    ProcedureField,
    ProcedureName,
)
from sipas_web.units.models import Unit


class Outcome(models.IntegerChoices):
    """How a dossier ended, against the due day first given."""

    OPEN = 0, _("in progress")
    EARLY = 1, _("before its due day")
    ON_TIME = 2, _("on its due day")
    LATE = 3, _("late")
    STOPPED = 4, _("ended without a result")  # withdrawn, refused, sent back
    UNDATED = 5, _("finished, no due day known")


class Channel(models.TextChoices):
    """How a dossier was handed in."""

    UNKNOWN = "", _("not said")
    COUNTER = "counter", _("at the counter")
    ONLINE = "online", _("online")
    POST = "post", _("by post")


class Dossier(models.Model):
    """A transaction of a one-stop desk. Columns without a foreign key in the database: a million rows come at once."""

    source = models.ForeignKey(DossierSource, models.CASCADE, db_index=False, related_name="dossiers")
    number = models.CharField(max_length=64)  # without spaces, in capitals
    agency_name = models.ForeignKey(
        AgencyName, models.DO_NOTHING, null=True, db_index=False, db_constraint=False, related_name="+"
    )
    receiver_name = models.ForeignKey(
        AgencyName, models.DO_NOTHING, null=True, db_index=False, db_constraint=False, related_name="+"
    )
    agency = models.ForeignKey(Unit, models.PROTECT, null=True, db_index=False, db_constraint=False, related_name="+")
    procedure = models.ForeignKey(
        ProcedureName, models.DO_NOTHING, null=True, db_index=False, db_constraint=False, related_name="+"
    )
    field = models.ForeignKey(
        ProcedureField, models.DO_NOTHING, null=True, db_index=False, db_constraint=False, related_name="+"
    )
    received = models.DateField()
    counted_from = models.DateField()  # received, or the working day after, by the rule of its day
    days_allowed = models.SmallIntegerField(null=True)  # working days of the procedure, where the file says so
    due_listed = models.DateField(null=True)  # as the file says
    due_worked = models.DateField(null=True)  # by the rule of its day, from the days allowed
    due = models.DateField(null=True)  # what it is judged by: listed, else worked out
    promised_again = models.DateField(null=True)  # the one new date after an apology
    finished = models.DateField(null=True)
    returned = models.DateField(null=True)  # result handed over
    waiting_since = models.DateField(null=True)  # now with the applicant, who was asked to supplement it
    waiting_days = models.SmallIntegerField(default=0)  # working days it waited for its applicant
    channel = models.CharField(max_length=8, choices=Channel, blank=True)
    applicant_kind = models.CharField(max_length=12, blank=True)  # person, organisation
    applicant = models.CharField(max_length=20, blank=True)  # token of privacy.put_people, kind onestop.applicant
    applicant_mark = models.CharField(max_length=32, blank=True)  # keyed hash: whether the identity changed
    outcome = models.SmallIntegerField(choices=Outcome, default=Outcome.OPEN)
    rule = models.CharField(max_length=16, blank=True)  # of data/deadline_rules.yaml
    as_of = models.DateField()  # of the file that last changed it
    first_file = models.ForeignKey(
        DossierFile, models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+"
    )
    last_file = models.ForeignKey(DossierFile, models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "number"], name="onestop_dossier_number_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["agency", "received"], name="onestop_agency_received"),
            models.Index(fields=["received"], name="onestop_by_received"),  # the list, newest first
            models.Index(fields=["agency", "finished"], name="onestop_agency_finished"),
            # Holds all that is counted of those in progress: their rows lie far apart among a million.
            models.Index(
                fields=["agency", "due", "waiting_since", "field", "source", "outcome"],
                name="onestop_in_progress",
                condition=Q(outcome=0),
            ),
            models.Index(fields=["agency", "due"], name="onestop_late_due", condition=Q(outcome=3)),
            models.Index(fields=["agency_name"], name="onestop_unmatched", condition=Q(agency__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.pk}"


class MonthCount(models.Model):
    """Dossiers of a source, an agency and a field in a month: received in it, and ended in it by outcome."""

    source = models.ForeignKey(DossierSource, models.CASCADE, related_name="+")
    agency = models.ForeignKey(Unit, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+")
    field = models.ForeignKey(
        ProcedureField, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    month = models.DateField()  # its first day
    received = models.IntegerField(default=0)
    early = models.IntegerField(default=0)
    on_time = models.IntegerField(default=0)
    late = models.IntegerField(default=0)
    late_kept = models.IntegerField(default=0)  # of the late ones: ended by the one new date
    stopped = models.IntegerField(default=0)
    undated = models.IntegerField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["month", "agency"], name="onestop_counts_by_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.agency_id}"
