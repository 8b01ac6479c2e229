"""Forms of measures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sipas_web.improvement.models import Measure, PlanItem
from sipas_web.units.queries import Unit

DAY_HELP = _("Day/month/year.")


class MeasureForm(forms.Form):
    """What is done, by whom, until when."""

    item = forms.ModelChoiceField(PlanItem.objects.none(), label=_("Item it shall move"), empty_label=None)
    title = forms.CharField(label=_("What is done, in one sentence"), max_length=300)
    text = forms.CharField(
        label=_("Particulars"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Measure.Kind.choices)
    owner = forms.ModelChoiceField(
        Unit.objects.none(), label=_("Owner"), required=False, empty_label=_("Not chosen yet"),
        help_text=_("The unit that answers for it. Needed before approval."),
    )  # fmt: skip
    due = forms.DateField(
        label=_("Done by"), required=False, localize=True, help_text=_("Day/month/year. Needed before approval.")
    )
    cost = forms.IntegerField(
        label=_("Cost (đồng)"), required=False, min_value=0, localize=True,
        help_text=_("Empty: not estimated. 0: nothing is spent."),
    )  # fmt: skip
    funding = forms.CharField(label=_("Source of the money"), required=False, max_length=200)
    source = forms.CharField(
        label=_("Rests on"), required=False, max_length=300,
        help_text=_("Document or finding: number and date, or where it was seen."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, items: Any, owners: Any, is_given: bool = False, **options: Any) -> None:
        super().__init__(data, **options)
        fields: dict[str, Any] = self.fields
        fields["item"].queryset, fields["owner"].queryset = items, owners
        if is_given:  # these stand on its task
            for name in ("title", "owner", "due"):
                fields[name].disabled = True

    def values(self) -> dict[str, Any]:
        """Give what was typed, without the item."""
        return {name: value for name, value in self.cleaned_data.items() if name != "item"}
