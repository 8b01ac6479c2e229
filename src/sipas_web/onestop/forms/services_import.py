"""Forms of the import of online services: the list, what its columns hold."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.onestop.service_files import HEADS, Seen, SeenColumn, missing_of
from sipas_web.shared.uploads import ReceivedFileField
from sipas_web.units import queries as units


class ServiceListForm(forms.Form):
    """A list to import."""

    file = ReceivedFileField(
        label=gettext_lazy("List"),
        help_text=gettext_lazy("CSV or XLSX, at most 20 MiB and 20,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls"}),
    )


class ServiceColumnsForm(forms.Form):
    """What each column is taken for, and the unit of rows that name none."""

    staged = forms.CharField(widget=forms.HiddenInput)
    unit = forms.CharField(
        label=gettext_lazy("Code of the unit of rows that name none"),
        max_length=32,
        required=False,
        help_text=gettext_lazy("Where the list has no column for it, as the list of a single agency."),
    )

    def __init__(self, *args: Any, seen: Seen, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = seen
        choices = [("", _("not used")), *((name, heads[0]) for name, heads in HEADS.items())]
        for number, column in enumerate(seen.columns):
            field = forms.ChoiceField(label=column.head, required=False, choices=choices, initial=column.target)
            field.widget.attrs["aria-label"] = _("What the column “%(header)s” holds") % {"header": column.head}
            self.fields[f"c{number}"] = field

    def columns(self) -> list[tuple[SeenColumn, forms.BoundField]]:
        """Give each column with its select."""
        return [(column, self[f"c{number}"]) for number, column in enumerate(self.seen.columns)]

    def clean_unit(self) -> units.Unit | None:
        """Find the unit."""
        code = self.cleaned_data["unit"].strip()
        unit = units.by_code(code, units.today()) if code else None
        if code and unit is None:
            raise forms.ValidationError(_("No unit bears this code today."))
        return unit

    def clean(self) -> dict[str, Any]:
        """Refuse one target for two columns, and a list without a needed column."""
        data = super().clean() or {}
        taken: dict[str, str] = {}
        for number, column in enumerate(self.seen.columns):
            target = data.get(f"c{number}")
            if target and target in taken:
                message = _("The column “%(header)s” is taken for this already.") % {"header": taken[target]}
                self.add_error(f"c{number}", message)
            elif target:
                taken[target] = column.head
        missing = missing_of(set(taken))
        if missing:
            self.add_error(None, _("Name the column that holds: %(columns)s.") % {"columns": ", ".join(missing)})
        if "unit" not in taken and "unit" in data and data["unit"] is None:
            self.add_error("unit", _("No column holds the unit: write the code of the one that offers them all."))
        data["chosen"] = taken
        return data
