"""Forms of the import of online services: the list, what its columns hold."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.shared.column_forms import ListColumnsForm
from sipas_web.shared.uploads import ReceivedFileField
from sipas_web.units import queries as units


class ServiceListForm(forms.Form):
    """A list to import."""

    file = ReceivedFileField(
        label=gettext_lazy("List"),
        help_text=gettext_lazy("CSV or XLSX, at most 20 MiB and 20,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls"}),
    )


class ServiceColumnsForm(ListColumnsForm):
    """What each column is taken for, and the unit of rows that name none."""

    unit = forms.CharField(
        label=gettext_lazy("Code of the unit of rows that name none"),
        max_length=32,
        required=False,
        help_text=gettext_lazy("Where the list has no column for it, as the list of a single agency."),
    )

    def clean_unit(self) -> units.Unit | None:
        """Find the unit."""
        code = self.cleaned_data["unit"].strip()
        unit = units.by_code(code, units.today()) if code else None
        if code and unit is None:
            raise forms.ValidationError(_("No unit bears this code today."))
        return unit

    def clean(self) -> dict[str, Any]:
        """Refuse rows without a unit, beside what every list is refused for."""
        data = super().clean()
        if "unit" not in data["chosen"] and "unit" in data and data["unit"] is None:
            self.add_error("unit", _("No column holds the unit: write the code of the one that offers them all."))
        return data
