"""Forms that correct the parts of a letter; lists of rows are sets of small forms with one empty row at the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from sipas.letters.vocabulary import kinds, words
from sipas_web.improvement.directive_wording import indicator_label
from sipas_web.improvement.forms.directives.choosing import UnitChoiceForm
from sipas_web.improvement.models import Citation, Party, ProposedTarget, Provision
from sipas_web.improvement.queries.directives.names import GROUPS
from sipas_web.units.queries import Unit

if TYPE_CHECKING:
    FormSet = BaseFormSet[Any]
    ManyUnits = forms.ModelMultipleChoiceField[Unit]
else:
    FormSet = BaseFormSet  # generic in the stubs only
    ManyUnits = forms.ModelMultipleChoiceField
DAY = _("Day/month/year.")
MOST_ROWS = 400
MEASURES = [("%", "%"), ("điểm", "điểm"), ("bậc", "bậc")]


class HeadForm(UnitChoiceForm):
    """Who issued what, when, about what."""

    field_order = ("issuer_name", "unit", "code", "reference", "issued", "kind", "subject", "place")
    issuer_name = forms.CharField(label=_("Issuer as the letter has it"), required=False, max_length=300)
    reference = forms.CharField(
        label=_("Number and symbol"), required=False, max_length=80, help_text=_("As 1049/UBND-NC.")
    )
    issued = forms.DateField(label=_("Day of the letter"), required=False, localize=True, help_text=DAY)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    subject = forms.CharField(label=_("Subject"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    place = forms.CharField(label=_("Place"), required=False, max_length=120)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        _choose(self, "kind", [("", "–"), *((code, kind.name) for code, kind in kinds().items())])


class RowForm(UnitChoiceForm):
    """A row with a unit; ``pk`` is empty in a new one."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    remove = forms.BooleanField(label=_("Take away"), required=False)

    def is_wanted(self) -> bool:
        """Say whether a row is there and stays."""
        return self.has_changed_or_is_old() and not self.cleaned_data.get("remove")

    def has_changed_or_is_old(self) -> bool:
        """Say whether the last, empty row was filled in."""
        return bool(self.cleaned_data.get("pk")) or self.has_changed()


class AddresseeForm(RowForm):
    """To whom."""

    field_order = ("pk", "name", "unit", "code", "remove")
    name = forms.CharField(label=_("Name in the letter"), max_length=300)


class PartyForm(RowForm):
    """Who does what in an order."""

    field_order = ("pk", "role", "name", "unit", "code", "remove")
    role = forms.ChoiceField(label=_("Part"), choices=Party.Role.choices, initial=Party.Role.OWN)
    name = forms.CharField(label=_("Name in the letter"), max_length=300)


