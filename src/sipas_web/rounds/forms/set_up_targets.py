"""The table of target values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sipas.instrument import Edition
from sipas_web.rounds.actions.set_up_rows import Target
from sipas_web.units.queries import Unit

EMPTY_ROWS = 2
INDENT = "\u2003"
Choices = list[tuple[str, Any]]


class TargetForm(forms.Form):
    """One target value; a row without a value is no target."""

    unit = forms.ChoiceField(label=_("Unit"), required=False)
    node = forms.ChoiceField(label=_("Criterion"))
    percent = forms.DecimalField(
        label=_("Target (%)"), min_value=Decimal(0), max_value=Decimal(100), max_digits=5, decimal_places=2,
        required=False, localize=True,
    )  # fmt: skip
    label = forms.CharField(label=_("Name as printed"), max_length=200, required=False)
    source = forms.CharField(label=_("Letter: number and day"), max_length=300, required=False)

    def __init__(self, *args: Any, units: Choices, nodes: Choices, is_fixed: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = units  # type: ignore[attr-defined]
        self.fields["node"].choices = nodes  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = str(field.label)
            field.disabled = is_fixed

    def target(self, units: dict[str, Unit], titles: dict[str, str]) -> Target | None:
        """Give the target; None for an empty row. Without a name it is called as its criterion."""
        data = self.cleaned_data
        if data.get("percent") is None:
            return None
        label = data["label"] or titles[data["node"]]
        return Target(units.get(data["unit"]), data["node"], data["percent"], label, data["source"])


TargetFormSet = forms.formset_factory(TargetForm, extra=0, max_num=300)


def node_choices(edition: Edition) -> Choices:
    """List the nodes of the index, each set in under the one above."""
    depth: dict[str, int] = {}
    found: Choices = []
    for node, parent in edition.nodes():
        depth[node.name] = depth[parent] + 1 if parent else 0
        found.append((node.name, f"{INDENT * depth[node.name]}{node.title}"))
    return found
