"""Where dossiers come from: one-stop systems of units, their files, the names they use."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from sipas_web.shared.vietnamese_text import SearchKeyField, SortKeyField
from sipas_web.units.models import Unit


class DossierSource(models.Model):
    """A one-stop system of a unit; dossier numbers are unique within it."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    name = models.TextField()
    sort_key = SortKeyField("name")
    # What is received later counts from the next working day; missing: the hour plays no part.
    closes_at = models.TimeField(null=True, blank=True)
    # Whether the due days in its files leave out the days on which a dossier waited for its applicant.
    adds_waiting = models.BooleanField(default=False)
    mapping = models.JSONField(null=True)  # as intake's ChosenColumns; missing: recognised anew in each file
    is_simulated = models.BooleanField(default=False)
    created_by = models.TextField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["sort_key", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "name"], name="onestop_one_source_of_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class FileState(models.TextChoices):
    """How far a file has come."""

    HANDED_IN = "handed_in", _("columns to be checked")
    ASKED = "asked", _("being imported")
    DONE = "done", _("imported")
    REFUSED = "refused", _("refused")


class DossierFile(models.Model):
    """A file of a source that was handed in."""

    source = models.ForeignKey(DossierSource, models.CASCADE, related_name="files")
    name = models.TextField()
    stored = models.TextField()  # below the folder of files; gone once imported
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    rows = models.IntegerField()  # lines, heads too
    as_of = models.DateField()  # day the system wrote it: the later file is right
    state = models.CharField(max_length=12, choices=FileState, default=FileState.HANDED_IN)
    missing = models.JSONField(default=list)  # needed columns that nobody has named
    counts = models.JSONField(default=dict)
    refusal = models.JSONField(null=True)  # a jobs.faults error
    uploaded_by = models.TextField()
    uploaded = models.DateTimeField(auto_now_add=True)
    imported = models.DateTimeField(null=True)
    rejected_until = models.DateField(null=True)  # rows that were not taken are kept so long

    class Meta:
        indexes: ClassVar = [models.Index(fields=["source", "as_of"], name="onestop_files_of_source")]

    def __str__(self) -> str:
        return self.name


class DossierFileKeys(models.Model):
    """The dossier numbers a file held, as Parquet: an older file that comes later changes none of them."""

    file = models.OneToOneField(DossierFile, models.CASCADE, primary_key=True, related_name="keys")
    numbers = models.BinaryField()

    def __str__(self) -> str:
        return str(self.pk)


class AgencyName(models.Model):
    """How a source calls an agency, and which unit that is."""

    source = models.ForeignKey(DossierSource, models.CASCADE, related_name="agency_names")
    text = models.TextField()
    key = SearchKeyField("text")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    matched_by = models.TextField(blank=True)  # who said so; empty: found by its name or code
    is_outside = models.BooleanField(default=False)  # somebody said that it is no unit kept here

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "text"], name="onestop_agency_name_once"),
        ]

    def __str__(self) -> str:
        return self.text


class ProcedureField(models.Model):
    """A field of procedures (lĩnh vực) as the files name it."""

    text = models.TextField(unique=True)
    sort_key = SortKeyField("text")

    class Meta:
        ordering: ClassVar = ["sort_key", "pk"]

    def __str__(self) -> str:
        return self.text


class ProcedureName(models.Model):
    """A procedure as the files name it."""

    code = models.CharField(max_length=64, blank=True)
    text = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "text"], name="onestop_procedure_name_once"),
        ]

    def __str__(self) -> str:
        return f"{self.text} ({self.code})" if self.code else self.text
