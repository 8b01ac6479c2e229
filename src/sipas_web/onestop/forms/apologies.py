"""Forms of apologies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sipas_web.onestop import apology_rules as rules
from sipas_web.onestop.actions.apologies import Content
from sipas_web.onestop.models import ApologyState, Way
from sipas_web.onestop.queries.apologies import Apology, Wanted, today
from sipas_web.onestop.standing_words import LABELS

DAY_HELP = _("Day/month/year.")
DAYS = ["%d/%m/%Y", "%Y-%m-%d"]
NO_NAMES = _("It stays on record: write no name, address or telephone number here.")
LISTED = (rules.Standing.DUE, rules.Standing.MISSED, rules.Standing.WITHOUT)
TOLD = (Way.PAPER, Way.IN_PERSON)
FIRST_MONTHS = 12


class Day(forms.DateField):
    """A day in a filter: as people write it, or as a link does."""

    def __init__(self, label: Any) -> None:
        super().__init__(label=label, required=False, input_formats=DAYS, widget=forms.DateInput(format=DAYS[0]))


class DossierFilter(forms.Form):
    """What a reader looks for among dossiers; the unit comes with a link."""

    standing = forms.ChoiceField(label=_("Apology"), required=False)
    number = forms.CharField(label=_("Dossier number"), required=False, max_length=64)

    def __init__(self, data: Any = None, *, standings: tuple[rules.Standing, ...], with_days: bool = False) -> None:
        super().__init__(data)
        choices = [("", _("All")), *((s.value, LABELS[s]) for s in standings)]
        self.fields["standing"].choices = choices  # type: ignore[attr-defined]
        if with_days:
            self.fields["tu"], self.fields["den"] = Day(_("Due from")), Day(_("Due to"))
        self.fields["don-vi"] = forms.IntegerField(required=False, widget=forms.HiddenInput)
        self.standings = tuple(s.value for s in standings)

    def wanted(self) -> Wanted:
        """Give it; a field at fault does not limit."""
        self.is_valid()
        data = self.cleaned_data
        chosen = data.get("standing", "")
        return Wanted(
            standings=(chosen,) if chosen else self.standings,
            unit=data.get("don-vi"),
            first=data.get("tu"),
            last=data.get("den"),
            number=data.get("number", ""),
        )


class LetterFilter(forms.Form):
    """What a reader looks for among letters."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *ApologyState.choices])

    def wanted(self) -> str:
        """Give the state; one at fault does not limit."""
        self.is_valid()
        return str(self.cleaned_data.get("state", ""))


