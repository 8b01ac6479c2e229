"""Forms of officials."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.feedback import rules, topics
from sipas_web.feedback.forms.public import ContentFields, OnceFields, PersonFields
from sipas_web.feedback.queries.feedback import HANDLED, Channel, Kind, State, Wanted
from sipas_web.units.queries import Unit

DAY_HELP = gettext_lazy("Day/month/year.")
NO_NAMES = gettext_lazy("It stays on record: write no name, address or telephone number here.")
BY_DESK = [(c.value, c.label) for c in (Channel.DESK, Channel.PHONE, Channel.LETTER)]


class FeedbackFilter(forms.Form):
    """What a reader looks for. The names are those of links in reports."""

    text = forms.CharField(label=gettext_lazy("Number or words"), required=False, max_length=100)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=[
        ("", gettext_lazy("All")), ("late", gettext_lazy("beyond its last day")),
        ("reopened", gettext_lazy("reopened")), ("resolved", gettext_lazy("resolved")), *State.choices,
    ])  # fmt: skip
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", gettext_lazy("All")), *Kind.choices]
    )
    topic = forms.ChoiceField(label=gettext_lazy("Topic"), required=False)
    tu = forms.DateField(label=gettext_lazy("Received from"), required=False, localize=True)
    den = forms.DateField(label=gettext_lazy("until"), required=False, localize=True)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        every = [("", gettext_lazy("All")), *topics.choices()]
        self.fields["topic"].choices = every  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """Give the filter; a field at fault does not limit."""
        self.is_valid()
        data = {name: value for name, value in self.cleaned_data.items() if value}
        unit = str(self.data.get("don-vi", ""))
        return Wanted(
            text=data.get("text", ""), state=data.get("state", ""), kind=data.get("kind", ""),
            topic=data.get("topic", ""), unit=int(unit) if unit.isascii() and unit.isdecimal() else None,
            since=data.get("tu"), until=data.get("den"),
        )  # fmt: skip


class TakeForm(OnceFields, ContentFields, PersonFields):
    """Feedback taken in at the desk, by telephone or by letter."""

    place = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("Taken in for"), empty_label=None)
    channel = forms.ChoiceField(label=gettext_lazy("How it came in"), choices=BY_DESK)
    received = forms.DateField(label=gettext_lazy("Day it came in"), localize=True, help_text=DAY_HELP)
    wants_messages = forms.BooleanField(
        label=gettext_lazy("The citizen wants code and answer by message"), required=False
    )
    is_not_to_publish = forms.BooleanField(label=gettext_lazy("The citizen wants nothing published"), required=False)
    field_order = ("place", "channel", "received", "topic", "said_place", "text", "photographs", "is_not_to_publish",
                   "name", "phone", "email", "address", "wants_messages")  # fmt: skip

    def __init__(self, *arguments: Any, places: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        del self.fields["website"]
        self.fields["place"].queryset = places  # type: ignore[attr-defined]
        self.fields["place"].label_from_instance = lambda unit: unit.full_name  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask where a message shall go."""
        data = super().clean() or {}
        if data.get("wants_messages") and not (data.get("phone") or data.get("email")):
            self.add_error("wants_messages", _("Give a telephone number or an e-mail address, or take this out."))
        return data


class ClassifyForm(forms.Form):
    """What it is in law, before anything else."""

    kind = forms.ChoiceField(label=gettext_lazy("What is it?"), widget=forms.RadioSelect, choices=Kind.choices)
    topic = forms.ChoiceField(label=gettext_lazy("What it is about"), required=False)
    to = forms.CharField(
        label=gettext_lazy("Where it is routed out to"), required=False, max_length=300,
        help_text=gettext_lazy("For a complaint, a denunciation or what is outside competence: the competent body."),
    )  # fmt: skip
    reason = forms.CharField(label=gettext_lazy("Why"), required=False, max_length=500, help_text=NO_NAMES)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["topic"].choices = topics.choices()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for what the kind needs."""
        data = super().clean() or {}
        kind = data.get("kind", "")
        if kind in HANDLED and not data.get("topic"):
            self.add_error("topic", ValidationError(_("Choose what it is about.")))
        if kind and kind not in HANDLED:
            data["to"] = data.get("to") or ""
            if not data["to"]:
                self.add_error("to", _("Name the body. Usual: %(to)s.") % {"to": rules.way_out(kind).to})
            if not data.get("reason"):
                self.add_error("reason", _("Say in a sentence what makes it so."))
        return data


class RouteForm(forms.Form):
    """The unit that has to answer."""

    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("Unit that answers"), empty_label=gettext_lazy("Choose a unit")
    )

    def __init__(self, *arguments: Any, units: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["unit"].label_from_instance = (  # type: ignore[attr-defined]
            lambda unit: f"{unit.full_name} ({unit.get_kind_display()})"
        )


class AnswerForm(forms.Form):
    """The answer."""

    text = forms.CharField(
        label=gettext_lazy("Answer"), min_length=30, max_length=10000, widget=forms.Textarea(attrs={"rows": 16}),
        help_text=gettext_lazy("The citizen reads it as it stands. Say what was found, what is done, by whom, when."),
    )  # fmt: skip


class ExtendForm(forms.Form):
    """More time, once."""

    to = forms.DateField(label=gettext_lazy("New last day"), localize=True, help_text=DAY_HELP)
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500,
        help_text=gettext_lazy("The citizen reads it. Write no name, address or telephone number here."),
    )  # fmt: skip


class NoteForm(forms.Form):
    """A reason that stays on record."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, help_text=NO_NAMES)


class ResolveForm(forms.Form):
    """That it has been done."""

    on = forms.DateField(label=gettext_lazy("Day it was done"), localize=True, help_text=DAY_HELP)
    evidence = forms.CharField(
        label=gettext_lazy("Evidence that it was done"), min_length=10, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "What was done and where it can be seen: number and date of a document, place. The citizen reads it."
        ),
    )  # fmt: skip


class PaperForm(forms.Form):
    """That the answer was handed over on paper."""

    number = forms.CharField(label=gettext_lazy("Number and symbol of the document"), max_length=60, help_text=NO_NAMES)
    on = forms.DateField(label=gettext_lazy("Day it was handed over or posted"), localize=True, help_text=DAY_HELP)


class PublishForm(forms.Form):
    """The texts as everybody may read them."""

    question = forms.CharField(
        label=gettext_lazy("Question, redacted"), max_length=5000, widget=forms.Textarea(attrs={"rows": 10})
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer, redacted"), max_length=10000, widget=forms.Textarea(attrs={"rows": 10})
    )
    is_rest_checked = forms.BooleanField(
        label=gettext_lazy("I have read both texts: nobody can be recognised, neither a citizen nor an official"),
        required=False,
    )


class PeriodForm(forms.Form):
    """From when to when."""

    tu = forms.DateField(label=gettext_lazy("Received from"), required=False, localize=True)
    den = forms.DateField(label=gettext_lazy("until"), required=False, localize=True)
