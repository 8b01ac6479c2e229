"""Forms of the lists: uploading them, naming their columns."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas.intake import Preview
from sipas.intake.headers import synonyms
from sipas.sampling.frame import REQUIRED
from sipas_web.rounds.frame_words import CONSTANTS, TARGETS
from sipas_web.shared.uploads import ReceivedFileField, ReceivedFilesField

LIST_TYPES = ".xlsx,.xls,.csv,.tsv,.txt,.parquet"


class ListsForm(forms.Form):
    """One or several lists."""

    lists = ReceivedFilesField(
        label=gettext_lazy("Lists"),
        help_text=gettext_lazy(
            "XLSX, XLS, CSV or Parquet, as the offices keep them. Several files can be chosen at once."
        ),
    )

    def __init__(self, *args: Any, provinces: list[tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lists"].widget.attrs["accept"] = LIST_TYPES
        if provinces:
            label = gettext_lazy("Province of these lists")
            self.fields["province"] = forms.ChoiceField(label=label, choices=[("", "–"), *provinces])
            self.order_fields(["province", "lists"])


class TotalsForm(forms.Form):
    """Totals to compare with."""

    totals = ReceivedFileField(
        label=gettext_lazy("Totals of the one-stop desks"),
        help_text=gettext_lazy("A table with the columns Cơ quan, Tháng, Tổng số; Lĩnh vực if known. At most 5 MiB."),
        widget=forms.FileInput(attrs={"accept": LIST_TYPES}),
    )


class ColumnsForm(forms.Form):
    """What each column of a list is taken for; one select for each column, in the order of the list."""

    def __init__(self, *args: Any, seen: Preview, population: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.population = population
        self.headers = list(dict.fromkeys(c.header for sheet in seen.sheets for c in sheet.columns))
        taken = {c.header: c.target for sheet in reversed(seen.sheets) for c in sheet.columns}
        constants = {name: value for sheet in seen.sheets for name, value in sheet.constants.items()}
        known = [target for target in TARGETS if target in synonyms(population)]
        choices = [("", _("not used")), *((target, TARGETS[target]) for target in known)]
        for number, header in enumerate(self.headers):
            field = forms.ChoiceField(label=header, required=False, choices=choices, initial=taken.get(header) or "")
            field.widget.attrs["aria-label"] = _("What the column “%(header)s” holds") % {"header": header}
            self.fields[f"c{number}"] = field
        for target in CONSTANTS[population]:
            self.fields[f"all-{target}"] = forms.CharField(
                label=TARGETS[target], required=False, max_length=200, initial=constants.get(target, "")
            )

    def field_of(self, header: str) -> forms.BoundField:
        """Give the select of a column."""
        return self[f"c{self.headers.index(header)}"]

    def constants(self) -> list[forms.BoundField]:
        """Give the fields for one value in every row."""
        return [self[f"all-{target}"] for target in CONSTANTS[self.population]]

    def clean(self) -> dict[str, Any]:
        """Refuse one target for two columns, and a list without a needed column."""
        data = super().clean() or {}
        columns: dict[str, str] = {}
        for number, header in enumerate(self.headers):
            target = data.get(f"c{number}")
            if target and target in columns:
                message = _("The column “%(header)s” is taken for this already.") % {"header": columns[target]}
                self.add_error(f"c{number}", message)
            elif target:
                columns[target] = header
        constants = {t: data[f"all-{t}"] for t in CONSTANTS[self.population] if data.get(f"all-{t}")}
        for target in constants.keys() & columns.keys():
            message = _("The column “%(header)s” holds this already; empty this field, or do not use the column.")
            self.add_error(f"all-{target}", message % {"header": columns[target]})
        missing = [str(TARGETS[t]) for t in REQUIRED_OF[self.population] if t not in columns and t not in constants]
        if missing:
            message = _("Name the column that holds: %(columns)s.") % {"columns": ", ".join(missing)}
            self.add_error(None, message)
        data["mapping"] = {"columns": columns, "constants": constants}
        return data


REQUIRED_OF: dict[str, tuple[str, ...]] = {name: tuple(targets) for name, targets in REQUIRED.items()}
