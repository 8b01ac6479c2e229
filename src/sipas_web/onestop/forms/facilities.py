"""Forms of facility reviews."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sipas_web.onestop import facility_standards as standards
from sipas_web.onestop.actions.facilities import Found
from sipas_web.onestop.models import FacilityCheck
from sipas_web.shared.uploads import ReceivedFileField
from sipas_web.units.queries import Unit

DAY_HELP = _("Day/month/year.")
MET = (("", "–"), ("yes", _("met")), ("no", _("not met")))
MOST_COST = 10**13  # đồng


class GapFilter(forms.Form):
    """What a reader looks for among open gaps."""

    text = forms.CharField(label=_("Desk"), required=False, max_length=100)
    row = forms.ChoiceField(label=_("What is missing"), required=False)
    late = forms.ChoiceField(label=_("Day of mending"), required=False, choices=[("", _("All")), ("late", _("passed"))])

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        codes = {row.code: row.label for standard in standards.standards() for row in standard.rows}
        self.fields["row"].choices = [("", _("All")), *codes.items()]  # type: ignore[attr-defined]

    def wanted(self, today: dt.date) -> dict[str, Any]:
        """Give it; a field at fault does not limit."""
        self.is_valid()
        data = self.cleaned_data
        late_on = today if data.get("late") == "late" else None
        return {"text": data.get("text", ""), "code": data.get("row", ""), "late_on": late_on}


class BeginForm(forms.Form):
    """A new review."""

    desk = forms.ModelChoiceField(Unit.objects.none(), label=_("Desk"), empty_label=_("Choose a desk"))
    on = forms.DateField(label=_("Day of the review"), localize=True, help_text=DAY_HELP)
    reviewer = forms.CharField(
        label=_("Who reviews"), max_length=200, help_text=_("Office and unit, as the minutes name them.")
    )

    def __init__(self, data: Any = None, *, desks: Any, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["desk"].queryset = desks  # type: ignore[attr-defined]
        self.fields["desk"].label_from_instance = lambda unit: unit.full_name  # type: ignore[attr-defined]


class RowForm(forms.Form):
    """What was found for one row; which fields there are follows from the row."""

    measured = forms.DecimalField(
        label=_("Measured"), required=False, min_value=0, max_digits=9, decimal_places=2, localize=True
    )
    minimum = forms.DecimalField(
        label=_("Minimum of the place"), required=False, min_value=0, max_digits=9, decimal_places=2, localize=True
    )
    is_met = forms.ChoiceField(label=_("Met"), required=False, choices=MET)
    cost = forms.IntegerField(label=_("Cost (đồng)"), required=False, min_value=0, max_value=MOST_COST, localize=True)
    mend_by = forms.DateField(label=_("Mended by"), required=False, localize=True)
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def __init__(self, data: Any, *, row: standards.Row, check: FacilityCheck, level: str) -> None:
        super().__init__(data, prefix=row.code, initial=_initial(check))
        self.row, self.check = row, check
        gone = ["is_met"] if row.kind == standards.AMOUNT else ["measured", "minimum"]
        if row.least(level) is not None and row.kind == standards.AMOUNT:
            gone.append("minimum")
        for name in gone:
            del self.fields[name]
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{row.label}: {field.label}"
            field.widget.attrs.pop("rows", None)

    def found(self) -> Found:
        """Give what was typed."""
        data = dict(self.cleaned_data)
        met = {"yes": True, "no": False}.get(data.pop("is_met", ""))
        return Found(is_met=met, **data)


class FinishForm(forms.Form):
    """The end of a review."""

    note = forms.CharField(
        label=_("Conclusion"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A finished review changes no more, but for what was mended."),
    )  # fmt: skip


class PhotographForm(forms.Form):
    """A photograph."""

    file = ReceivedFileField(
        label=_("Photograph"), help_text=_("JPEG, PNG or WebP. Place and time of taking are removed. Show no person.")
    )


class MendForm(forms.Form):
    """That a gap was mended."""

    on = forms.DateField(label=_("Day on which it was mended"), localize=True, help_text=DAY_HELP)


class PlanForm(forms.Form):
    """When a gap will be mended and what it costs."""

    mend_by = forms.DateField(label=_("Mended by"), required=False, localize=True, help_text=DAY_HELP)
    cost = forms.IntegerField(label=_("Cost (đồng)"), required=False, min_value=0, max_value=MOST_COST, localize=True)


def row_forms(
    data: Any, standard: standards.Standard, checks: Mapping[str, FacilityCheck], level: str
) -> list[RowForm]:
    """Make the forms of all rows."""
    return [RowForm(data, row=row, check=checks[row.code], level=level) for row in standard.rows if row.code in checks]


def _initial(check: FacilityCheck) -> dict[str, Any]:
    met = {True: "yes", False: "no", None: ""}[check.is_met]
    names = ("measured", "minimum", "cost", "mend_by", "note")
    return {"is_met": met} | {name: getattr(check, name) for name in names}
