"""The form that the page of components shows."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=_("Full name"), help_text=_("As on the identity card."))
    since = forms.DateField(label=_("From"), help_text=_("Day/month/year."), localize=True)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("a", _("Agency")), ("b", _("One-stop desk"))])
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    agreed = forms.BooleanField(label=_("I have checked the list"), required=False)
