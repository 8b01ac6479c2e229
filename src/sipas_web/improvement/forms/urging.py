"""Forms of letters that urge."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.improvement.forms.tasks import Day
from sipas_web.units.queries import Unit


class UrgeForm(forms.Form):
    """The head of a letter."""

    issuer = forms.ModelChoiceField(Unit.objects.none(), label=_("In the name of"), empty_label=None)
    parent_agency = forms.CharField(label=_("Parent agency"), max_length=200, required=False)
    agency = forms.CharField(label=_("Agency"), max_length=200)
    place = forms.CharField(label=_("Place"), max_length=120)

    def __init__(self, data: Any = None, *, issuers: Any, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["issuer"].queryset = issuers  # type: ignore[attr-defined]


class SentForm(forms.Form):
    """It has left."""

    reference = forms.CharField(
        label=_("Number and symbol"), max_length=80, help_text=_("As văn thư gave it: 12/SNV-CCHC.")
    )  # fmt: skip
    on = Day(label=_("Sent on"), initial=timezone.localdate)


class DifficultyFilter(forms.Form):
    """Which difficulties."""

    state = forms.ChoiceField(
        label=_("State"), required=False,
        choices=[("", _("waiting for an answer")), ("late", _("late, risen")), ("answered", _("answered"))],
    )  # fmt: skip
