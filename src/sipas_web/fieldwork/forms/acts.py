"""What a post office or the operator does with a case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sipas_web.fieldwork.actions.replacing import MOST_EVIDENCE
from sipas_web.fieldwork.actions.visiting import MOST_NOTE, MOST_TOKEN
from sipas_web.fieldwork.actions.withdrawing import MOST_REASON, OUTCOMES
from sipas_web.fieldwork.outcomes import kinds_of
from sipas_web.fieldwork.wording import mode_label, outcome_label

BY_OFFICE = ("paper", "face_to_face", "phone", "mail")


class OfficeVisitForm(forms.Form):
    """A visit that an interviewer noted on paper, written down at the post office."""

    mode = forms.ChoiceField(label=_("How"))
    outcome = forms.ChoiceField(label=_("Outcome"))
    day = forms.DateField(label=_("Day"), localize=True, help_text=_("Day/month/year."))
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=MOST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept under lock with the address, and destroyed with it."),
    )
    token = forms.CharField(required=False, max_length=MOST_TOKEN, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **rest: Any) -> None:
        super().__init__(data, **rest)
        mode, outcome = self.fields["mode"], self.fields["outcome"]
        assert isinstance(mode, forms.ChoiceField)
        assert isinstance(outcome, forms.ChoiceField)
        mode.choices = [(m, mode_label(m)) for m in BY_OFFICE]
        seen: dict[str, list[tuple[str, str]]] = {}
        for by in BY_OFFICE:
            for kind in kinds_of(by):
                listed = seen.setdefault(str(kind.label), [])
                listed += [
                    one for o in kind.outcomes if (one := (o.code, f"{outcome_label(o.code)} ({o.code})")) not in listed
                ]
        outcome.choices = [("", _("choose")), *seen.items()]


class ReplaceForm(forms.Form):
    """Replacing a case; which reserve goes out is not anybody's to choose."""

    remark = forms.CharField(
        label=_("Remark for the register"),
        required=False,
        max_length=MOST_EVIDENCE // 2,
        help_text=_("No name, address or telephone. The visits are written into the register by themselves."),
    )


class WithdrawForm(forms.Form):
    """Taking a case out of the round."""

    outcome = forms.ChoiceField(label=_("Why"))
    because = forms.CharField(
        label=_("In a sentence"), max_length=MOST_REASON, help_text=_("No name, address or telephone.")
    )

    def __init__(self, data: Any = None, **rest: Any) -> None:
        super().__init__(data, **rest)
        outcome = self.fields["outcome"]
        assert isinstance(outcome, forms.ChoiceField)
        outcome.choices = [("", _("choose")), *((code, outcome_label(code)) for code in OUTCOMES)]


class DeskForm(forms.Form):
    """A code as it is typed or scanned."""

    code = forms.CharField(
        label=_("Code of the form"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autofocus": True, "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false",
                "class": "desk-code",
            }
        ),
    )  # fmt: skip
