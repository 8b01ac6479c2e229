"""What one-stop desks should have, by standard and day, as data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data" / "facility_standards.yaml"
AMOUNT, YES_NO = "amount", "yes_no"
LEVELS = ("province", "district", "commune")


@dataclass(frozen=True, slots=True)
class Row:
    """One thing a desk should have."""

    code: str
    label: str  # Vietnamese
    kind: str  # amount or yes_no
    unit: str  # m², chỗ …; empty for yes or no
    minimum: Mapping[str, Decimal]  # by level
    verified: bool
    items: Mapping[str, tuple[str, ...]]  # edition -> items of the survey it can move

    def least(self, level: str) -> Decimal | None:
        """Give the minimum at a level; None where the rule names no number."""
        return self.minimum.get(level)


@dataclass(frozen=True, slots=True)
class Standard:
    """A rule and its rows, from a day on."""

    code: str
    since: dt.date
    name: str
    verified: bool
    page: str
    carried: bool  # its rows are those of the rule before
    rows: tuple[Row, ...]

    def row(self, code: str) -> Row:
        """Give a row."""
        return next(row for row in self.rows if row.code == code)


def standards() -> tuple[Standard, ...]:
    """List the standards by date."""
    return _standards()


def standard(code: str) -> Standard:
    """Give a standard."""
    return next(s for s in _standards() if s.code == code)


def standard_on(day: dt.date) -> Standard:
    """Give the standard that holds on a day; the first one for the days before it."""
    return next((s for s in reversed(_standards()) if s.since <= day), _standards()[0])


def gap_of(row: Row, minimum: Decimal | None, measured: Decimal | None, is_met: bool | None) -> Decimal | None:
    """Work out what is missing: 0 nothing; None where nothing was looked at or there is nothing to compare with."""
    if row.kind == YES_NO:
        return None if is_met is None else Decimal(not is_met)
    if measured is None or minimum is None:
        return None
    return max(minimum - measured, Decimal(0))


def items_of(code: str) -> frozenset[str]:
    """Give the items of every edition that a row can move."""
    return frozenset(item for items in _data()["items"][code].values() for item in items)


def item_labels(code: str) -> list[str]:
    """Name the survey items that a row can move, in Vietnamese."""
    return [item_label(item) for item in sorted(items_of(code))]


def item_label(item: str) -> str:
    """Name a survey item shortly, in Vietnamese."""
    return str(_data()["item_labels"][item])


def label_of(code: str) -> str:
    """Name a row; the code itself where no standard has it any more."""
    return str(_data()["labels"].get(code, code))


@cache
def _standards() -> tuple[Standard, ...]:
    return tuple(
        Standard(
            s["code"],
            s["since"],
            s["name"],
            s["verified"],
            s["page"],
            s.get("carried", False),
            tuple(_row(row) for row in s["rows"]),
        )
        for s in _data()["standards"]
    )


def _row(row: Mapping[str, Any]) -> Row:
    data = _data()
    items = {edition: tuple(names) for edition, names in data["items"][row["code"]].items()}
    minimum = {level: Decimal(str(value)) for level, value in row.get("minimum", {}).items()}
    unit = data["units"].get(row.get("unit", ""), "")
    return Row(row["code"], data["labels"][row["code"]], row["kind"], unit, minimum, row["verified"], items)


@cache
def _data() -> dict[str, Any]:
    return dict(yaml.safe_load(DATA.read_text(encoding="utf-8")))
