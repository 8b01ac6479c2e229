"""The filter of the audit record."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from sipas_web.audit import queries
from sipas_web.audit.queries import Wanted
from sipas_web.audit.sentences import sentence_of
from sipas_web.shared.vietnamese_text import sort_key


class RecordFilter(forms.Form):
    """What a reader looks for."""

    text = forms.CharField(label=_("Person, subject or unit"), required=False)
    action = forms.ChoiceField(label=_("Act"), required=False)
    since = forms.DateField(label=_("From day"), required=False, localize=True)
    until = forms.DateField(label=_("To day"), required=False, localize=True)
    actor = forms.CharField(required=False, widget=forms.HiddenInput)
    subject = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        seen = [(code, str(sentence_of(code))) for code in queries.actions_seen()]
        choices = sorted(seen, key=lambda choice: sort_key(choice[1]))
        self.fields["action"] = forms.ChoiceField(label=_("Act"), required=False, choices=[("", _("All")), *choices])

    def wanted(self) -> Wanted:
        """Give the filter; a field at fault does not limit."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return Wanted(**given)
