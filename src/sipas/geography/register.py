"""The dated register: its tables, a unit on a day, the units of a day."""

from __future__ import annotations

import datetime as dt
import io
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, get_args

import polars as pl
import yaml

from sipas.errors import SipasError
from sipas.geography.model import LEVELS, Level, Region, Tree, Unit, Warned, full_name, unknown_unit
from sipas.intake.vietnamese import format_date, sort_key
from sipas.tables import UNITS

LINEAGE_SCHEMA = pl.Schema({
    "code": pl.String,
    "valid_from": pl.Date,
    "successor_code": pl.String,
    "successor_valid_from": pl.Date,
    "extent": pl.String,
    "share": pl.Float64,
    "on": pl.Date,
    "legal_act": pl.String,
})
Key = tuple[str, dt.date]


@dataclass(frozen=True, slots=True)
class State:
    """A row of the register with the keys of its name."""

    code: str
    valid_from: dt.date
    valid_to: dt.date | None
    level: Level
    kind: str
    name: str
    parent_code: str | None
    parent_valid_from: dt.date | None
    unit_class: str | None
    region: str | None
    legal_act: str | None
    name_key: str
    spelling_key: str

    def holds(self, on: dt.date) -> bool:
        """Tell whether the state holds on a day.

        Parameters
        ----------
        on : datetime.date
            The day.

        Returns
        -------
        bool
            First and last day included.
        """
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def period(self) -> str:
        """Write name, code and period, for hints.

        Returns
        -------
        str
            ``Tỉnh X (08), 01/01/2017–30/06/2025``.
        """
        end = "…" if self.valid_to is None else format_date(self.valid_to)
        return f"{full_name(self.kind, self.name)} ({self.code}), {format_date(self.valid_from)}–{end}"


def register() -> pl.DataFrame:
    """Give the whole register: every state of every unit.

    Returns
    -------
    polars.DataFrame
        The table ``units``: provinces, districts, communes; by tier, code, first day. A province's region is
        that of its first day; `region` and `units_at` give that of a day.
    """
    return _table("units.parquet").select(c.name for c in UNITS.columns)


def lineage() -> pl.DataFrame:
    """Give every step from one unit to the next.

    Returns
    -------
    polars.DataFrame
        code, valid_from, successor_code, successor_valid_from, extent ('whole', 'part'), share (0 to 1; missing:
        not known), on (day of effect), legal_act. A district's successors are the communes its land passed to.
    """
    return _table("lineage.parquet")


def sources() -> dict[str, Any]:
    """Give where the register comes from, its limits and the corrections made to the package's data.

    Returns
    -------
    dict
        ``package``, ``register``, ``limits``, ``corrections``.
    """
    return {**_yaml("sources.yaml"), "corrections": _yaml("corrections.yaml")}


def unit_at(code: str, on: dt.date) -> Unit:
    """Give the unit that bears a code on a day.

    Parameters
    ----------
    code : str
        2 digits for a province, 3 for a district, 5 for a commune.
    on : datetime.date
        The day, from 2017-01-01.

    Returns
    -------
    Unit
        With its warnings.

    Raises
    ------
    SipasError
        ``geography.date``, ``geography.unknown_without_like``, ``geography.not_at_date``.
    """
    check_day(on)
    if not (states := states_by_code().get(code, ())):
        refusal = unknown_unit("code", code, on, [])
        raise refusal
    for state in states:
        if state.holds(on):
            return as_unit(state, on)
    periods = [s.period() for s in states]
    raise SipasError("geography.not_at_date", "on", expected=periods, got=code, hint=format_date(on))


def units_at(on: dt.date, level: Level | None = None, parent: str | None = None) -> pl.DataFrame:
    """List the units of a day in Vietnamese order of their names.

    Parameters
    ----------
    on : datetime.date
        The day, from 2017-01-01.
    level : {'province', 'district', 'commune'}, optional
        Only this tier; missing: all three.
    parent : str, optional
        Code of the unit directly above.

    Returns
    -------
    polars.DataFrame
        The table ``units`` without further columns; region and parent as they stand on the day. Warnings:
        `warnings`.

    Raises
    ------
    SipasError
        ``geography.date``, ``geography.level``, ``geography.unknown``, ``geography.not_at_date``.
    """
    check_day(on)
    check_level(level)
    if parent is not None:
        unit_at(parent, on)
    units = [
        as_unit(s, on)
        for s in states_all()
        if s.holds(on) and level in {None, s.level} and parent in {None, s.parent_code}
    ]
    units.sort(key=lambda u: (LEVELS.index(u.level), sort_key(u.name), u.code))
    columns = {c.name: c.dtype for c in UNITS.columns}
    return pl.DataFrame({name: [getattr(u, name) for u in units] for name in columns}, schema=columns)


