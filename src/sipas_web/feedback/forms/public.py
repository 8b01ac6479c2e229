"""Forms for citizens: without an account, without a script."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.feedback import topics
from sipas_web.privacy.identity import phone_key
from sipas_web.shared.photographs import without_traces
from sipas_web.shared.uploads import ReceivedFilesField
from sipas_web.units.queries import Unit

LONGEST, SHORTEST = 5000, 20  # characters
MOST_PHOTOGRAPHS = 3
MOST_BYTES = 12 * 1024 * 1024  # of a photograph as it is sent
OPEN_FOR = 24 * 3600  # s that a form may lie open
SALT = "sipas feedback form"
NUMBER = re.compile(r"PAKN\.[0-9]{8}\.[0-9]{4,7}")
RATINGS = (
    ("5", gettext_lazy("very satisfied")),
    ("4", gettext_lazy("satisfied")),
    ("3", gettext_lazy("neither")),
    ("2", gettext_lazy("dissatisfied")),
    ("1", gettext_lazy("very dissatisfied")),
)
KEPT_APART = gettext_lazy("Kept under lock; the body you write about cannot see it.")


class PersonFields(forms.Form):
    """Who sends it; all of it optional."""

    name = forms.CharField(
        label=gettext_lazy("Full name"), required=False, max_length=200, help_text=KEPT_APART,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    phone = forms.CharField(
        label=gettext_lazy("Telephone"), required=False, max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), required=False, max_length=200,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip
    address = forms.CharField(
        label=gettext_lazy("Address"), required=False, max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )  # fmt: skip

    def person(self) -> dict[str, str]:
        """Give who sends it."""
        return {name: str(self.cleaned_data.get(name) or "") for name in ("name", "phone", "email", "address")}


class ContentFields(forms.Form):
    """What is said, and where it happened."""

    text = forms.CharField(
        label=gettext_lazy("What you want to say"), min_length=SHORTEST, max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=gettext_lazy("What happened, when, at which desk. Do not write identity numbers."),
    )  # fmt: skip
    said_place = forms.CharField(
        label=gettext_lazy("Where it happened"), required=False, max_length=200,
        help_text=gettext_lazy("For example: the one-stop desk of the commune, counter 3."),
    )  # fmt: skip
    topic = forms.ChoiceField(label=gettext_lazy("What it is about"))
    photographs = ReceivedFilesField(
        label=gettext_lazy("Photographs"), required=False,
        help_text=gettext_lazy("At most 3, JPEG, PNG or WebP. Place and camera details are removed."),
    )  # fmt: skip

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["topic"].choices = topics.choices()  # type: ignore[attr-defined]
        self.fields["photographs"].widget.attrs["accept"] = "image/jpeg,image/png,image/webp"

    def clean_photographs(self) -> list[bytes]:
        """Draw each anew, without what the camera wrote into it."""
        files = [file for file in self.cleaned_data["photographs"] or [] if file]
        if len(files) > MOST_PHOTOGRAPHS:
            raise ValidationError(_("At most %(most)d photographs."), params={"most": MOST_PHOTOGRAPHS})
        return [_drawn(file) for file in files]


class OnceFields(forms.Form):
    """A mark of the form, which sent twice is kept once; and a field that only programs see and fill in."""

    once = forms.CharField(widget=forms.HiddenInput)
    website = forms.CharField(required=False)

    def clean_once(self) -> str:
        """Take the mark; a form that lay open for too long is sent again with a new one."""
        try:
            return str(TimestampSigner(salt=SALT).unsign(self.cleaned_data["once"], max_age=OPEN_FOR))
        except (SignatureExpired, BadSignature) as error:
            raise ValidationError(_("This form lay open too long. Your text is still here: send it again.")) from error

    def renew(self, mark: str) -> None:
        """Put a new mark into what was typed."""
        typed: Any = self.data
        again = typed.copy()
        again["once"] = mark
        self.data = again

    def clean_website(self) -> str:
        """Refuse what only a program fills in."""
        if self.cleaned_data["website"]:
            raise ValidationError(_("Leave this field empty; it is there to stop programs that send advertising."))
        return ""


class SendForm(OnceFields, ContentFields, PersonFields):
    """Feedback from the web."""

    commune = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("Commune it is about"), required=False,
        empty_label=gettext_lazy("A body of the province, or I do not know"),
    )  # fmt: skip
    wants_messages = forms.BooleanField(
        label=gettext_lazy("Send me my code and the answer by message"), required=False,
        help_text=gettext_lazy(
            "Needs an e-mail address or a telephone number. An e-mail holds the whole answer, a text message only says "
            "that it is there. Only so can a lost code be sent to you again."
        ),
    )  # fmt: skip
    is_not_to_publish = forms.BooleanField(
        label=gettext_lazy("Publish nothing of this, not even without names"), required=False
    )
    field_order = ("commune", "topic", "said_place", "text", "photographs", "is_not_to_publish", "name", "phone",
                   "email", "address", "wants_messages")  # fmt: skip

    def __init__(self, *arguments: Any, communes: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["commune"].queryset = communes  # type: ignore[attr-defined]
        self.fields["commune"].label_from_instance = lambda unit: unit.full_name  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask where a message shall go."""
        data = super().clean() or {}
        if data.get("wants_messages") and not (data.get("phone") or data.get("email")):
            self.add_error("wants_messages", _("Give a telephone number or an e-mail address, or take this out."))
        return data


