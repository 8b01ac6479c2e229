"""Forms of the draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from sipas_web.rounds.draw_texts import SHORTEST, checked

TAKE, NAME = "take_", "name_"  # before the id of a person


class PrintedField(forms.CharField):
    """A text that is printed on a certificate."""

    def __init__(self, *, shortest: int = 1, **options: Any) -> None:
        self.shortest = shortest
        super().__init__(**options)

    def clean(self, value: Any) -> str:
        """Compose the text; refuse what cannot be printed."""
        text = super().clean(value)
        return checked(text, shortest=self.shortest) if text else ""


class OpenForm(forms.Form):
    """Who witnesses, which public number is used, why the draw is held again."""

    public_source = PrintedField(
        label=_("Public number drawn later"),
        required=False,
        max_length=300,
        help_text=_("Say now which number will be used, as “Northern lottery of 30/11/2026, special prize”."),
    )
    reason = PrintedField(
        label=_("Why another draw is opened"),
        required=False,
        max_length=500,
        help_text=_("It is printed on the certificate."),
    )

    def __init__(self, *data: Any, candidates: Sequence[tuple[Any, str]], is_again: bool, **options: Any) -> None:
        super().__init__(*data, **options)
        self.people = [person.pk for person, _name in candidates]
        for person, name in candidates:
            self.fields[f"{TAKE}{person.pk}"] = forms.BooleanField(label=person.full_name, required=False)
            self.fields[f"{NAME}{person.pk}"] = PrintedField(
                label=_("Name and body, as printed"), required=False, max_length=200, initial=name
            )
        if is_again:
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]

    def rows(self) -> list[tuple[Any, Any]]:
        """Give the two fields of each person."""
        return [(self[f"{TAKE}{pk}"], self[f"{NAME}{pk}"]) for pk in self.people]

    def others(self) -> list[Any]:
        """Give the fields that belong to no person."""
        return [self[name] for name in ("public_source", "reason") if name in self.fields]

    def named(self) -> list[tuple[int, str]]:
        """Give who was chosen, with the printed name."""
        given = self.cleaned_data
        return [(pk, given[f"{NAME}{pk}"]) for pk in self.people if given.get(f"{TAKE}{pk}")]

    def clean(self) -> dict[str, Any]:
        """Ask a printed name of everybody chosen."""
        data = super().clean() or {}
        for pk in self.people:
            if data.get(f"{TAKE}{pk}") and not data.get(f"{NAME}{pk}") and f"{NAME}{pk}" not in self.errors:
                self.add_error(f"{NAME}{pk}", ValidationError(_("Give the name as it shall be printed.")))
        return data


class TextForm(forms.Form):
    """A witness's own text."""

    text = PrintedField(
        label=_("Your text"),
        shortest=SHORTEST,
        max_length=500,
        help_text=_("Any sentence only you think of, at least 8 characters. It will be printed on the certificate."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    has_compared = forms.BooleanField(
        label=_("I have compared the hashes on my screen with those on the wall or read aloud: they are the same.")
    )


class PrintedReasonForm(forms.Form):
    """A reason that is printed."""

    reason = PrintedField(
        label=_("Reason"), max_length=500, help_text=_("It is printed on every later certificate of this round.")
    )


class NumberForm(forms.Form):
    """The public number."""

    number = PrintedField(
        label=_("Public number"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
