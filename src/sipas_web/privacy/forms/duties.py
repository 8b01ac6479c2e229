"""Forms of duties: dropping contacts, breaches."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sipas_web.units.queries import Unit

MOMENT_HELP = _("Hour:minute day/month/year, as 08:30 05/03/2026.")
MOMENT_FORMATS = ["%H:%M %d/%m/%Y", "%d/%m/%Y %H:%M"]
NO_ONE = _("Write kinds of data and numbers only, never whose they are.")


class Moment(forms.DateTimeField):
    """A moment as people write it here."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(format=MOMENT_FORMATS[0])
        super().__init__(input_formats=MOMENT_FORMATS, help_text=MOMENT_HELP, widget=widget, **options)


class DropForm(forms.Form):
    """Contacts go for good."""

    reason = forms.CharField(
        label=_("Reason for dropping them before the day set"), required=False, max_length=500,
        help_text=_("Needed before that day; it stays on record."),
    )  # fmt: skip
    is_sure = forms.BooleanField(label=_("I know that nobody can be reached or found again by this round afterwards"))

    def __init__(self, data: Any = None, *, is_early: bool, **options: Any) -> None:
        super().__init__(data, **options)
        if is_early:
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]


class BreachForm(forms.Form):
    """A new breach."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Place"), empty_label=None)
    what = forms.CharField(label=_("What happened"), max_length=300, help_text=NO_ONE)
    found = Moment(label=_("When it was found"))
    kinds = forms.CharField(label=_("Which kinds of data"), max_length=500, help_text=NO_ONE)

    def __init__(self, data: Any = None, *, places: Any, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["unit"].queryset = places  # type: ignore[attr-defined]


class BreachChangeForm(forms.Form):
    """What has become known and done."""

    happened = forms.CharField(label=_("When it happened, as far as known"), max_length=200, required=False)
    kinds = forms.CharField(label=_("Which kinds of data"), max_length=500, help_text=NO_ONE)
    people = forms.IntegerField(label=_("How many people, as far as known"), min_value=0, required=False)
    measures = forms.CharField(
        label=_("What was done about it"), required=False, widget=forms.Textarea(attrs={"rows": 4}), help_text=NO_ONE
    )
    is_notice_due = forms.BooleanField(label=_("Notice must be given"), required=False)
    no_notice_because = forms.CharField(label=_("If not: why"), max_length=500, required=False)
    notified = Moment(label=_("When notice was given"), required=False)
    notified_whom = forms.CharField(
        label=_("To whom"), max_length=300, required=False, help_text=_("Body, and number of the letter.")
    )
    late_because = forms.CharField(label=_("If later than 72 hours: why"), max_length=500, required=False)
    people_told = forms.DateField(
        label=_("Day the people concerned were told"), localize=True, required=False, help_text=_("Day/month/year.")
    )

    def values(self) -> dict[str, Any]:
        """Give what was typed, for the action."""
        return dict(self.cleaned_data)
