"""Forms of commitments."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sipas_web.improvement.actions.commitments import Promise
from sipas_web.improvement.forms.targets_fields import DAY_HELP, UnitField, YearFilter, node_field
from sipas_web.improvement.forms.tasks_steps import FilesField
from sipas_web.improvement.queries.commitments import Verdict
from sipas_web.units.kinds import Kind
from sipas_web.units.queries import Unit

EMPTY_ROWS = 3
MOST_TICKED = 60  # units listed one by one; more are chosen by their kind, or typed
LONG = forms.Textarea(attrs={"rows": 3})


class CommitmentFilter(YearFilter):
    """What a reader looks for."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), ("signed", _("signed")), ("unsigned", _("not signed"))],
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["text"].label = _("Unit")


class AskForm(forms.Form):
    """Whose commitments are asked for."""

    year = forms.IntegerField(label=_("Year"), min_value=2010, max_value=2060)
    to_unit = UnitField(label=_("Signed with the head of"))
    kinds = forms.MultipleChoiceField(
        label=_("All units of a kind"), required=False, widget=forms.CheckboxSelectMultiple
    )
    units = forms.MultipleChoiceField(
        label=_("Units that sign"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick one or several."),
    )
    unit = UnitField(label=_("Or one unit by name or code"), required=False)

    def __init__(
        self, data: Any = None, *, places: QuerySet[Unit], near: list[Unit], above: QuerySet[Unit], **options: Any
    ) -> None:
        super().__init__(data, **options)
        fields: dict[str, Any] = self.fields
        fields["to_unit"].offer(above)
        fields["unit"].offer(places)
        self.near = {str(unit.pk): unit for unit in near}
        counted = Counter(unit.kind for unit in near)
        fields["kinds"].choices = [(kind, f"{Kind(kind).label} ({number})") for kind, number in counted.items()]
        few = len(near) <= MOST_TICKED
        ticked = [unit for unit in near if few or unit.kind in (Kind.AGENCY, Kind.ONE_STOP)][:MOST_TICKED]
        fields["units"].choices = [(str(unit.pk), unit.full_name) for unit in ticked]
        for name in ("kinds", "units"):
            if not fields[name].choices:
                del fields[name]

    def chosen(self) -> list[Unit]:
        """Give the units that shall sign."""
        kinds, keys = self.cleaned_data.get("kinds", []), self.cleaned_data.get("units", [])
        found = [unit for key, unit in self.near.items() if key in keys or unit.kind in kinds]
        one = self.cleaned_data.get("unit")
        return found if one is None or one in found else [*found, one]

    def clean(self) -> dict[str, Any]:
        """Ask for one unit at least."""
        data = super().clean() or {}
        if not self.errors and not self.chosen():
            self.add_error("unit", _("Choose who signs."))
        return data


class ItemForm(forms.Form):
    """One promise; an empty row is none."""

    text = forms.CharField(label=_("What is promised"), required=False, max_length=500)
    measure = forms.CharField(label=_("Judged by"), required=False, max_length=300)
    due = forms.DateField(label=_("Last day"), required=False, localize=True, help_text=DAY_HELP)
    node = node_field(_("Item or factor of SIPAS it should move"), "–")

    def promise(self) -> Promise | None:
        """Give the promise; None for an empty row."""
        data = self.cleaned_data
        if not data.get("text") and not data.get("measure"):
            return None
        return Promise(data["text"], data["measure"], data.get("due"), data.get("node", ""))


ItemFormSet = forms.formset_factory(ItemForm, extra=0, max_num=60)


class SignForm(forms.Form):
    """That it was signed."""

    signed = forms.DateField(label=_("Day of signing"), localize=True, help_text=DAY_HELP)
    position = forms.CharField(
        label=_("Signed by (post)"), max_length=120, help_text=_("The post alone, as Giám đốc Sở; no name.")
    )
    document = forms.CharField(label=_("Number of the paper"), max_length=200, required=False)


class ReportForm(forms.Form):
    """What was done."""

    result = forms.CharField(label=_("Result"), max_length=2000, widget=LONG)
    evidence = forms.CharField(
        label=_("Proof"), max_length=500, required=False, help_text=_("Numbers and dates of documents, addresses.")
    )
    attached = FilesField()


class ReviewForm(forms.Form):
    """What the tracker finds."""

    verdict = forms.ChoiceField(label=_("Verdict"), choices=Verdict.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("What it rests on"), max_length=1000, widget=LONG)


class CloseForm(forms.Form):
    """Closing a year of an area."""

    unit = UnitField(label=_("Area"))
    year = forms.IntegerField(label=_("Year"), min_value=2010, max_value=2060)
    is_sure = forms.BooleanField(label=_("I know that nothing of this year can be changed afterwards"))

    def __init__(self, data: Any = None, *, places: QuerySet[Unit], **options: Any) -> None:
        super().__init__(data, **options)
        fields: dict[str, Any] = self.fields
        fields["unit"].offer(places)


class CorrectForm(forms.Form):
    """A correction of a closed year: one item and its verdict."""

    item = forms.ChoiceField(label=_("Promise"))
    verdict = forms.ChoiceField(label=_("Verdict as it should be"), choices=Verdict.choices)
    reason = forms.CharField(label=_("Reason of the correction"), max_length=500, widget=LONG)

    def __init__(self, data: Any = None, *, items: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["item"].choices = items  # type: ignore[attr-defined]
