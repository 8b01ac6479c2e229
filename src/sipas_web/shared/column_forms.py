"""Forms that ask what the columns of a list hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from sipas.intake import Preview
from sipas_web.shared.listed_columns import Seen, SeenColumn


class ColumnSelects(forms.Form):
    """What each column is taken for; one select for each column, in the order of the list."""

    def __init__(
        self, *args: Any, headers: Iterable[str], offered: Iterable[tuple[str, StrOrPromise]],
        taken: Mapping[str, str | None], **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.headers = list(dict.fromkeys(headers))
        choices = [("", _("not used")), *offered]
        for number, header in enumerate(self.headers):
            field = forms.ChoiceField(label=header, required=False, choices=choices, initial=taken.get(header) or "")
            field.widget.attrs["aria-label"] = _("What the column “%(header)s” holds") % {"header": header}
            self.fields[f"c{number}"] = field

    def field_of(self, header: str) -> forms.BoundField:
        """Give the select of a column."""
        return self[f"c{self.headers.index(header)}"]

    def clean(self) -> dict[str, Any]:
        """Refuse one target for two columns; ``chosen`` is the header of each target."""
        data = super().clean() or {}
        chosen: dict[str, str] = {}
        for number, header in enumerate(self.headers):
            target = data.get(f"c{number}")
            if target and target in chosen:
                message = _("The column “%(header)s” is taken for this already.") % {"header": chosen[target]}
                self.add_error(f"c{number}", message)
            elif target:
                chosen[target] = header
        data["chosen"] = chosen
        return data

    def refuse_without(self, missing: Sequence[str]) -> None:
        """Ask for needed columns that nobody named."""
        if missing:
            self.add_error(None, _("Name the column that holds: %(columns)s.") % {"columns": ", ".join(missing)})


class ListColumnsForm(ColumnSelects):
    """What each column of a list that is kept meanwhile is taken for."""

    staged = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, seen: Seen, **kwargs: Any) -> None:
        self.seen = seen
        super().__init__(
            *args,
            headers=[column.head for column in seen.columns],
            offered=[(name, heads[0]) for name, heads in seen.known.heads.items()],
            taken={column.head: column.target for column in seen.columns},
            **kwargs,
        )

    def columns(self) -> list[tuple[SeenColumn, forms.BoundField]]:
        """Give each column with its select."""
        return [(column, self.field_of(column.head)) for column in self.seen.columns]

    def clean(self) -> dict[str, Any]:
        """Refuse one target for two columns, and a list without a needed column."""
        data = super().clean()
        self.refuse_without(self.seen.known.missing(data["chosen"]))
        return data


class SheetColumnsForm(ColumnSelects):
    """What each column of the sheets of a file is taken for, and what is the same in every row."""

    def __init__(
        self, *args: Any, seen: Preview, names: Mapping[str, StrOrPromise], offered: Iterable[str],
        constants: Sequence[str], required: Sequence[str], **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(
            *args,
            headers=[c.header for sheet in seen.sheets for c in sheet.columns],
            offered=[(target, names[target]) for target in offered],
            taken={c.header: c.target for sheet in reversed(seen.sheets) for c in sheet.columns},
            **kwargs,
        )
        self.names, self.same, self.required = names, constants, required
        given = {name: value for sheet in seen.sheets for name, value in sheet.constants.items()}
        for target in constants:
            self.fields[f"all-{target}"] = forms.CharField(
                label=names[target], required=False, max_length=200, initial=given.get(target, "")
            )

    def constants(self) -> list[forms.BoundField]:
        """Give the fields for one value in every row."""
        return [self[f"all-{target}"] for target in self.same]

    def clean(self) -> dict[str, Any]:
        """Refuse one target for two columns, one for a column and every row, and a list without a needed column."""
        data = super().clean()
        columns = data["chosen"]
        constants = {t: data[f"all-{t}"] for t in self.same if data.get(f"all-{t}")}
        for target in constants.keys() & columns.keys():
            message = _("The column “%(header)s” holds this already; empty this field, or do not use the column.")
            self.add_error(f"all-{target}", message % {"header": columns[target]})
        self.refuse_without([str(self.names[t]) for t in self.required if t not in columns and t not in constants])
        data["mapping"] = {"columns": columns, "constants": constants}
        return data
