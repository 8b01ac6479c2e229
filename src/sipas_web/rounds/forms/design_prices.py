"""Prices of the cost estimate: one block of fields per kind of cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sipas_web.rounds.design_costs import BASES, Price, as_kept
from sipas_web.rounds.forms.design_fields import Conditional

FIELDS = ("amount", "times", "source", "dated")


class ConditionalText(Conditional, forms.CharField):
    """A text that a price asks for."""


class ConditionalDate(Conditional, forms.DateField):
    """A day that a price asks for."""


class PricesForm(forms.Form):
    """An amount, how often it is counted, where it comes from and of which day, for each kind."""

    use_required_attribute = False  # source and day are needed where a price stands

    def __init__(self, data: Any = None, *, prices: list[Price]) -> None:
        super().__init__(data)
        self.prices = prices
        for price in prices:
            code = price.kind.code
            self._add(f"{code}_amount", _amount(), price.amount)
            self._add(f"{code}_times", _times(price), price.times)
            self._add(
                f"{code}_source",
                ConditionalText(label=_("Source of the price"), max_length=300),
                price.source,
            )
            day = dt.date.fromisoformat(price.dated) if price.dated else None
            self._add(f"{code}_dated", ConditionalDate(label=_("Of day"), localize=True), day)

    def _add(self, name: str, field: forms.Field, initial: Any) -> None:
        field.initial = initial
        self.fields[name] = field

    def blocks(self) -> Iterator[tuple[Price, list[forms.BoundField]]]:
        """Give the fields of each kind."""
        for price in self.prices:
            yield price, [self[f"{price.kind.code}_{name}"] for name in FIELDS]

    def clean(self) -> dict[str, Any]:
        """A price stands with its source and its day, or not at all."""
        data = super().clean() or {}
        for price in self.prices:
            code = price.kind.code
            if data.get(f"{code}_amount") is None:
                continue
            if not data.get(f"{code}_source") and f"{code}_source" not in self.errors:
                self.add_error(
                    f"{code}_source",
                    _("Say where this price comes from: number of the decision, contract or quotation."),
                )
            if not data.get(f"{code}_dated") and f"{code}_dated" not in self.errors:
                self.add_error(f"{code}_dated", _("Give the day of the source."))
        return data

    def entered(self) -> dict[str, dict[str, Any]]:
        """Give the prices as they are kept."""
        return {price.kind.code: self._entered(price) for price in self.prices}

    def sound(self) -> dict[str, dict[str, Any]]:
        """Give the prices without a fault; where there is one, what was saved before stays."""
        return {p.kind.code: as_kept(p) if self._is_wrong(p) else self._entered(p) for p in self.prices}

    def _is_wrong(self, price: Price) -> bool:
        return any(f"{price.kind.code}_{name}" in self.errors for name in FIELDS)

    def _entered(self, price: Price) -> dict[str, Any]:
        amount, times, source, day = (self.cleaned_data[f"{price.kind.code}_{name}"] for name in FIELDS)
        return {
            "amount": None if amount is None else str(amount),
            "times": str(price.kind.times if times is None else times),
            "source": source or "",
            "dated": "" if day is None else day.isoformat(),
        }


def _amount() -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "numeric"})
    return forms.DecimalField(
        label=_("Unit price (đồng)"),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=0,
        localize=True,
        widget=widget,
        error_messages={"max_decimal_places": _("Give whole đồng, without decimals.")},
    )


def _times(price: Price) -> forms.DecimalField:
    label = (
        _("Person-days")
        if price.kind.basis == "days"
        else _("Times, for each of: %(basis)s") % {"basis": BASES[price.kind.basis]}
    )
    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_digits=8, decimal_places=2, localize=True, widget=widget
    )
