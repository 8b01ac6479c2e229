"""Answers as they came in. No identity, no key to one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from sipas_web.fieldwork.models import Case


class Response(models.Model):
    """One set of answers to a case. Later ones with other content are kept beside the chosen one."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="responses", db_index=False)
    mode = models.CharField(max_length=12)
    received_on = models.DateField(null=True)
    answers = models.JSONField()  # as the edition's answer columns hold them; missing ones left out
    content_sha256 = models.CharField(max_length=64)  # of mode and answers, canonical
    is_valid = models.BooleanField()
    invalid_reason = models.CharField(max_length=100, blank=True)  # dotted code
    is_chosen = models.BooleanField(default=True)
    source = models.CharField(max_length=300)  # file and row, or the screen it came by
    taken = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "content_sha256"], name="capture_same_answer_once"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(is_chosen=True), name="capture_one_chosen_response"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.mode}"
