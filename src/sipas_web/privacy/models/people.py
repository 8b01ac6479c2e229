"""Identities that belong to no case: applicants of dossiers, people who gave feedback."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class SealedPerson(models.Model):
    """Who stands behind a random token that another app keeps; sealed, no foreign key."""

    kind = models.CharField(max_length=24)  # app.what
    token = models.CharField(max_length=40)
    sealed = models.BinaryField()
    key = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "token"], name="privacy_one_person_of_a_token")
        ]
        indexes: ClassVar = [models.Index(fields=["key"], name="privacy_people_by_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.token}"
