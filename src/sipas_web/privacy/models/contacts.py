"""Sealed contacts and the sealed place and note of each visit. The keys lie outside the database."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from sipas_web.rounds.models import Round


class Contact(models.Model):
    """Name, address, telephone, e-mail and dossier number of one drawn unit."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="+", db_index=False)
    case_code = models.CharField(max_length=10)
    sealed = models.BinaryField()  # of canonical JSON; bound to round and code
    key = models.CharField(max_length=32)  # name of the key that opens it
    is_restricted = models.BooleanField(default=False)  # at the person's request: opened for that request alone

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "case_code"], name="privacy_contact_once")]
        indexes: ClassVar = [models.Index(fields=["key"], name="privacy_contacts_of_key")]

    def __str__(self) -> str:
        return self.case_code


class ContactMark(models.Model):
    """A keyed hash by which a contact is found without opening others. Dies with the contact."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="marks")
    kind = models.CharField(max_length=8)  # phone, email, dossier, name
    mark = models.BinaryField(max_length=16, db_index=True)

    def __str__(self) -> str:
        return f"{self.contact_id} {self.kind}"


class VisitSecret(models.Model):
    """Where a visit was and what was noted then: what may tell on a person."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="+", db_index=False)
    case_code = models.CharField(max_length=10)
    visit = models.PositiveSmallIntegerField()
    sealed = models.BinaryField()
    key = models.CharField(max_length=32)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "case_code", "visit"], name="privacy_visit_once")
        ]
        indexes: ClassVar = [models.Index(fields=["key"], name="privacy_visits_of_key")]

    def __str__(self) -> str:
        return f"{self.case_code}.{self.visit}"


class JoinDrop(models.Model):
    """The destruction of a round's contacts: from its beginning nothing is kept or shown any more."""

    round = models.OneToOneField(Round, models.CASCADE, related_name="+")
    due = models.DateField(null=True)  # the day set in the round, as it was then
    reason = models.CharField(max_length=500, blank=True)  # why before that day
    asked_by = models.CharField(max_length=200)
    begun = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True)
    contacts = models.PositiveIntegerField(default=0)  # destroyed
    visits = models.PositiveIntegerField(default=0)
    files = models.JSONField(default=list)  # names in the round's folder

    class Meta:
        ordering: ClassVar = ["-begun"]

    def __str__(self) -> str:
        return str(self.round_id)
