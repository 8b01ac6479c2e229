"""Forms of tasks: what a reader looks for, and giving a task to units."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.improvement.models import Duty
from sipas_web.improvement.queries import tasks_units as choices
from sipas_web.improvement.queries.tasks_lists import SOON, UNHANDED, Wanted
from sipas_web.improvement.task_states import State
from sipas_web.units.queries import Unit

DAY_HELP = gettext_lazy("Day/month/year.")
DAYS = ["%d/%m/%Y", "%Y-%m-%d"]
ONE_A_LINE = gettext_lazy("One unit a line: its code, or its name as in the list of units.")


class Day(forms.DateField):
    """A day as people write it here."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(format=DAYS[0], attrs={"autocomplete": "off", "inputmode": "numeric"})
        super().__init__(input_formats=DAYS, widget=widget, **{"help_text": DAY_HELP} | options)


class UnitsField(forms.CharField):
    """Units, one a line; each line that names none, or several, is told."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: Any) -> Any:
        """Find each unit that exists today."""
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        found, faults = choices.units_named(lines)
        if faults:
            unknown = _("No unit of today, or several, fit: %(lines)s. Take the code from the list of units.")
            raise ValidationError(unknown % {"lines": "; ".join(faults)})
        return found


class TaskFilter(forms.Form):
    """What a reader looks for. A field at fault gives an empty list, never a longer one."""

    text = forms.CharField(label=gettext_lazy("In the title"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    by = forms.ChoiceField(
        label=gettext_lazy("By deadline"), required=False,
        choices=[("", gettext_lazy("as extended")), ("original", gettext_lazy("original"))],
    )  # fmt: skip
    directive = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, units: Any, fixed: str = "", **options: Any) -> None:
        super().__init__(data, **options)
        self.fixed = fixed
        states = [(s.value, s.label) for s in State]
        more = [(SOON, _("overdue or due soon")), ("unfinished", _("not completed")), ("completed", _("completed"))]
        ended = [(UNHANDED, _("at a unit that has ended"))]
        self.fields["state"].choices = [("", _("All")), *more, *states, *ended]  # type: ignore[attr-defined]
        self.fields["don-vi"] = forms.ModelChoiceField(
            units, label=_("Unit"), required=False, empty_label=_("All")
        )  # names of the addresses in periodic reports
        self.fields["tu"] = Day(label=_("From day"), required=False, help_text="")
        self.fields["den"] = Day(label=_("To day"), required=False, help_text="")
        if fixed:
            del self.fields["state"], self.fields["by"]

    def wanted(self) -> Wanted | None:
        """Give the filter; None where a field is at fault."""
        if not self.is_valid():
            return None
        data = self.cleaned_data
        state, _dot, original = self.fixed.partition(".")
        return Wanted(
            text=data["text"],
            unit=data["don-vi"],
            directive=data["directive"],
            state=state or data.get("state", ""),
            original=bool(original) or data.get("by") == "original",
            first=data["tu"],
            last=data["den"],
        )


class GiveForm(forms.Form):
    """A task for one or more units, each of which has one of its own."""

    title = forms.CharField(label=gettext_lazy("What has to be done"), max_length=300)
    text = forms.CharField(
        label=gettext_lazy("In detail"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )  # fmt: skip
    units = UnitsField(label=gettext_lazy("Who has to do it"), required=False, help_text=ONE_A_LINE)
    group = forms.ChoiceField(label=gettext_lazy("Or all of a kind"), required=False)
    given = Day(label=gettext_lazy("Given on"), initial=dt.date.today)
    due = Day(label=gettext_lazy("Deadline"), required=False)
    days = forms.IntegerField(
        label=gettext_lazy("Or a number of working days"), min_value=1, max_value=1000, required=False,
        help_text=gettext_lazy("Counted from the day after it is given; public holidays are left out."),
    )  # fmt: skip
    giver = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("Giving unit"), required=False,
        empty_label=gettext_lazy("the unit itself"),
    )  # fmt: skip
    lead = UnitsField(label=gettext_lazy("Leading units"), required=False, help_text=ONE_A_LINE)
    coordinate = UnitsField(label=gettext_lazy("Coordinating units"), required=False, help_text=ONE_A_LINE)
    monitor = UnitsField(label=gettext_lazy("Units that follow and urge"), required=False, help_text=ONE_A_LINE)

    def __init__(self, data: Any = None, *, givers: Any, groups: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["giver"].queryset = givers  # type: ignore[attr-defined]
        self.fields["group"].choices = [("", "–"), *groups]  # type: ignore[attr-defined]
        for name in ("lead", "coordinate", "monitor"):
            self.fields[name].widget.attrs["rows"] = 2

    def clean(self) -> dict[str, Any]:
        """Ask for somebody to do it."""
        data = super().clean() or {}
        if not self.errors and not data["units"] and not data["group"]:
            raise ValidationError({"units": _("Name at least one unit, or choose all of a kind.")})
        return data

    def duties(self) -> list[tuple[Unit, str]]:
        """Give the parts of other units."""
        return duties_in(self.cleaned_data)


class DutiesForm(forms.Form):
    """The parts of other units."""

    lead = UnitsField(label=gettext_lazy("Leading units"), required=False, help_text=ONE_A_LINE)
    coordinate = UnitsField(label=gettext_lazy("Coordinating units"), required=False, help_text=ONE_A_LINE)
    monitor = UnitsField(label=gettext_lazy("Units that follow and urge"), required=False, help_text=ONE_A_LINE)

    def arguments(self) -> dict[str, Any]:
        """Give what the action takes."""
        return {"duties": duties_in(self.cleaned_data)}


def duties_in(data: dict[str, Any]) -> list[tuple[Unit, str]]:
    """Give the parts of other units as the actions take them."""
    return [(unit, str(kind)) for kind in Duty.Kind for unit in data.get(str(kind)) or []]
