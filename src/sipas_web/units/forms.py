"""Forms of the tree."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sipas_web.shared.uploads import ReceivedFileField
from sipas_web.units import queries
from sipas_web.units.kinds import OWN, Kind
from sipas_web.units.models import Unit
from sipas_web.units.queries import Wanted

DAY_HELP = _("Day/month/year.")


class UnitCodeField(forms.CharField):
    """The code of a unit that exists on some day; the form's ``clean`` settles which state."""


class NamedUnitField(forms.CharField):
    """A unit of today, typed by its name or its code, among those that ``rows`` gives."""

    def __init__(self, **options: Any) -> None:
        self.rows = queries.of_today()
        options.setdefault("help_text", _("Name as in the list of units, or code."))
        super().__init__(**options)

    def clean(self, value: Any) -> Any:
        """Find the unit, or name those that come near with what they lie in."""
        text = super().clean(value)
        if not text:
            return None
        found, near = queries.matching(self.rows, text)
        if found is not None:
            return found
        if not near:
            raise ValidationError(gettext("No unit of your area is called “%(text)s”.") % {"text": text})
        above = queries.parents_at([unit.pk for unit in near], queries.today())
        named = [
            f"{unit.full_name}, {above[unit.pk].full_name} ({unit.code})"
            if unit.pk in above
            else f"{unit.full_name} ({unit.code})"
            for unit in near
        ]
        told = gettext("Several units fit. Type the code of one: %(units)s.")
        raise ValidationError(told % {"units": "; ".join(named)})


def offer(field: forms.Field, rows: QuerySet[Unit]) -> None:
    """Say which units a field takes."""
    if isinstance(field, NamedUnitField):
        field.rows = rows


class UnitFilter(forms.Form):
    """What a reader looks for."""

    text = forms.CharField(label=_("Name or code"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *Kind.choices])
    on = forms.DateField(label=_("On day"), required=False, localize=True)
    under = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def wanted(self) -> Wanted:
        """Give the filter; a field at fault does not limit."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return Wanted(**given)


class UnitForm(forms.Form):
    """A new own unit."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[(k.value, k.label) for k in OWN])
    code = forms.CharField(label=_("Code"), max_length=32)
    name = forms.CharField(label=_("Name"))
    parent = UnitCodeField(label=_("Code of the unit above"))
    valid_from = forms.DateField(label=_("From day"), localize=True, help_text=DAY_HELP)
    legal_act = forms.CharField(label=_("Legal act"), required=False)

    def clean(self) -> dict[str, Any]:
        """Find the unit above on the first day."""
        data = super().clean() or {}
        data["parent"] = _unit(self, "parent", data.get("valid_from"))
        return data


class NameForm(forms.Form):
    """A corrected name."""

    name = forms.CharField(label=_("Name"))


class MoveForm(forms.Form):
    """A new place."""

    parent = UnitCodeField(label=_("Code of the unit above"))
    on = forms.DateField(label=_("From day"), localize=True, help_text=DAY_HELP)

    def clean(self) -> dict[str, Any]:
        """Find the unit above on that day."""
        data = super().clean() or {}
        data["parent"] = _unit(self, "parent", data.get("on"))
        return data


class DissolveForm(forms.Form):
    """The end of a unit."""

    on = forms.DateField(label=_("First day without it"), localize=True, help_text=DAY_HELP)
    successors = forms.CharField(
        label=_("Codes of the units that take over"), required=False, help_text=_("Separated by commas.")
    )
    legal_act = forms.CharField(label=_("Legal act"), required=False)

    def clean_successors(self) -> list[str]:
        """Split the codes."""
        return [code.strip() for code in self.cleaned_data["successors"].split(",") if code.strip()]

    def clean(self) -> dict[str, Any]:
        """Find the successors on the day."""
        data = super().clean() or {}
        on = data.get("on")
        if on is not None:
            data["successors"] = [self._successor(code, on) for code in data.get("successors", [])]
        return data

    def _successor(self, code: str, on: dt.date) -> Unit:
        unit = queries.by_code(code, on)
        if unit is None:
            message = _("There is no unit with the code %(code)s on that day.")
            raise ValidationError({"successors": ValidationError(message, params={"code": code})})
        return unit


class ListForm(forms.Form):
    """A list to import."""

    file = ReceivedFileField(
        label=_("List"),
        help_text=_("CSV or XLSX, at most 10 MiB."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.xls"}),
    )


def _unit(form: forms.Form, name: str, on: dt.date | None) -> Unit | None:
    code = form.cleaned_data.get(name)
    unit = queries.by_code(code, on) if code and on else None
    if code and on and unit is None:
        form.add_error(name, _("There is no unit with this code on that day."))
    return unit