class PlaceForm(forms.Form):
    """Which province it is about."""

    tinh = forms.ChoiceField(label=gettext_lazy("Province or city"))

    def __init__(self, *arguments: Any, places: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["tinh"].choices = [(p.code, p.full_name) for p in places]  # type: ignore[attr-defined]


class CodeForm(forms.Form):
    """The code by which feedback is followed."""

    code = forms.CharField(
        label=gettext_lazy("Code to follow it"), max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=gettext_lazy("16 letters and digits, as shown when you sent it."),
    )  # fmt: skip


class LostCodeForm(forms.Form):
    """What a lost code is asked for with."""

    number = forms.CharField(
        label=gettext_lazy("Number of the feedback"), max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=gettext_lazy("As shown when you sent it: PAKN.20261122.0001."),
    )  # fmt: skip
    contact = forms.CharField(
        label=gettext_lazy("E-mail or telephone you gave"), max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip

    def clean_number(self) -> str:
        """Spell it as it is kept."""
        number = "".join(str(self.cleaned_data["number"]).split()).upper()
        if not NUMBER.fullmatch(number):
            raise ValidationError(_("A number looks like PAKN.20261122.0001."))
        return number

    def clean_contact(self) -> str:
        """Refuse what is neither."""
        contact = str(self.cleaned_data["contact"]).strip()
        if "@" in contact:
            validate_email(contact)
        elif not phone_key(contact):
            raise ValidationError(_("Give an e-mail address or a telephone number."))
        return contact


class WordForm(forms.Form):
    """What the citizen says of the answer."""

    agrees = forms.ChoiceField(
        label=gettext_lazy("Do you agree with how it was dealt with?"), widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
    )  # fmt: skip
    rating = forms.ChoiceField(
        label=gettext_lazy("How satisfied are you with it?"), widget=forms.RadioSelect, choices=RATINGS
    )
    text = forms.CharField(
        label=gettext_lazy("What is still to be done"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip


class PublishedFilter(forms.Form):
    """What a reader looks for among what was answered."""

    text = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=100)
    topic = forms.ChoiceField(label=gettext_lazy("Topic"), required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        every = [("", gettext_lazy("All")), *topics.choices()]
        self.fields["topic"].choices = every  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, str]:
        """Give the filter; a field at fault does not limit."""
        self.is_valid()
        return {name: str(self.cleaned_data.get(name) or "") for name in ("text", "topic")}


def _drawn(file: Any) -> bytes:
    if (file.size or 0) > MOST_BYTES:
        raise ValidationError(
            _("A photograph may have at most %(most)d MB. Make it smaller."), params={"most": MOST_BYTES // 1024**2}
        )
    drawn: bytes = without_traces(file.read())
    return drawn
