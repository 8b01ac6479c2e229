"""Which post office serves which commune."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from sipas_web.units.models import Unit


class ServedArea(models.Model):
    """A commune and the one post office that carries forms there."""

    office = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    commune = models.OneToOneField(Unit, models.PROTECT, related_name="+")
    set_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["commune__code"]

    def __str__(self) -> str:
        return f"{self.office_id}: {self.commune_id}"
