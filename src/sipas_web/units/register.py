"""The library's register as rows of our tables: pure, no database."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sipas import geography
from sipas.geography.register import State, states_all, states_by_code
from sipas_web.units.closure import FOREVER, Period, overlap

Key = tuple[str, dt.date]
BEGINNING = dt.date(1945, 9, 2)
COUNTRY: Key = ("VN", BEGINNING)


@dataclass(frozen=True, slots=True)
class Heir:
    """A step of the lineage."""

    unit: Key
    successor: Key
    on: dt.date
    extent: str
    share: float | None
    legal_act: str


def chosen_states(provinces: Collection[str] | None) -> list[State]:
    """Give the register's states; only those of some province codes, at any time, where asked.

    A unit brings those above it at any time: a merged province comes with the ones it was made from.
    """
    if provinces is None:
        return list(states_all())
    kept: set[str] = set()
    grown = set(provinces)
    while grown != kept:
        kept = grown
        grown = kept | {s.code for s in states_all() if s.parent_code in kept}
        grown |= {s.parent_code for s in states_all() if s.code in kept and s.parent_code}
    return [s for s in states_all() if s.code in kept]


def province_codes() -> set[str]:
    """Give the codes of all provinces, at any time."""
    return {s.code for s in states_all() if s.parent_code is None}


def fingerprint(provinces: Collection[str] | None = None) -> str:
    """Name this version of the register, or of the part of it that is wanted."""
    rows = "\n".join(map(str, chosen_states(provinces))) + "\n".join(map(str, geography.lineage().iter_rows()))
    return hashlib.sha256(rows.encode()).hexdigest()


def key_of(state: State) -> Key:
    """Give a state's key."""
    return (state.code, state.valid_from)


def period_of(state: State) -> Period:
    """Give a state's days."""
    return (state.valid_from, state.valid_to or FOREVER)


def places(state: State) -> Iterator[tuple[Key, Period]]:
    """Give who stands above a state, and when: a province's state may change while the commune's lasts."""
    if state.parent_code is None:
        yield COUNTRY, period_of(state)
        return
    for parent in states_by_code()[state.parent_code]:
        common = overlap(period_of(state), period_of(parent))
        if common:
            yield key_of(parent), common


def heirs(states: Collection[State]) -> list[Heir]:
    """Give the steps of the lineage between given states."""
    kept = {key_of(s) for s in states}
    columns = ("code", "valid_from", "successor_code", "successor_valid_from", "on", "extent", "share", "legal_act")
    found: dict[tuple[Key, Key, dt.date], Heir] = {}
    for code, since, to_code, to_since, on, extent, share, act in geography.lineage().select(columns).iter_rows():
        old, new = (code, since), (to_code, to_since)
        if old in kept and new in kept:
            found[old, new, on] = Heir(old, new, on, extent, share, act or "")
    return list(found.values())
