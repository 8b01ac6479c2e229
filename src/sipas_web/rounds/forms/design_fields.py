"""Fields of the design: a number for each of several names, decimal numbers as Vietnamese write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas.intake.vietnamese import sort_key

MOST_LINES = 5_000
SEPARATORS = "\t;="


class TableField(forms.CharField):
    """One name and its number on each line, as pasted from a sheet: ``Sở Y tế; 1200``."""

    def __init__(self, *, whole: bool = True, rows: int = 5, **options: Any) -> None:
        self.whole = whole
        options.setdefault(
            "help_text", gettext_lazy("One on each line: name; number. Two columns of a sheet can be pasted.")
        )
        super().__init__(widget=forms.Textarea(attrs={"rows": rows, "spellcheck": "false"}), required=False, **options)

    def to_python(self, value: Any) -> Any:
        """Read the lines; each fault names its line."""
        if isinstance(value, Mapping):
            return dict(value)
        lines = [(at, line) for at, line in enumerate((value or "").splitlines(), start=1) if line.strip()]
        if len(lines) > MOST_LINES:
            raise ValidationError(_("At most %(most)d lines.") % {"most": MOST_LINES})
        found: dict[str, int | float] = {}
        for at, line in lines:
            name, number = self._read(at, line)
            if name in found:
                raise ValidationError(_("Line %(line)d: “%(name)s” stands twice.") % {"line": at, "name": name})
            found[name] = number
        return found

    def prepare_value(self, value: Any) -> Any:
        """Put the lines under each other."""
        if not isinstance(value, Mapping):
            return value
        names = sorted(value, key=sort_key)
        return "\n".join(
            f"{name}; {f'{value[name]:g}' if not self.whole else value[name]}".replace(".", ",") for name in names
        )

    def _read(self, at: int, line: str) -> tuple[str, int | float]:
        mark = next((m for m in SEPARATORS if m in line), "")
        name, _mark, text = line.rpartition(mark) if mark else ("", "", "")
        digits = text.replace(" ", "")
        digits = digits.replace(".", "") if self.whole else digits.replace(",", ".")
        try:
            number = int(digits) if self.whole else float(digits)
        except ValueError:
            number = -1
        if not name.strip() or not 0 <= number < 10**9:
            raise ValidationError(
                _("Line %(line)d is not a name and a number: “%(text)s”. Write, for example, “Sở Y tế; 1200”.")
                % {"line": at, "text": line.strip()[:80]}
            )
        return name.strip(), number


class Conditional(forms.Field):
    """A field that some choice asks for: shown without the word optional, and the form says when it is missing."""

    def clean(self, value: Any) -> Any:
        """Let an empty value through."""
        return None if value in self.empty_values else super().clean(value)


class Number(forms.FloatField):
    """A real number; a decimal comma or point."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        super().__init__(localize=True, **options)


class Count(forms.IntegerField):
    """A whole number."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric"}))
        super().__init__(localize=True, max_value=100_000_000, **options)


class ConditionalNumber(Conditional, Number):
    """A real number that some choice asks for."""


class ConditionalCount(Conditional, Count):
    """A whole number that some choice asks for."""
