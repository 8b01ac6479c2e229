"""What a design costs at the prices people entered: no price of our own, each with its source and day."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from sipas_web.rounds.queries import Round
from sipas_web.rounds.queries.design import Figures, base_of


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of cost: what it is counted on, and how often for each of those unless a person says otherwise."""

    code: str
    label: StrOrPromise
    basis: str  # official, answers, days
    times: Decimal


KINDS = (
    Kind("printing", gettext_lazy("Printing a form"), "official", Decimal(1)),
    Kind("carrying", gettext_lazy("Carrying a form there and back"), "official", Decimal(1)),
    Kind("repeated", gettext_lazy("A repeated visit"), "official", Decimal(0)),
    Kind("keying", gettext_lazy("Keying a form"), "answers", Decimal(2)),  # keyed twice and compared
    Kind("supervision", gettext_lazy("Supervision of a form"), "official", Decimal(0)),
    Kind("reverification", gettext_lazy("Re-verification of a form"), "answers", Decimal(0)),
    Kind("days", gettext_lazy("Per-diem of a person"), "days", Decimal(0)),
)
BASES: dict[str, StrOrPromise] = {
    "official": gettext_lazy("official forms"),
    "answers": gettext_lazy("forms expected back"),
    "days": gettext_lazy("person-days, for the whole round"),
}


@dataclass(frozen=True, slots=True)
class Price:
    """A price as people entered it, in đồng."""

    kind: Kind
    times: Decimal
    amount: Decimal | None
    source: str
    dated: str  # ISO

    @property
    def day(self) -> dt.date | None:
        """The day of the source."""
        return dt.date.fromisoformat(self.dated) if self.dated else None


@dataclass(frozen=True, slots=True)
class CostLine:
    """A line of the estimate."""

    price: Price
    basis: StrOrPromise
    quantity: Decimal
    total: Decimal | None


@dataclass(frozen=True, slots=True)
class UnitCost:
    """What the forms of a unit cost; person-days are counted for the round alone."""

    name: str
    forms: float
    total: Decimal


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a design costs; ``is_complete`` where every line that is counted has a price."""

    lines: tuple[CostLine, ...]
    units: tuple[UnitCost, ...]
    total: Decimal
    is_complete: bool


def prices_of(planning: Mapping[str, Any]) -> list[Price]:
    """Give the prices of a round, one per kind."""
    saved = planning.get("prices") or {}
    return [_price(kind, saved.get(kind.code) or {}) for kind in KINDS]


def as_kept(price: Price) -> dict[str, Any]:
    """Give a price as it is kept."""
    amount = None if price.amount is None else str(price.amount)
    return {"amount": amount, "times": str(price.times), "source": price.source, "dated": price.dated}


def estimate(prices: Iterable[Price], figures: Figures) -> Estimate:
    """Multiply quantities and prices."""
    given = list(prices)
    whole = _quantities(figures.whole.sample, figures.whole.answers)
    lines = tuple(_line(p, whole) for p in given)
    per_form = [p for p in given if p.kind.basis != "days"]
    units = tuple(UnitCost(u.name, u.sample, _cost_of_unit(per_form, u.sample, u.answers)) for u in figures.lines)
    total = sum((line.total or Decimal(0) for line in lines), Decimal(0))
    return Estimate(lines, units, total, all(line.total is not None for line in lines if line.quantity))


def notes(round_: Round) -> list[str]:
    """Say what a reader of the estimate must know."""
    said = [
        _("Prices were entered by the department; each stands with its source. Quantities come from the saved design.")
    ]
    if base_of(round_).source != "frame":
        said.insert(0, _("The lists are not imported yet: the quantities rest on assumed sizes."))
    if round_.is_simulated:
        said.insert(0, _("Simulated round: this estimate is for practice."))
    return said


def workbook(made: Estimate, title: str, notes: list[str]) -> bytes:
    """Write the estimate as a workbook: the lines with their sources, and the units."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0"})
        sheet = book.add_worksheet(_("Lines"))
        row = _top(sheet, bold, [title, *notes])
        heads = [
            _("Cost"),
            _("Counted on"),
            _("Times"),
            _("Quantity"),
            _("Unit price (đồng)"),
            _("Source"),
            _("Of day"),
            _("Total (đồng)"),
        ]
        sheet.write_row(row, 0, heads, bold)
        for line in made.lines:
            row += 1
            _write_line(sheet, row, line, money)
        sheet.write_string(row + 1, 0, _("Total"), bold)
        sheet.write_number(row + 1, 7, float(made.total), money)
        sheet.autofit()
        _write_units(book.add_worksheet(_("Units")), made, bold, money)
    return out.getvalue()


def _price(kind: Kind, saved: Mapping[str, Any]) -> Price:
    amount = saved.get("amount")
    return Price(
        kind,
        Decimal(saved.get("times", kind.times)),
        None if amount is None else Decimal(amount),
        saved.get("source", ""),
        saved.get("dated", ""),
    )


def _quantities(official: float, answers: float) -> dict[str, Decimal]:
    """Count in whole forms, as every page says them: expected numbers of a design are fractions."""
    return {"official": Decimal(round(official)), "answers": Decimal(round(answers)), "days": Decimal(1)}


def _line(price: Price, quantities: Mapping[str, Decimal]) -> CostLine:
    quantity = quantities[price.kind.basis] * price.times
    if price.kind.basis != "days":  # half a day can be paid, half a form cannot be printed
        quantity = quantity.to_integral_value(ROUND_CEILING)
    total = None if price.amount is None else (quantity * price.amount).quantize(Decimal(1))
    return CostLine(price, BASES[price.kind.basis], quantity, total)


def _cost_of_unit(prices: Iterable[Price], official: float, answers: float) -> Decimal:
    """Give a unit's part of the whole: of its expected numbers as they are, so that the parts sum to the whole."""
    numbers = {"official": Decimal(repr(official)), "answers": Decimal(repr(answers))}
    return sum((numbers[p.kind.basis] * p.times * (p.amount or 0) for p in prices), Decimal(0)).quantize(Decimal(1))


def _top(sheet: Any, bold: Any, texts: list[str]) -> int:
    for row, text in enumerate(texts):
        sheet.write_string(row, 0, text, bold if row == 0 else None)
    return len(texts) + 1


def _write_line(sheet: Any, row: int, line: CostLine, money: Any) -> None:
    price = line.price
    sheet.write_string(row, 0, str(price.kind.label))
    sheet.write_string(row, 1, str(line.basis))
    sheet.write_number(row, 2, float(price.times))
    sheet.write_number(row, 3, float(line.quantity))
    sheet.write_string(row, 5, price.source)
    sheet.write_string(row, 6, "/".join(reversed(price.dated.split("-"))))
    if price.amount is not None and line.total is not None:
        sheet.write_number(row, 4, float(price.amount), money)
        sheet.write_number(row, 7, float(line.total), money)


def _write_units(sheet: Any, made: Estimate, bold: Any, money: Any) -> None:
    sheet.write_row(0, 0, [_("Unit"), _("Official forms"), _("Total (đồng)")], bold)
    for row, unit in enumerate(made.units, start=1):
        sheet.write_string(row, 0, unit.name)
        sheet.write_number(row, 1, round(unit.forms))
        sheet.write_number(row, 2, float(unit.total), money)
    sheet.autofit()
    sheet.freeze_panes(1, 0)
