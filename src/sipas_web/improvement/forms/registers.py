"""Forms of the registers: training, campaigns, discipline."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.improvement.forms.targets_fields import DAY_HELP, UnitField, node_field
from sipas_web.improvement.queries.registers import ORIGIN, Campaign
from sipas_web.improvement.queries.targets_units import matching
from sipas_web.improvement.series_register import discipline_words
from sipas_web.units.queries import Unit

MOVES = gettext_lazy("Item or factor of SIPAS it should move")
LINE = re.compile(r"^(?P<name>.+?)\s*[:;=\t]\s*(?P<people>\d{1,6})\s*$")


class MeasureForm(forms.Form):
    """What every register asks; ``origin``: the task or measure it carries out, whose page leads here."""

    unit = UnitField(label=gettext_lazy("Unit"))
    node = node_field(MOVES, "–")
    origin = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, places: QuerySet[Unit], **options: Any) -> None:
        super().__init__(data, **options)
        self.places = places
        fields: dict[str, Any] = self.fields
        fields["unit"].offer(places)

    def clean_origin(self) -> str:
        """Keep what names a measure or a task, and nothing else."""
        given: str = self.cleaned_data["origin"]
        return given if ORIGIN.fullmatch(given) else ""


class TrainingForm(MeasureForm):
    """A training session."""

    held = forms.DateField(label=gettext_lazy("Day"), localize=True, help_text=DAY_HELP)
    title = forms.CharField(label=gettext_lazy("Topic"), max_length=300)
    hours = forms.DecimalField(label=gettext_lazy("Hours"), max_digits=5, decimal_places=1, localize=True)
    groups = forms.CharField(
        label=gettext_lazy("Participants by unit"),
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("One unit a line: its name or code, a colon, how many people. No names of people."),
    )
    material = forms.CharField(label=gettext_lazy("Material"), required=False, max_length=500)
    evaluation = forms.CharField(
        label=gettext_lazy("Evaluation"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    field_order = ("unit", "held", "title", "node", "hours", "groups", "material", "evaluation", "origin")

    def clean_groups(self) -> dict[Unit, int]:
        """Read the lines; each names a unit and a number, or is named with what is wrong."""
        found: dict[Unit, int] = {}
        faults = []
        lines = [line for line in self.cleaned_data["groups"].splitlines() if line.strip()]
        for number, line in enumerate(lines, start=1):
            read = LINE.match(line.strip())
            unit = matching(self.places, read["name"])[0] if read else None
            if read is None:
                faults.append(_("Line %(number)d: a unit, a colon, a number of people.") % {"number": number})
            elif unit is None:
                known = {"number": number, "name": read["name"]}
                faults.append(_("Line %(number)d: no unit of your area is called “%(name)s”.") % known)
            else:
                found[unit] = found.get(unit, 0) + int(read["people"])
        if faults:
            raise ValidationError([ValidationError(fault) for fault in faults])
        return found


class TrainingChangeForm(forms.Form):
    """What is known after the session."""

    material = forms.CharField(label=gettext_lazy("Material"), required=False, max_length=500)
    evaluation = forms.CharField(
        label=gettext_lazy("Evaluation"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class CampaignForm(MeasureForm):
    """A campaign or broadcast."""

    title = forms.CharField(label=gettext_lazy("Title of the campaign"), max_length=300)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=Campaign.Channel.choices)
    audience = forms.CharField(label=gettext_lazy("Audience"), max_length=300)
    first = forms.DateField(label=gettext_lazy("From day"), localize=True, help_text=DAY_HELP)
    last = forms.DateField(label=gettext_lazy("To day"), localize=True, help_text=DAY_HELP)
    press_body = forms.CharField(label=gettext_lazy("Press body"), required=False, max_length=300)
    reach = forms.IntegerField(label=gettext_lazy("People reached"), required=False, min_value=0)
    reach_source = forms.CharField(label=gettext_lazy("Who counted them, and how"), required=False, max_length=300)
    evidence = forms.CharField(label=gettext_lazy("Proof"), required=False, max_length=500)
    field_order = (
        "unit", "title", "channel", "press_body", "audience", "node", "first", "last", "reach", "reach_source",
        "evidence", "origin",
    )  # fmt: skip


class CampaignChangeForm(forms.Form):
    """What is known after the campaign."""

    reach = forms.IntegerField(label=gettext_lazy("People reached"), required=False, min_value=0)
    reach_source = forms.CharField(label=gettext_lazy("Who counted them, and how"), required=False, max_length=300)
    evidence = forms.CharField(label=gettext_lazy("Proof"), required=False, max_length=500)


class DisciplineForm(MeasureForm):
    """A decision on an official."""

    official = forms.CharField(
        label=gettext_lazy("Full name of the official"), max_length=200,
        help_text=gettext_lazy("Kept under lock; no list shows it, and each opening is recorded."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    decision = forms.CharField(label=gettext_lazy("Number of the decision"), max_length=80)
    decided = forms.DateField(label=gettext_lazy("Day of the decision"), localize=True, help_text=DAY_HELP)
    ground = forms.ChoiceField(label=gettext_lazy("Ground"))
    outcome = forms.ChoiceField(label=gettext_lazy("Form of discipline"))
    field_order = ("unit", "official", "decision", "decided", "ground", "outcome", "node", "origin")

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        words = discipline_words()
        fields: dict[str, Any] = self.fields
        fields["ground"].choices = list(words.grounds.items())
        fields["outcome"].choices = list(words.outcomes.items())


class PurposeForm(forms.Form):
    """What a name is needed for."""

    purpose = forms.CharField(
        label=gettext_lazy("What the name is needed for"), max_length=300,
        help_text=gettext_lazy("It stays on record with your name."),
    )  # fmt: skip
