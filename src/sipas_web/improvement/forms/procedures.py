"""Forms of procedures, their versions and simplifications."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sipas_web.improvement.actions.procedures import Content
from sipas_web.improvement.models import Measure, Procedure, ProcedureVersion
from sipas_web.improvement.queries.procedures import Wanted
from sipas_web.shared.uploads import ReceivedFileField
from sipas_web.units.queries import Unit

DAY_HELP = _("Day/month/year.")
LINES = _("One a line.")


class ProcedureFilter(forms.Form):
    """Which procedures to list."""

    text = forms.CharField(label=_("Name or code"), required=False, max_length=100)
    area = forms.ChoiceField(label=_("Group"), required=False, choices=[("", _("All")), *Procedure.Area.choices])

    def wanted(self) -> Wanted:
        """Give what is looked for; a field at fault does not limit."""
        self.is_valid()
        given = getattr(self, "cleaned_data", {})
        unit = self.data.get("don-vi", "")
        return Wanted(given.get("text", ""), given.get("area", ""), int(unit) if unit.isdigit() else None)


class LinesField(forms.CharField):
    """A list, one entry a line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: Any) -> Any:
        """Split the lines."""
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class NameForm(forms.Form):
    """What a procedure is called."""

    name = forms.CharField(label=_("Name of the procedure"), max_length=1000)
    field = forms.CharField(label=_("Field"), max_length=200, help_text=_("As in the decision that publishes it."))
    area = forms.ChoiceField(label=_("Group"), choices=Procedure.Area.choices)


class VersionForm(forms.Form):
    """What a procedure asks in a period."""

    first = forms.DateField(label=_("From day"), localize=True, help_text=DAY_HELP)
    last = forms.DateField(label=_("To day"), localize=True, required=False, help_text=_("Empty while it holds."))
    act = forms.CharField(label=_("Deciding act"), max_length=200, help_text=_("Number and symbol, as 1234/QĐ-UBND."))
    act_date = forms.DateField(label=_("Day of the act"), localize=True, required=False, help_text=DAY_HELP)
    days = forms.DecimalField(
        label=_("Statutory time"), required=False, min_value=0, max_digits=6, decimal_places=1, localize=True,
        help_text=_("Half a day as 0,5. Empty where no rule sets it."),
    )  # fmt: skip
    day_kind = forms.ChoiceField(label=_("Counted in"), choices=ProcedureVersion.DayKind.choices)
    papers = LinesField(label=_("Papers to hand in"), required=False, help_text=LINES)
    steps = LinesField(label=_("Steps"), required=False, help_text=LINES)
    fee = forms.IntegerField(label=_("Fee (đồng)"), required=False, min_value=0, localize=True)
    fee_note = forms.CharField(label=_("Note on the fee"), required=False, max_length=300)
    cost = forms.IntegerField(
        label=_("Cost of compliance of one dossier (đồng)"), required=False, min_value=0, localize=True,
        help_text=_("All that an applicant spends, the fee included. Empty where it was not worked out."),
    )  # fmt: skip
    cost_source = forms.CharField(label=_("How it was worked out"), required=False, max_length=300)

    def content(self) -> Content:
        """Give what was typed, for the action."""
        return Content(**{name: self.cleaned_data[name] for name in Content.__dataclass_fields__})


class ProcedureForm(NameForm, VersionForm):
    """A new procedure with its first version."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("List of"), empty_label=None)
    code = forms.CharField(label=_("Code"), max_length=40, help_text=_("As on the national list: 1.004227."))
    field_order = ("unit", "code", "name", "field", "area")

    def __init__(self, data: Any = None, *, places: Any, **options: Any) -> None:
        super().__init__(data, **options)
        fields: dict[str, Any] = self.fields
        fields["unit"].queryset = places


class SimplifyForm(VersionForm):
    """The lighter version, and what it is part of."""

    measure = forms.ModelChoiceField(
        Measure.objects.none(), label=_("Measure of a plan"), required=False, empty_label=_("of no plan")
    )
    yearly = forms.IntegerField(
        label=_("Dossiers in a year"), required=False, min_value=0, localize=True,
        help_text=_("For what is saved in a year; empty where it is not known."),
    )  # fmt: skip
    yearly_source = forms.CharField(label=_("Source of this number"), required=False, max_length=300)
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data: Any = None, *, measures: Any, **options: Any) -> None:
        super().__init__(data, **options)
        fields: dict[str, Any] = self.fields
        fields["measure"].queryset = measures

    def extra(self) -> dict[str, Any]:
        """Give what was typed beside the version."""
        return {name: self.cleaned_data[name] for name in ("measure", "yearly", "yearly_source", "note")}


class ProcedureListForm(forms.Form):
    """A list to import."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("List of"), empty_label=None)
    file = ReceivedFileField(label=_("List"), help_text=_("CSV or XLSX, at most 20 MiB."))

    def __init__(self, data: Any = None, files: Any = None, *, places: Any, **options: Any) -> None:
        super().__init__(data, files, **options)
        fields: dict[str, Any] = self.fields
        fields["unit"].queryset = places
