"""Forms of dossiers: what a reader looks for, which figures, which list for a round."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from sipas_web.audit.actors import Actor
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries.dossiers import DUE_SOON, OPEN, OVERDUE, WAITING, ProcedureField, Wanted
from sipas_web.onestop.queries.services import ServiceClass, WantedService
from sipas_web.rounds.queries import Round
from sipas_web.units import queries as units

DAY_HELP = _("Day/month/year.")
STANDINGS = [
    ("", _("All")), (OPEN, _("in progress")), (OVERDUE, _("in progress, overdue")), (DUE_SOON, _("due within 7 days")),
    (WAITING, _("waiting for the applicant")), ("early", _("before its due day")), ("on_time", _("on its due day")),
    ("late", _("late")), ("stopped", _("ended without a result")), ("undated", _("finished, no due day known")),
]  # fmt: skip
OWN, BELOW, BOTH = "own", "below", "both"
RULES = [
    (BOTH, _("each unit with all under it")), (OWN, _("each agency's own")), (BELOW, _("what lies under each unit")),
]  # fmt: skip
BY = [("agency", _("by unit")), ("field", _("by field of procedures")), ("month", _("by month"))]


class DossierFilter(forms.Form):
    """What a reader looks for."""

    number = forms.CharField(label=_("Dossier number"), required=False, max_length=80)
    standing = forms.ChoiceField(label=_("State"), required=False, choices=STANDINGS)
    field = forms.ModelChoiceField(
        label=_("Field of procedures"), required=False, queryset=ProcedureField.objects.all(), empty_label=_("All")
    )
    first = forms.DateField(label=_("From day"), required=False, localize=True)
    last = forms.DateField(label=_("To day"), required=False, localize=True)
    unit = forms.IntegerField(required=False, widget=forms.HiddenInput)
    source = forms.IntegerField(required=False, widget=forms.HiddenInput)
    below = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def wanted(self) -> Wanted:
        """Give the filter; a field at fault does not limit."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        field, below = given.pop("field", None), given.pop("below", False)
        return Wanted(**given, field=field.pk if field else None, is_below=bool(below))


class FiguresFilter(forms.Form):
    """Which figures."""

    first = forms.CharField(label=_("From month"), required=False, max_length=7, help_text=_("month/year"))
    last = forms.CharField(label=_("To month"), required=False, max_length=7, help_text=_("month/year"))
    by = forms.ChoiceField(label=_("Lines by"), required=False, choices=BY)
    rule = forms.ChoiceField(label=_("Way of counting"), required=False, choices=RULES)
    unit = forms.IntegerField(required=False, widget=forms.HiddenInput)
    field = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def month(self, name: str, otherwise: dt.date) -> dt.date:
        """Give the first day of a month; what cannot be read does not limit."""
        text = str(self.cleaned_data.get(name) or "")
        head, _slash, tail = text.partition("/")
        try:
            return dt.date(int(tail), int(head), 1)
        except ValueError:
            return otherwise


class ListForm(forms.Form):
    """Finished dossiers for a round."""

    round = forms.ModelChoiceField(label=_("Round"), queryset=Round.objects.none(), empty_label=_("Choose a round"))
    first = forms.DateField(label=_("Finished from day"), localize=True, help_text=DAY_HELP)
    last = forms.DateField(label=_("to day"), localize=True, help_text=DAY_HELP)
    agencies = forms.ChoiceField(
        label=_("Agencies"),
        choices=[("measured", _("those that the round measures")), ("all", _("all in my area"))],
        widget=forms.RadioSelect,
        initial="measured",
    )

    def __init__(self, *args: Any, rounds: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["round"].queryset = rounds  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a window that ends before it begins."""
        data = super().clean() or {}
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", _t("The last day lies before the first."))
        return data


class ServiceFilter(forms.Form):
    """Which online services."""

    text = forms.CharField(label=_("Name or code"), required=False)
    service_class = forms.ChoiceField(label=_("Class"), required=False, choices=[("", _("All")), *ServiceClass.choices])
    unit = forms.TypedChoiceField(label=_("Unit"), required=False, coerce=int, empty_value=None)
    on = forms.DateField(label=_("Offered on day"), required=False, localize=True)

    def __init__(self, data: Any, *, offering: Iterable[units.Unit]) -> None:
        super().__init__(data)
        choices = [("", _t("All")), *((unit.pk, unit.full_name) for unit in offering)]
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]

    def wanted(self) -> WantedService:
        """Give the filter; a field at fault does not limit."""
        self.is_valid()
        return WantedService(**{name: value for name, value in self.cleaned_data.items() if value})


class ServiceForm(forms.Form):
    """An online service."""

    unit = forms.CharField(label=_("Code of the unit that offers it"), max_length=32)
    code = forms.CharField(label=_("Code of the procedure"), max_length=64)
    name = forms.CharField(label=_("Administrative procedure"))
    field = forms.CharField(label=_("Field of procedures"), required=False)
    service_class = forms.ChoiceField(label=_("Class"), choices=ServiceClass.choices)
    valid_from = forms.DateField(label=_("From day"), localize=True, help_text=DAY_HELP)
    valid_to = forms.DateField(label=_("Last day, if it has ended"), localize=True, required=False, help_text=DAY_HELP)
    act = forms.CharField(label=_("Deciding act"), required=False, help_text=_("Number, symbol and date."))

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def clean_unit(self) -> units.Unit:
        """Find the unit."""
        unit = units.by_code(self.cleaned_data["unit"].strip(), units.today())
        if unit is None:
            raise forms.ValidationError(_t("No unit bears this code today."))
        if not self.by.may(Permission.SERVICE_CHANGE, unit):
            raise forms.ValidationError(_t("This unit is outside your area."))
        return unit


class EndForm(forms.Form):
    """The end of an online service in its class."""

    last = forms.DateField(label=_("Last day in this class"), localize=True, help_text=DAY_HELP)
