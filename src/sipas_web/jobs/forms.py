"""The filter of long work."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from sipas_web.jobs.queries import State


class JobFilter(forms.Form):
    """What a reader looks for."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *State.choices])

    def wanted(self) -> str:
        """Give the state; one at fault does not limit."""
        self.is_valid()
        return str(self.cleaned_data.get("state", ""))
