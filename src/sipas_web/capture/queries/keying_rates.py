"""Error rates of keying: fields keyed otherwise than the paper says, of those that were keyed twice and settled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Avg, Count, Q, QuerySet

from sipas.estimation import wilson_interval
from sipas_web.accounts.queries import Person
from sipas_web.capture.models import Keying, KeyingCount
from sipas_web.capture.queries.keying import form_of
from sipas_web.rounds.queries import Round

NORMAL = 1.959963984540054  # quantile of 95 %
PER = 1_000  # fields a rate is told of
# Ours: some three times what single keying reached where it was measured (0.37 per 1,000 fields; Paulsen, Overgaard,
# Lauritsen 2012, PLoS ONE 7(4) e35087).
TOO_MANY = 1.0
LEAST_ERRORS = 5  # of fewer nothing is said


@dataclass(frozen=True, slots=True)
class Rate:
    """Errors of fields keyed."""

    errors: int
    fields: int

    @property
    def per_thousand(self) -> float | None:
        """Give errors per 1,000 fields."""
        return PER * self.errors / self.fields if self.fields else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Give Wilson's interval of 95 %, per 1,000 fields; fields are taken as independent."""
        if not self.fields:
            return None
        low, high = wilson_interval(*(np.array([x]) for x in (self.errors / self.fields, float(self.fields), NORMAL)))
        return PER * max(float(low[0]), 0.0), PER * min(float(high[0]), 1.0)

    @property
    def is_high(self) -> bool:
        """Say whether there are some errors, and even the lower end lies above what is usual."""
        interval = self.interval
        return interval is not None and interval[0] > TOO_MANY and self.errors >= LEAST_ERRORS


@dataclass(frozen=True, slots=True)
class KeyerRow:
    """What one person keyed in a round."""

    person: int
    name: str
    forms: int  # finished, first and second
    compared: int  # of these, settled beside another's
    keystrokes: float | None  # mean of a form
    seconds: float | None
    rate: Rate


@dataclass(frozen=True, slots=True)
class FieldRow:
    """What one field brought."""

    name: str
    number: int
    label: str
    is_other: bool
    rate: Rate


@dataclass(frozen=True, slots=True)
class Rates:
    """Error rates of a round, or of one person in it."""

    total: Rate
    keyers: list[KeyerRow]
    fields: list[FieldRow]
    cells: dict[tuple[int, str], Rate]  # by person and field


def rates_of(round_: Round, person: int | None = None) -> Rates:
    """Work out error rates by keyer and by field. Three queries, whatever the number of forms."""
    counts = KeyingCount.objects.filter(round=round_)
    done = Keying.objects.filter(form__round=round_, is_done=True)
    if person is not None:
        counts, done = counts.filter(person=person), done.filter(person=person)
    cells = {(c.person_id, c.field): Rate(c.errors, c.fields) for c in counts}
    by_person, by_field = _together(cells, 0), _together(cells, 1)
    total = added(cells.values())
    return Rates(total, _keyers(done, by_person), _fields(round_, by_field), cells)


def added(rates: Iterable[Rate]) -> Rate:
    """Add rates up."""
    found = list(rates)
    return Rate(sum(rate.errors for rate in found), sum(rate.fields for rate in found))


def _together(cells: Mapping[tuple[int, str], Rate], part: int) -> dict[Any, Rate]:
    made: dict[Any, list[Rate]] = defaultdict(list)
    for key, rate in cells.items():
        made[key[part]].append(rate)
    return {key: added(rates) for key, rates in made.items()}


def _keyers(done: QuerySet[Keying], by_person: Mapping[int, Rate]) -> list[KeyerRow]:
    timed = Q(seconds__gt=0)
    figures = {
        "forms": Count("pk"),
        "compared": Count("pk", filter=Q(is_compared=True)),
        "keystrokes": Avg("keystrokes", filter=timed),
        "seconds": Avg("seconds", filter=timed),
    }
    found: dict[int, Any] = {row["person"]: row for row in done.order_by().values("person").annotate(**figures)}
    people = Person.objects.filter(pk__in=found).order_by("sort_key", "pk")
    return [_keyer(p, found[p.pk], by_person.get(p.pk, Rate(0, 0))) for p in people]


def _keyer(person: Person, figures: Mapping[str, Any], rate: Rate) -> KeyerRow:
    means = figures["keystrokes"], figures["seconds"]
    return KeyerRow(person.pk, person.full_name, figures["forms"], figures["compared"], *means, rate)


def _fields(round_: Round, by_field: Mapping[str, Rate]) -> list[FieldRow]:
    rows = []
    for field in form_of(round_, "").fields:
        if field.name in by_field:
            label = field.question.short_label
            rows.append(FieldRow(field.name, field.number, label, field.is_other, by_field[field.name]))
    return rows
