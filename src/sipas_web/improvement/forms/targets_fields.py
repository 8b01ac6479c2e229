"""Fields of this part: a unit of one's area, an item or factor of SIPAS."""

from __future__ import annotations

from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.improvement.queries import targets_units
from sipas_web.rounds.editions import choices as editions
from sipas_web.rounds.forms.set_up_targets import node_choices
from sipas_web.units.queries import Unit

MOST_LISTED = 80  # units; more are typed by name or code
DAY_HELP = gettext_lazy("Day/month/year.")
Choices = list[tuple[str, Any]]


class UnitField(forms.CharField):
    """A unit: chosen from a list where it is short, else typed by its name or code."""

    def __init__(self, **options: Any) -> None:
        self.units: QuerySet[Unit] = Unit.objects.none()
        super().__init__(**options)

    def offer(self, rows: QuerySet[Unit]) -> None:
        """Say which units may be chosen."""
        self.units = rows
        listed = list(rows[: MOST_LISTED + 1])
        if len(listed) <= MOST_LISTED:
            first = [] if self.required and len(listed) == 1 else [("", "–")]
            self.widget = forms.Select(choices=[*first, *((unit.code, unit.full_name) for unit in listed)])
            self.widget.is_required = self.required
        else:
            self.help_text = self.help_text or _("Name as in the list of units, or code.")

    def prepare_value(self, value: Any) -> Any:
        """Show a unit by its code."""
        return value.code if isinstance(value, Unit) else value

    def clean(self, value: Any) -> Any:
        """Find the unit, or say which come near."""
        text = super().clean(value)
        if not text:
            return None
        found, near = targets_units.matching(self.units, text)
        if found is not None:
            return found
        if not near:
            raise ValidationError(_("No unit of your area is called “%(text)s”."), params={"text": text})
        shown = "; ".join(f"{unit.full_name} ({unit.code})" for unit in near)
        raise ValidationError(_("Several units fit. Type the code of one: %(units)s."), params={"units": shown})


@cache
def nodes() -> Choices:
    """List the items and factors of each edition, newest first."""
    return [(str(edition.title) + f" ({edition.year})", node_choices(edition)) for edition in editions()]


def node_field(label: Any, empty: Any) -> forms.ChoiceField:
    """Make a field for an item or factor of SIPAS; it may stay empty."""
    return forms.ChoiceField(label=label, required=False, choices=lambda: [("", empty), *nodes()])


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500)


class YearFilter(forms.Form):
    """A year and a part of a name."""

    year = forms.TypedChoiceField(label=gettext_lazy("Year"), required=False, coerce=int, empty_value=None)
    text = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=100)

    def __init__(self, data: Any = None, *, years: list[int], **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["year"].choices = [("", _("All")), *((y, str(y)) for y in years)]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """Give what is looked for; a field at fault does not limit."""
        self.is_valid()
        return {name: value for name, value in getattr(self, "cleaned_data", {}).items() if value}


class UnitChoice(forms.Form):
    """One unit to look at."""

    unit = UnitField(label=gettext_lazy("Unit"))

    def __init__(self, data: Any = None, *, places: QuerySet[Unit], **options: Any) -> None:
        super().__init__(data, **options)
        fields: dict[str, Any] = self.fields
        fields["unit"].offer(places)
        self.only = places.first() if data is None and len(places[:2]) == 1 else None

    def chosen(self) -> Unit | None:
        """Give the unit; the only one where there is no choice."""
        if self.is_bound and self.is_valid():
            found: Unit = self.cleaned_data["unit"]
            return found
        return self.only
