"""Series of figures that targets ask for: each with its methods by year, its denominator and its source.

Two series never stand on one axis, and neither do two methods of different lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

SIPAS = "sipas"
OWN = "own-"  # before the key of a series that a place registered


@dataclass(frozen=True, slots=True)
class Method:
    """How a series is made in some years."""

    version: str
    line: str  # methods of one line may be compared
    first: int
    last: int | None  # None: still in use
    denominator: str
    source: str
    is_verified: bool

    def covers(self, year: int) -> bool:
        """Say whether it holds for a year."""
        return self.first <= year and (self.last is None or year <= self.last)


@dataclass(frozen=True, slots=True)
class Series:
    """A series, shipped or a place's own."""

    code: str
    name: str
    short: str
    measures: str
    measure_unit: str
    maximum: Decimal
    judged: Literal["interval", "value"]
    methods: tuple[Method, ...]
    owner: int | None = None  # unit that registered it

    def method(self, year: int) -> Method | None:
        """Give the method of a year; None where none is known."""
        return next((m for m in self.methods if m.covers(year)), None)

    @property
    def is_sipas(self) -> bool:
        """Whether its values come from rounds."""
        return self.code == SIPAS


@cache
def shipped() -> dict[str, Series]:
    """Give the series that come with the program, in order."""
    text = (files("sipas_web.improvement") / "data" / "series.yaml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = yaml.safe_load(text)
    return {row["code"]: _series(row) for row in rows}


def _series(row: dict[str, Any]) -> Series:
    methods = tuple(Method(**{"last": None, **one}) for one in row["methods"])
    return Series(**{**row, "maximum": Decimal(row["maximum"]), "methods": methods})


@dataclass(frozen=True, slots=True)
class DisciplineWords:
    """Grounds and outcomes of the register of discipline."""

    grounds: dict[str, str]
    outcomes: dict[str, str]
    source: str
    is_verified: bool


@cache
def discipline_words() -> DisciplineWords:
    """Give the words of the register of discipline."""
    text = (files("sipas_web.improvement") / "data" / "discipline.yaml").read_text(encoding="utf-8")
    return DisciplineWords(**yaml.safe_load(text))