class CitationForm(RowForm):
    """A document cited."""

    field_order = ("pk", "reference", "issued", "kind", "issuer_name", "unit", "code", "role", "is_passed_on", "remove")
    reference = forms.CharField(label=_("Number and symbol"), required=False, max_length=80)
    issued = forms.DateField(label=_("Its day"), required=False, localize=True)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    issuer_name = forms.CharField(label=_("Its issuer in the letter"), required=False, max_length=300)
    role = forms.ChoiceField(label=_("Cited"), choices=Citation.Role.choices, initial=Citation.Role.GROUND)
    is_passed_on = forms.BooleanField(label=_("This letter passes it on"), required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        _choose(self, "kind", [("", "–"), *((code, kind.name) for code, kind in kinds().items())])


class OrderForm(forms.Form):
    """Whether an order is a task, and until when."""

    pk = forms.IntegerField(widget=forms.HiddenInput)
    is_task = forms.BooleanField(label=_("Is a task"), required=False)
    title = forms.CharField(label=_("What has to be done, in one sentence"), required=False, max_length=300)
    due = forms.DateField(label=_("Last day"), required=False, localize=True)
    period = forms.ChoiceField(
        label=_("How often"), required=False, choices=Provision.Period.choices,
        help_text=_("With a last day, each period gets a task of its own once the deadline before has passed."),
    )  # fmt: skip
    until = forms.DateField(
        label=_("Repeats until"), required=False, localize=True, help_text=_("Empty: until the directive is withdrawn.")
    )


class ProvisionForm(forms.Form):
    """Who carries one order out, and what it passes on."""

    is_for_all = forms.BooleanField(label=_("Every addressee carries it out"), required=False)
    above = forms.ModelChoiceField(
        Provision.objects.none(), label=_("Order above that it passes on"), required=False, empty_label="–"
    )

    def __init__(self, *arguments: Any, above: int | None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = self.fields["above"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Provision.objects.filter(directive=above, is_task=True)
        if above is None:
            del self.fields["above"]


class TargetForm(forms.Form):
    """A figure to reach."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    indicator = forms.ChoiceField(label=_("What is measured"), required=False)
    relation = forms.ChoiceField(label=_("How it binds"), choices=ProposedTarget.Relation.choices, initial="ge")
    value = forms.DecimalField(label=_("Figure"), max_digits=7, decimal_places=2, min_value=0, localize=True)
    measure = forms.ChoiceField(label=_("Measured in"), choices=MEASURES, initial="%")
    year = forms.IntegerField(label=_("Year"), required=False, min_value=2000, max_value=2100)
    path = forms.CharField(label=_("Order"), required=False, max_length=40)
    is_wanted = forms.BooleanField(label=_("Is a target"), required=False)
    remove = forms.BooleanField(label=_("Take away"), required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        _choose(self, "indicator", [("", "–"), *((code, indicator_label(code)) for code in words()["indicators"])])


class UnitsField(ManyUnits):
    """Units by their full names."""

    def label_from_instance(self, obj: Any) -> str:
        """Give the name."""
        return str(obj.full_name)


class GroupForm(forms.Form):
    """Which units a collective name means."""

    units = UnitsField(Unit.objects.none(), label=_("Units"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *arguments: Any, members: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = self.fields["units"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = members


class GroupChoice(forms.Form):
    """Which group is meant."""

    group = forms.ChoiceField(label=_("Means"), choices=[(g.code, g.label) for g in GROUPS])


class Rows(FormSet):
    """A set of rows, each with its own proposals of units."""

    def __init__(
        self, *arguments: Any, each: Sequence[Mapping[str, Any]], new: Mapping[str, Any], **options: Any
    ) -> None:
        self.each, self.new = each, new
        super().__init__(*arguments, **options)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Give a row its proposals."""
        further = self.each[index] if index is not None and index < len(self.each) else self.new
        return {**super().get_form_kwargs(index), **further}


def rows_of(
    form: type[forms.Form], data: Any, rows: Sequence[tuple[dict[str, Any], Sequence[Unit]]], *,
    on: dt.date | None = None, extra: int = 1,
) -> Any:  # fmt: skip
    """Make a set of rows: each with what stands in it and the units proposed; ``on`` None: rows without a unit."""
    made: Any = formset_factory(form, formset=Rows, extra=extra, absolute_max=MOST_ROWS * 2, max_num=MOST_ROWS)
    each: list[dict[str, Any]] = [{} if on is None else {"suggested": s, "on": on} for _initial, s in rows]
    new: dict[str, Any] = {} if on is None else {"suggested": (), "on": on}
    return made(data, initial=[initial for initial, _s in rows], each=each, new=new, prefix="rows")


def refuse_two_passed_on(rows: Sequence[forms.Form]) -> None:
    """Refuse two documents marked as the one that is passed on."""
    if sum(bool(row.cleaned_data.get("is_passed_on")) for row in rows) > 1:
        raise ValidationError(_("A directive passes on one document: choose the one it carries out."))


def _choose(form: forms.Form, name: str, choices: Sequence[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
