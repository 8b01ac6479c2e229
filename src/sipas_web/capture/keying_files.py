"""What stands in the files about keying."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from sipas_web.capture.queries.keying_rates import Rate, Rates
from sipas_web.rounds.queries import Round
from sipas_web.shared.downloads import Cell, table


def rates(round_: Round, made: Rates, form: str) -> HttpResponseBase:
    """Give errors by keyer and field; of a keyer over all fields, where the field is empty."""
    heads = [
        _("Keyer"), _("Question"), _("Column"), _("Label"), _("Fields keyed twice"), _("Errors"),
        _("Errors per 1,000 fields"), _("Lower end (95 %)"), _("Upper end (95 %)"),
    ]  # fmt: skip
    name = "ty-le-loi-nhap-phieu"
    if round_.is_simulated:
        said = _("simulated")
        rows = ((*row, said) for row in _rows(made))
        return table(f"{name}-mo-phong", form, [*heads, _("Note")], rows)
    return table(name, form, heads, _rows(made))


def _rows(made: Rates) -> Iterator[tuple[Cell, ...]]:
    for keyer in made.keyers:
        yield keyer.name, None, "", _("all fields"), *_figures(keyer.rate)
        for field in made.fields:
            rate = made.cells.get((keyer.person, field.name))
            if rate is not None:
                yield keyer.name, field.number, field.name, field.label, *_figures(rate)


def _figures(rate: Rate) -> tuple[Cell, ...]:
    low, high = rate.interval or (None, None)
    return rate.fields, rate.errors, *(None if x is None else round(x, 3) for x in (rate.per_thousand, low, high))
