"""The secret address of a person's own calendar."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from sipas_web.accounts.models import Person


class CalendarFeed(models.Model):
    """One for each person; the address is shown once, only its hash is kept."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="+")
    secret_hash = models.CharField(max_length=64, unique=True)
    made = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.person_id}"
