"""What an interviewer sends from the telephone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sipas_web.fieldwork.actions.visiting import MOST_NOTE, MOST_TOKEN
from sipas_web.fieldwork.outcomes import MODES
from sipas_web.privacy.queries import Place

DEGREES = {"latitude": 90.0, "longitude": 180.0}


class VisitForm(forms.Form):
    """A visit; the outcome is the button that was pressed."""

    outcome = forms.CharField(max_length=8)
    mode = forms.ChoiceField(choices=[(mode, mode) for mode in MODES])
    token = forms.CharField(max_length=MOST_TOKEN, required=False)
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=MOST_NOTE,
        help_text=_("For those who hold this case only: kept under lock with the address, and destroyed with it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    day = forms.DateField(label=_("Day"), required=False, localize=True, help_text=_("Today if empty. Day/month/year."))
    latitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    longitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    accuracy = forms.FloatField(required=False, widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        """Give the visit for the action."""
        given = self.cleaned_data
        return {name: given[name] for name in ("outcome", "mode", "token", "note", "day")} | {"place": self._place()}

    def _place(self) -> Place | None:
        """Give the place if the telephone gave one that can be; a place that cannot be is no reason to lose a visit."""
        at = {name: self.cleaned_data.get(name) for name in DEGREES}
        if any(value is None or not -DEGREES[name] <= value <= DEGREES[name] for name, value in at.items()):
            return None
        return Place(at["latitude"] or 0.0, at["longitude"] or 0.0, max(0.0, self.cleaned_data.get("accuracy") or 0.0))


class TakeBackForm(forms.Form):
    """Taking a visit back, at the post office with a reason."""

    visit = forms.IntegerField(widget=forms.HiddenInput)
    because = forms.CharField(label=_("Reason"), required=False, max_length=300)