class PeriodForm(forms.Form):
    """The due dates that figures are about; the last twelve months unless said otherwise."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["tu"], self.fields["den"] = Day(_("Due from")), Day(_("Due to"))

    def period(self) -> tuple[dt.date, dt.date]:
        """Give first and last day; a field at fault does not limit."""
        self.is_valid()
        last = self.cleaned_data.get("den") or today()
        month = last.replace(day=1)
        back = (month.year * 12 + month.month - 1) - (FIRST_MONTHS - 1)
        first = self.cleaned_data.get("tu") or dt.date(back // 12, back % 12 + 1, 1)
        return min(first, last), last


class ContentForm(forms.Form):
    """What a letter says."""

    covers = forms.ChoiceField(
        label=_("The letter apologises for"),
        choices=[("delay", _("the delay")), ("both", _("the delay and another fault")), ("fault", _("another fault"))],
    )
    reason = forms.ChoiceField(label=_("Reason of the delay"), required=False)
    reason_text = forms.CharField(
        label=_("More on the reason, as the letter shall say it"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It follows the reason chosen. Only the applicant reads it."),
    )
    faults = forms.MultipleChoiceField(
        label=_("Other faults"), required=False, widget=forms.CheckboxSelectMultiple, choices=[]
    )
    new_date = forms.DateField(
        label=_("New date"),
        required=False,
        localize=True,
        help_text=_("Day/month/year; a working day. It is given once only: choose a day that can be kept."),
    )

    def __init__(self, data: Any = None, *, is_open: bool, **options: Any) -> None:
        super().__init__(data, **options)
        reasons = [(code, text or _("another reason")) for code, text in rules.reasons().items()]
        self.fields["reason"].choices = [("", "–"), *reasons]  # type: ignore[attr-defined]
        self.fields["faults"].choices = list(rules.faults().items())  # type: ignore[attr-defined]
        if not is_open:
            del self.fields["new_date"]

    def content(self) -> Content:
        """Give what was typed."""
        data = self.cleaned_data
        is_for_delay = data["covers"] != "fault"
        return Content(
            reason=data["reason"] if is_for_delay else "",
            reason_text=data["reason_text"],
            new_date=data.get("new_date") if is_for_delay else None,
            faults=tuple(data["faults"]) if data["covers"] != "delay" else (),
            is_for_delay=is_for_delay,
        )


class ManyForm(forms.Form):
    """What the letters of several dossiers say alike."""

    reason = forms.ChoiceField(label=_("Reason of the delay"))
    reason_text = forms.CharField(
        label=_("More on the reason, as the letter shall say it"), required=False, max_length=500,
        help_text=_("It follows the reason chosen. Only the applicant reads it."),
    )  # fmt: skip
    new_date = forms.DateField(
        label=_("New date"), required=False, localize=True,
        help_text=_("For dossiers in progress. Where the one-stop system has promised a day, that day stays."),
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        reasons = [(code, text or _("another reason")) for code, text in rules.reasons().items()]
        self.fields["reason"].choices = [("", "–"), *reasons]  # type: ignore[attr-defined]


class EnterForm(forms.Form):
    """A letter that was sent outside this program."""

    reason = forms.ChoiceField(label=_("Reason of the delay"))
    reason_text = forms.CharField(label=_("More on the reason"), required=False, max_length=500)
    new_date = forms.DateField(
        label=_("New date that the letter gave"), required=False, localize=True, help_text=DAY_HELP
    )
    on = forms.DateField(label=_("Day on which it was sent"), localize=True, help_text=DAY_HELP)
    way = forms.ChoiceField(label=_("How it was sent"), choices=Way.choices)
    number = forms.CharField(label=_("Number of the apology"), required=False, max_length=40)

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        reasons = [(code, text or _("another reason")) for code, text in rules.reasons().items()]
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]


class SentForm(forms.Form):
    """That a signed letter left on paper or was told in person."""

    on = forms.DateField(label=_("Day on which it was sent"), localize=True, help_text=DAY_HELP)
    way = forms.ChoiceField(label=_("How it was sent"), choices=[(w.value, w.label) for w in TOLD])
    number = forms.CharField(
        label=_("Number of the apology"), required=False, max_length=40, help_text=_("As the clerical office gave it.")
    )


class ManySentForm(forms.Form):
    """That signed letters left on paper on one day, each with its number."""

    on = forms.DateField(label=_("Day on which they were sent"), localize=True, help_text=DAY_HELP)
    way = forms.ChoiceField(label=_("How they were sent"), choices=[(w.value, w.label) for w in TOLD])

    def __init__(self, data: Any = None, *, letters: Sequence[Apology], **options: Any) -> None:
        super().__init__(data, **options)
        self.letters = letters
        for letter in letters:
            number = forms.CharField(label=str(letter), required=False, max_length=40)
            number.widget.attrs["aria-label"] = _("Number of %(letter)s") % {"letter": letter}
            self.fields[f"number-{letter.pk}"] = number

    def lines(self) -> list[tuple[Apology, forms.BoundField]]:
        """Give each letter with the field of its number."""
        return [(letter, self[f"number-{letter.pk}"]) for letter in self.letters]

    def numbers(self) -> dict[int, str]:
        """Give the number of each letter."""
        return {letter.pk: self.cleaned_data[f"number-{letter.pk}"] for letter in self.letters}


class SendBackForm(forms.Form):
    """Why a letter goes back."""

    note = forms.CharField(
        label=_("What is to be changed"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text=NO_NAMES
    )


class ExceptForm(forms.Form):
    """Why no apology is owed."""

    code = forms.ChoiceField(label=_("Case"))
    ground = forms.CharField(
        label=_("Paper it rests on"), max_length=300, help_text=_("Number and date of the paper. Write no name here.")
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["code"].choices = list(rules.exceptions().items())  # type: ignore[attr-defined]
