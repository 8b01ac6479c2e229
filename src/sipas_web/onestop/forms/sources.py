"""Forms of sources of dossiers: the source, its files, their columns, its names."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas.intake import Preview
from sipas_web.audit.actors import Actor
from sipas_web.onestop import list_words as words
from sipas_web.onestop.actions.sources_names import OUTSIDE
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries.sources import AgencyName
from sipas_web.shared.column_forms import SheetColumnsForm
from sipas_web.shared.uploads import ReceivedFileField
from sipas_web.units import queries as units

FILE_TYPES = ".xlsx,.xls,.csv,.tsv,.txt,.parquet"
DAY_HELP = gettext_lazy("Day/month/year.")


class SourceForm(forms.Form):
    """A one-stop system."""

    unit = forms.CharField(label=gettext_lazy("Code of the unit whose system it is"), max_length=32)
    name = forms.CharField(
        label=gettext_lazy("Name of the system"),
        max_length=200,
        help_text=gettext_lazy("As people call it. Dossier numbers are told apart by it: one system, one source."),
    )
    closes_at = forms.TimeField(
        label=gettext_lazy("Closing hour of the counter"),
        required=False,
        help_text=gettext_lazy(
            "As 16:30. What was received later counts from the next working day. Empty: the hour plays no part."
        ),
    )
    adds_waiting = forms.BooleanField(
        label=gettext_lazy("Due days in its files leave out the days on which the applicant had to supplement"),
        required=False,
    )

    def __init__(self, *args: Any, by: Actor, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        if not is_new:
            del self.fields["unit"]

    def clean_unit(self) -> units.Unit:
        """Find the unit."""
        unit = units.by_code(self.cleaned_data["unit"].strip(), units.today())
        if unit is None:
            raise forms.ValidationError(_("No unit bears this code today."))
        if not self.by.may(Permission.DOSSIER_IMPORT, unit):
            raise forms.ValidationError(_("This unit is outside your area."))
        return unit


class FileForm(forms.Form):
    """A file of a source."""

    file = ReceivedFileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("XLSX, XLS, CSV or Parquet, as the system exports it."),
        widget=forms.FileInput(attrs={"accept": FILE_TYPES}),
    )
    as_of = forms.DateField(
        label=gettext_lazy("Day on which the system made it"),
        localize=True,
        help_text=gettext_lazy("Of two files about one dossier the one made later is right."),
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as_of"].initial = today


class ColumnsForm(SheetColumnsForm):
    """What each column of a file is taken for."""

    def __init__(self, *args: Any, seen: Preview, **kwargs: Any) -> None:
        super().__init__(
            *args, seen=seen, names=words.TARGETS, offered=words.TARGETS, constants=words.CONSTANTS,
            required=words.REQUIRED, **kwargs,
        )  # fmt: skip


class NamesForm(forms.Form):
    """Which unit each name means: its code, or that it is none kept here."""

    def __init__(self, *args: Any, names: list[AgencyName], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names
        for name in names:
            code = forms.CharField(required=False, max_length=32, initial=name.unit.code if name.unit else "")
            code.widget.attrs["aria-label"] = _("Code of the unit that “%(name)s” means") % {"name": name.text}
            outside = forms.BooleanField(required=False, initial=name.is_outside)
            outside.widget.attrs["aria-label"] = _("“%(name)s” is no unit kept here") % {"name": name.text}
            self.fields[f"n{name.pk}"], self.fields[f"o{name.pk}"] = code, outside

    def lines(self) -> list[tuple[AgencyName, forms.BoundField, forms.BoundField]]:
        """Give each name with its fields."""
        return [(name, self[f"n{name.pk}"], self[f"o{name.pk}"]) for name in self.names]

    def clean(self) -> dict[str, Any]:
        """Find the units."""
        data = super().clean() or {}
        choices: dict[int, Any] = {}
        for name in self.names:
            code, is_outside = (data.get(f"n{name.pk}") or "").strip(), data.get(f"o{name.pk}")
            unit = (units.by_code(code, units.today()) or _last_of(code)) if code else None
            if code and unit is None:
                self.add_error(f"n{name.pk}", _("No unit bears this code."))
            elif code and is_outside:
                self.add_error(f"o{name.pk}", _("Either a code, or no unit kept here."))
            else:
                choices[name.pk] = unit or (OUTSIDE if is_outside else None)
        data["choices"] = choices
        return data


def _last_of(code: str) -> units.Unit | None:
    return units.Unit.objects.filter(code=code).order_by("-valid_from").first()
