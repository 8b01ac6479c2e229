"""Forms of people's requests."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sipas_web.privacy.queries.requests import Channel, RequestKind, RequestState
from sipas_web.units.queries import Unit

DAY_HELP = _("Day/month/year.")
NO_NAMES = _("It stays on record: write no name, address or telephone number here.")


class RequestFilter(forms.Form):
    """What a reader looks for."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), ("late", _("late")), *RequestState.choices]
    )

    def wanted(self) -> str:
        """Give the state; one at fault does not limit."""
        self.is_valid()
        return str(self.cleaned_data.get("state", ""))


class ReceiveForm(forms.Form):
    """A new request."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Place"), empty_label=None)
    kind = forms.ChoiceField(label=_("What the person asks"), choices=RequestKind.choices)
    channel = forms.ChoiceField(label=_("How it came in"), choices=Channel.choices)
    received = forms.DateField(label=_("Day it came in"), localize=True, help_text=DAY_HELP)
    with_processor = forms.BooleanField(
        label=_("The post office or another body that works for us must act as well"), required=False
    )
    name = forms.CharField(label=_("Full name of who asks"), max_length=200, help_text=_("Kept under lock."))
    reach = forms.CharField(
        label=_("Where to send the answer"),
        max_length=300,
        help_text=_("Address, telephone or e-mail; kept under lock."),
    )
    words = forms.CharField(
        label=_("What they say"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("In their own words; kept under lock."),
    )

    def __init__(self, data: Any = None, *, places: Any, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["unit"].queryset = places  # type: ignore[attr-defined]


class AcknowledgeForm(forms.Form):
    """That the person was told."""

    on = forms.DateField(label=_("Day the person was told"), localize=True, help_text=DAY_HELP)
    is_identity_checked = forms.BooleanField(
        label=_("The person has shown that they are who they say (paper, telephone known to us)"), required=False
    )


class ExtendForm(forms.Form):
    """More time, once."""

    to = forms.DateField(label=_("New last day"), localize=True, help_text=DAY_HELP)
    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=NO_NAMES)


class FindForm(forms.Form):
    """Whom a request is about."""

    code = forms.CharField(
        label=_("Case code"), required=False, max_length=20, help_text=_("As on the form or letter.")
    )
    phone = forms.CharField(label=_("Telephone"), required=False, max_length=50)
    email = forms.CharField(label=_("E-mail"), required=False, max_length=200)
    dossier = forms.CharField(label=_("Dossier number"), required=False, max_length=100)
    name = forms.CharField(
        label=_("Full name"), required=False, max_length=200, help_text=_("Whole; diacritics and case do not matter.")
    )

    def clean(self) -> dict[str, Any]:
        """Want at least one."""
        data = super().clean() or {}
        if not any(data.values()):
            raise forms.ValidationError(_("Fill in at least one of them."))
        data["code"] = "".join(c for c in data.get("code", "").upper() if c.isalnum())
        return data


class AttachForm(forms.Form):
    """The case that was found."""

    round_id = forms.IntegerField()
    case_code = forms.CharField(max_length=10)


class ContactForm(forms.Form):
    """Corrected contact details."""

    name = forms.CharField(label=_("Full name"), max_length=300)
    address = forms.CharField(label=_("Address"), max_length=500, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=100, required=False)
    email = forms.CharField(label=_("E-mail"), max_length=200, required=False)
    dossier_number = forms.CharField(label=_("Dossier number"), max_length=100, required=False)


class RequestReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}), help_text=NO_NAMES
    )
