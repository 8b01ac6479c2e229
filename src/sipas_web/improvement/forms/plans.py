"""Forms of improvement plans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sipas_web.improvement.models import Plan
from sipas_web.improvement.queries.plans import Wanted

REASON = forms.Textarea(attrs={"rows": 3})


class PlanFilter(forms.Form):
    """Which plans to list."""

    text = forms.CharField(label=_("Title"), required=False, max_length=100)
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, data: Any = None, *, years: Sequence[int], **options: Any) -> None:
        super().__init__(data, **options)
        fields: dict[str, Any] = self.fields
        fields["year"].choices = [("", _("All")), *((year, str(year)) for year in years)]
        fields["state"].choices = [("", _("All")), *Plan.State.choices]

    def wanted(self) -> Wanted:
        """Give what is looked for; a field at fault does not limit."""
        self.is_valid()
        given = getattr(self, "cleaned_data", {})
        unit = self.data.get("don-vi", "")
        return Wanted(
            given.get("text", ""), given.get("year"), given.get("state", ""), int(unit) if unit.isdigit() else None
        )


class PlanForm(forms.Form):
    """What a plan says of itself."""

    title = forms.CharField(label=_("Title"), max_length=300)
    year = forms.IntegerField(label=_("Year of carrying out"), min_value=2012, max_value=2100)
    goal = forms.CharField(
        label=_("Goal"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What shall be reached, as it will stand in the document. One paragraph a line."),
    )  # fmt: skip


class ItemForm(forms.Form):
    """Another item for a draft."""

    node = forms.ChoiceField(label=_("Item"))

    def __init__(self, data: Any = None, *, items: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(data, **options)
        fields: dict[str, Any] = self.fields
        fields["node"].choices = items


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=REASON)


class ConclusionForm(forms.Form):
    """What came of it."""

    reason = forms.CharField(label=_("Conclusion"), max_length=4000, widget=REASON)


class ApproveForm(forms.Form):
    """The approval."""

    act = forms.CharField(
        label=_("Number and date of the plan as issued"), required=False, max_length=200,
        help_text=_("As 12/KH-UBND of 5/1/2026; may stay empty until it is issued."),
    )  # fmt: skip
