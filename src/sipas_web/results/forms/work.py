"""Forms from the freeze to the corrected publication."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sipas_web.results.queries.work_settings import Chosen

LONG = forms.Textarea(attrs={"rows": 3})


class FreezeForm(forms.Form):
    """The decision to freeze; a reason from the second time on."""

    reason = forms.CharField(label=_("Why the round is frozen again"), max_length=500, widget=LONG)
    agreed = forms.BooleanField(
        label=_("The field work is over. I freeze the data: visits and answers can no longer be imported.")
    )

    def __init__(self, *args: Any, is_again: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_again:
            del self.fields["reason"]


class ApproveForm(forms.Form):
    """The decision that the figures may be published."""

    note = forms.CharField(label=_("Note"), max_length=1000, required=False, widget=LONG)


class SendBackForm(forms.Form):
    """What has to be mended."""

    reason = forms.CharField(
        label=_("What has to be mended"),
        max_length=500,
        widget=LONG,
        help_text=_("The round goes back to the field; visits and answers can be imported again."),
    )


class PublishForm(forms.Form):
    """The decision to publish; a tick more for who is alone, and one more without a good verdict."""

    agreed = forms.BooleanField(
        label=_(
            "I publish these results. What is published no longer changes; a mistake is corrected by a new version."
        )
    )
    alone = forms.BooleanField(
        label=_(
            "I take more than one of these steps myself: having the figures made, approving, publishing. "
            "I know that the audit record says so."
        )
    )
    unverified = forms.BooleanField(
        label=_(
            "These figures have no verification without findings. I publish them all the same; the publication checks "
            "files, journal and draw once more and stops at any difference."
        )
    )

    def __init__(self, data: Any, *, is_alone: bool, is_verified: bool) -> None:
        super().__init__(data)
        for name, is_needed in (("alone", is_alone), ("unverified", not is_verified)):
            if not is_needed:
                del self.fields[name]


class WithdrawForm(forms.Form):
    """Why a correction is withdrawn."""

    reason = forms.CharField(label=_("Why the correction is withdrawn"), max_length=1000, widget=LONG)


class CorrectForm(forms.Form):
    """Why a published round goes back to the field."""

    reason = forms.CharField(
        label=_("Reason of the correction"),
        max_length=1000,
        widget=LONG,
        help_text=_("Published with the next version. Name no person."),
    )
    agreed = forms.BooleanField(
        label=_("I take the round back to the field. Once data are frozen again, it ends with a new version.")
    )


class EstimateForm(forms.Form):
    """Settings of an estimate that may change after the freeze; a field for each target of the round."""

    document_date = forms.DateField(label=_("Date of the documents"), localize=True, help_text=_("Day/month/year."))
    report_number = forms.CharField(
        label=_("Number of the report"),
        max_length=20,
        required=False,
        help_text=_("Given by the office once it is signed. Without a number the document says that it is a draft."),
    )
    letter_number = forms.CharField(label=_("Number of the letter that sends it"), max_length=20, required=False)
    place = forms.CharField(label=_("Place of the documents"), max_length=100)
    signer = forms.CharField(label=_("Position of who signs"), max_length=100)
    least_to_rank = forms.IntegerField(
        label=_("Least number of answers for a unit to be ranked"), min_value=2, max_value=1000
    )
    finite_population = forms.BooleanField(
        label=_("Errors know how large a share of the list was asked"), required=False
    )
    calibrated = forms.BooleanField(label=_("Errors know that the weights meet the known totals"), required=False)

    def __init__(self, data: Any, *, chosen: Chosen) -> None:
        super().__init__(data, initial={name: getattr(chosen, name) for name in type(self).base_fields})
        for target in chosen.targets:
            self.fields[f"target_{target.pk}"] = forms.DecimalField(
                label=_("Target: %(label)s, percent") % {"label": target.label},
                min_value=0,
                max_value=100,
                decimal_places=2,
                initial=target.percent,
                localize=True,
            )
        self.fields["reason"] = forms.CharField(label=_("Why it is estimated again"), max_length=500, widget=LONG)

    def choices(self) -> dict[str, Any]:
        """Give the settings chosen, targets by their id."""
        data = dict(self.cleaned_data)
        del data["reason"]
        targets = {
            int(name.removeprefix("target_")): data.pop(name) for name in list(data) if name.startswith("target_")
        }
        return {**data, "targets": targets}
