"""The record. Triggers in both databases refuse to change or delete a row (migration 0001)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from sipas_web.audit.chain import FIELDS, moment_text


class Record(models.Model):
    """One act of one actor. Values only: it outlives the account, the unit and the thing acted on."""

    sequence = models.BigIntegerField(primary_key=True)  # 1, 2, 3 … without gaps
    moment = models.DateTimeField()
    actor = models.CharField(max_length=64)
    actor_name = models.TextField()
    actor_roles = models.TextField()
    origin = models.TextField()
    action = models.CharField(max_length=64)
    subject = models.CharField(max_length=96)
    subject_name = models.TextField()
    unit_id = models.BigIntegerField(null=True)  # a value, no foreign key
    unit_name = models.TextField()
    details = models.TextField()  # canonical JSON: jsonb would not give the hashed text back
    previous_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering: ClassVar = ["sequence"]
        indexes: ClassVar = [
            models.Index(fields=["actor", "sequence"], name="audit_by_actor"),
            models.Index(fields=["action", "sequence"], name="audit_by_action"),
            models.Index(fields=["subject", "sequence"], name="audit_by_subject"),
            models.Index(fields=["unit_id", "sequence"], name="audit_by_unit"),
            models.Index(fields=["moment"], name="audit_by_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action} {self.subject}"

    def values(self) -> dict[str, Any]:
        """Give the fields as they are hashed and exported, with the hash."""
        found = {name: getattr(self, name) for name in FIELDS}
        return {**found, "moment": moment_text(self.moment), "hash": self.hash}