def warnings(on: dt.date, level: Level) -> tuple[Warned, ...]:
    """Say what limits an answer about a tier on a day.

    Parameters
    ----------
    on : datetime.date
        The day.
    level : {'province', 'district', 'commune'}
        Tier asked about.

    Returns
    -------
    tuple of Warned
        ``geography.before_register``: districts and communes before 30/6/2025 are those of that day;
        ``geography.after_register``: changes after the register's own day are not known.
    """
    fix = _yaml("corrections.yaml")
    if level != "province" and on < fix["register_day"]:
        return (Warned("geography.before_register", format_date(on), format_date(fix["register_day"])),)
    if on > fix["known_until"]:
        return (Warned("geography.after_register", format_date(on), format_date(fix["known_until"])),)
    return ()


def tree(code: str, on: dt.date) -> Tree:
    """Give a unit's place in the tree of a day.

    Parameters
    ----------
    code : str
        Official code.
    on : datetime.date
        The day.

    Returns
    -------
    Tree
        Units above, the unit, units directly below.

    Raises
    ------
    SipasError
        As `unit_at`.
    """
    unit = unit_at(code, on)
    above: list[Unit] = []
    top = unit
    while top.parent_code is not None:
        top = unit_at(top.parent_code, on)
        above.insert(0, top)
    below = [as_unit(s, on) for s in states_all() if s.parent_code == code and s.holds(on)]
    return Tree(tuple(above), unit, tuple(sorted(below, key=lambda u: (sort_key(u.name), u.code))))


def region(code: str, on: dt.date) -> Region | None:
    """Give the socio-economic region of a unit on a day.

    Six regions of the national master plan for the 63 provinces; six for the 34, recalled and unverified.

    Parameters
    ----------
    code : str
        Official code of any tier.
    on : datetime.date
        The day.

    Returns
    -------
    Region or None
        None where not known.

    Raises
    ------
    SipasError
        As `unit_at`.
    """
    unit = unit_at(code, on)
    while unit.parent_code is not None:
        unit = unit_at(unit.parent_code, on)
    return _region(unit.code, on)


def check_day(on: dt.date) -> None:
    """Refuse a day before the register's first.

    Parameters
    ----------
    on : datetime.date
        The day.

    Raises
    ------
    SipasError
        ``geography.date``.
    """
    first = _yaml("corrections.yaml")["first_day"]
    if on < first:
        raise SipasError("geography.date", "on", expected=format_date(first), got=format_date(on))


def check_level(level: str | None) -> None:
    """Refuse an unknown tier.

    Parameters
    ----------
    level : str or None
        None stands for every tier.

    Raises
    ------
    SipasError
        ``geography.level``.
    """
    if level is not None and level not in get_args(Level):
        raise SipasError("geography.level", "level", expected=list(LEVELS), got=level)


def as_unit(state: State, on: dt.date) -> Unit:
    """Show a state as it stands on a day: the province's state and region of that day.

    Parameters
    ----------
    state : State
        A row of the register.
    on : datetime.date
        A day on which it holds.

    Returns
    -------
    Unit
        With path and warnings.
    """
    above = ancestors(state, on)
    top = above[0] if above else state
    found = _region(top.code, on)
    return Unit(
        code=state.code,
        valid_from=state.valid_from,
        valid_to=state.valid_to,
        level=state.level,
        kind=state.kind,
        name=state.name,
        parent_code=state.parent_code,
        parent_valid_from=above[-1].valid_from if above else None,
        unit_class=state.unit_class,
        region=found.name if found else None,
        legal_act=state.legal_act,
        on=on,
        path=tuple(full_name(s.kind, s.name) for s in (*above, state)),
        warnings=warnings(on, state.level),
    )


def ancestors(state: State, on: dt.date) -> tuple[State, ...]:
    """List the states above a state on a day, from the province down.

    Parameters
    ----------
    state : State
        A row of the register.
    on : datetime.date
        A day on which it holds.

    Returns
    -------
    tuple of State
        Empty for a province.
    """
    found: list[State] = []
    while state.parent_code is not None:
        state = next(s for s in states_by_code()[state.parent_code] if s.holds(on))
        found.insert(0, state)
    return tuple(found)


@cache
def states_all() -> tuple[State, ...]:
    """Give every row of the register, in its order.

    Returns
    -------
    tuple of State
        Read once.
    """
    return tuple(State(*row) for row in _table("units.parquet").iter_rows())


@cache
def states_by_code() -> dict[str, tuple[State, ...]]:
    """Group the register by code.

    Returns
    -------
    dict of str to tuple of State
        Each code's states in order of time.
    """
    found: dict[str, list[State]] = defaultdict(list)
    for state in states_all():
        found[state.code].append(state)
    return {code: tuple(sorted(states, key=lambda s: s.valid_from)) for code, states in found.items()}


@cache
def _region(province: str, on: dt.date) -> Region | None:
    schemes = [s for s in _yaml("regions.yaml") if s["from"] <= on]
    for name, codes in schemes[-1]["regions"].items():
        if province in codes:
            return Region(name, schemes[-1]["status"], schemes[-1]["source"])
    return None


@cache
def _table(name: str) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO((files(__package__) / "data" / name).read_bytes()))


@cache
def _yaml(name: str) -> Any:
    return yaml.safe_load((files(__package__) / "data" / name).read_text(encoding="utf-8"))
