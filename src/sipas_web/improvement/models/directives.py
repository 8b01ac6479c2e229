"""Official letters that order something, as they were read and corrected."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from sipas_web.shared.vietnamese_text import SearchKeyField
from sipas_web.units.models import Unit


class Directive(models.Model):
    """A letter; its tasks, addressees and grounds have tables of their own once it is kept."""

    class State(models.TextChoices):
        """How far it is."""

        READ = "read", _("being corrected")
        KEPT = "kept", _("kept")
        WITHDRAWN = "withdrawn", _("withdrawn")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # whose people keep it: its issuer or a receiver
    state = models.CharField(max_length=10, choices=State, default=State.READ)
    issuer = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    issuer_name = models.CharField(max_length=300, blank=True)  # as the letter has it
    parent_name = models.CharField(max_length=300, blank=True)  # body above the issuer on the letter's head
    kind = models.CharField(max_length=40, blank=True)  # code of sipas.letters' kinds.yaml
    reference = models.CharField(max_length=80, blank=True)  # 1049/UBND-NC
    place = models.CharField(max_length=120, blank=True)
    issued = models.DateField(null=True, blank=True)
    subject = models.TextField(blank=True)
    search_key = SearchKeyField("subject")
    above = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="below")  # it passes this on
    text = models.TextField()  # NFC; places in ``reading`` count in it
    reading = models.JSONField(default=dict)  # sipas.letters.Letter as data, as the program read it
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-issued", "-pk"]

    def __str__(self) -> str:
        return self.reference or self.subject[:80]


class Addressee(models.Model):
    """To whom a directive goes; without a unit the name is not in the tree (or not yet matched)."""

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="addressees")
    name = models.CharField(max_length=300)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.name
