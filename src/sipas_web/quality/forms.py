"""Forms of quality checks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sipas_web.quality.models import Verdict
from sipas_web.quality.queries import Wanted
from sipas_web.quality.queries.suspects import ALL, DECIDED, WAITING
from sipas_web.quality.wording import FAMILIES


class FormFilter(forms.Form):
    """What a reader looks for among flagged forms."""

    text = forms.CharField(label=_("Code of the form begins with"), required=False, max_length=10)
    state = forms.ChoiceField(
        label=_("Verdict"),
        required=False,
        choices=[(WAITING, _("to be decided")), (DECIDED, _("decided")), (ALL, _("all"))],
    )
    family = forms.ChoiceField(label=_("Sign"), required=False, choices=[("", _("All")), *FAMILIES.items()])
    interviewer = forms.ChoiceField(label=_("Interviewer"), required=False)

    def __init__(self, data: Any, interviewers: list[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["interviewer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All")), *interviewers]

    def wanted(self) -> Wanted:
        """Give the filter; a field at fault does not limit."""
        self.is_valid()
        given = self.cleaned_data
        return Wanted(
            state=given.get("state") or WAITING,
            family=given.get("family", ""),
            interviewer=given.get("interviewer", ""),
            text=given.get("text", ""),
        )


class ReopenForm(forms.Form):
    """Why the quality check is opened again."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class DecisionForm(forms.Form):
    """A decision with its reason."""

    verdict = forms.ChoiceField(
        label=_("Verdict"), widget=forms.RadioSelect, choices=[(v.value, v.label) for v in Verdict if v]
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the decision rests on. No name, address or telephone of a respondent."),
    )
