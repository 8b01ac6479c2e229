"""The rules of a round's field work."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class RulesForm(forms.Form):
    """What a round asks of its field work."""

    least_visits = forms.IntegerField(
        label=_("Visits before a person who was not met may be replaced"),
        min_value=1,
        max_value=20,
        help_text=_("A refusal, a person who cannot answer or does not belong to the survey is replaced at once."),
    )
    undo_minutes = forms.IntegerField(
        label=_("Minutes in which interviewers may take back a visit of theirs"),
        min_value=0,
        max_value=1440,
        help_text=_(
            "After that the post office takes it back, with a reason. What was taken back stays in the record."
        ),
    )
    asks_place = forms.BooleanField(
        label=_("Interviewers may add the place of a visit"),
        required=False,
        help_text=_(
            "Only when the interviewer presses for it. The place is kept under lock with the address and destroyed "
            "with it; it serves the check of distances and nothing else."
        ),
    )
    allows_web = forms.BooleanField(label=_("People may answer by code on the web"), required=False)
    web_until = forms.DateField(
        label=_("Last day of answering on the web"),
        required=False,
        localize=True,
        help_text=_("Day/month/year. Empty: as long as the round is in the field."),
    )
    second_keying = forms.DecimalField(
        label=_("Forms keyed a second time, in percent"), min_value=0, max_value=100, decimal_places=2, localize=True
    )
    reverification = forms.DecimalField(
        label=_("Forms to be re-verified, in percent"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        localize=True,
        help_text=_(
            "20 % was found in practice in one province (2019). Supervisors set the size of their own samples."
        ),
    )
    quiet_days = forms.IntegerField(label=_("Days without a visit until an open case is called late"), min_value=1)
    collect_days = forms.IntegerField(label=_("Days with the person until a form is called late"), min_value=1)
    keying_days = forms.IntegerField(
        label=_("Days at the desk until a form that is not keyed is called late"), min_value=1
    )
