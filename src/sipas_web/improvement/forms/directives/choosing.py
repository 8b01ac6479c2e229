"""Choosing a unit without a script: proposals to choose from, or its code typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

MOST_CODE = 32


def _unit(value: Any) -> Unit | None:
    return units.by_id(int(value)) if str(value).isdecimal() else None


class ProposedUnitField(forms.TypedChoiceField):
    """One of the proposed units, or none; any unit that exists is taken, as the proposals may have changed since."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, coerce=_unit, empty_value=None, **options)

    def valid_value(self, value: Any) -> bool:
        """Take the id of any unit."""
        return str(value).isdecimal()


class UnitChoiceForm(forms.Form):
    """A form with a unit to be chosen: ``unit``, overruled by ``code``."""

    unit = ProposedUnitField(label=_("Unit in the tree"))
    code = forms.CharField(label=_("or its code"), required=False, max_length=MOST_CODE)

    def __init__(self, *arguments: Any, suggested: Sequence[Unit] = (), on: dt.date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.on = on
        chosen = self.initial.get("unit")
        known = {unit.pk: unit for unit in suggested}
        if chosen and chosen not in known and (unit := units.by_id(int(chosen))):
            known[unit.pk] = unit
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("– not in the tree –")), *((pk, label_of(unit)) for pk, unit in known.items())]

    def clean(self) -> dict[str, Any]:
        """Let a typed code overrule the choice."""
        data = super().clean() or {}
        code = data.get("code", "").strip()
        if code:
            found = units.by_code(code, self.on) or units.by_code(code, units.today())
            if found is None:
                raise ValidationError({"code": _("There is no unit with this code on the day of the letter or today.")})
            data["unit"] = found
        return data


def label_of(unit: Unit) -> str:
    """Name a unit so that its states are told apart."""
    last = f", đến {unit.valid_to.strftime('%d/%m/%Y')}" if unit.valid_to else ""
    return f"{unit.full_name} ({unit.code}{last})"
