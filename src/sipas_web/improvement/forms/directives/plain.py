"""Forms that stand alone: taking a letter in, giving a reason, filtering."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from sipas.letters.vocabulary import kinds
from sipas_web.improvement.queries.directives.access import Wanted
from sipas_web.shared.uploads import ReceivedFileField
from sipas_web.units.queries import Unit

RELATIONS = [
    ("", _("All")),
    ("received", _("Addressed to our unit")),
    ("issued", _("Issued by our unit")),
    ("open", _("Not passed on yet in our area")),
]
STATES = [
    ("", _("Kept and withdrawn")),
    ("kept", _("kept")),
    ("withdrawn", _("Withdrawn")),
    ("read", _("read, to be checked")),
]


class TakeForm(forms.Form):
    """A letter: its file, or its text."""

    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=_("Unit that keeps it"), empty_label=None,
        help_text=_("The unit that issued the letter, or that received it."),
    )  # fmt: skip
    file = ReceivedFileField(
        label=_("File of the letter"),
        required=False,
        help_text=_("TXT, DOCX, or PDF with text in it (no scanned page)."),
    )
    text = forms.CharField(
        label=_("or its text"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 14, "lang": "vi"}),
        help_text=_("Paste everything, from the head to Nơi nhận and the signature."),
    )  # fmt: skip

    def __init__(self, *arguments: Any, units: Sequence[int], **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Unit.objects.filter(pk__in=units).order_by("sort_key", "code")

    def clean(self) -> dict[str, Any]:
        """Want one of file and text."""
        data = super().clean() or {}
        has_file, has_text = bool(data.get("file")), bool(data.get("text", "").strip())
        if has_file and has_text:
            raise ValidationError({"text": _("Choose the file or paste the text, not both.")})
        if not has_file and not has_text and not self.errors:
            raise ValidationError({"file": _("Choose the file of the letter, or paste its text below.")})
        return data


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class WithdrawForm(ReasonForm):
    """Why a directive is withdrawn, and what becomes of its open tasks where there are some."""

    fate = forms.ChoiceField(
        label=_("Its open tasks"), choices=[], widget=forms.RadioSelect,
        help_text=_("Dropped ones stay listed with the reason. Tasks of further periods no longer arise."),
    )  # fmt: skip
    fate_reason = forms.CharField(
        label=_("Why, or by which letter they stay in force"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 3}), help_text=_("Needed where they stay in force."),
    )  # fmt: skip

    def __init__(self, *arguments: Any, fates: Sequence[tuple[str, Any]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = self.fields["fate"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = fates
        if not fates:
            del self.fields["fate"], self.fields["fate_reason"]


class WhyForm(forms.Form):
    """Why a directive that is kept already is corrected."""

    reason = forms.CharField(
        label=_("Why it is corrected"), max_length=500, help_text=_("It stays visible on the page of the directive.")
    )


class DirectiveFilter(forms.Form):
    """What a reader looks for."""

    text = forms.CharField(label=_("Number or words of the subject"), required=False)
    issuer = forms.CharField(label=_("Issuer"), required=False)
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    relation = forms.ChoiceField(label=_("Relation to us"), required=False, choices=RELATIONS)
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)

    def __init__(self, *arguments: Any, years: Sequence[int], **options: Any) -> None:
        super().__init__(*arguments, **options)
        chosen: list[tuple[str, list[tuple[Any, str]]]] = [
            ("kind", [(code, kind.name) for code, kind in kinds().items()]),
            ("year", [(y, str(y)) for y in years]),
        ]
        for name, choices in chosen:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("All")), *choices]

    def wanted(self) -> Wanted:
        """Give the filter; a field at fault does not limit."""
        self.is_valid()
        return Wanted(**{name: value for name, value in self.cleaned_data.items() if value})
