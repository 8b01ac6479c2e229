"""Who came after a unit, and who before."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache

from sipas.geography.model import LEVELS, Extent, Link, Warned
from sipas.geography.register import Key, State, as_unit, lineage, states_all, unit_at
from sipas.intake.vietnamese import sort_key


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the lineage, or several in a chain."""

    old: Key
    new: Key
    extent: Extent
    share: float | None
    on: dt.date
    legal_act: str | None

    def then(self, later: Step) -> Step:
        """Join a later step to this one.

        Parameters
        ----------
        later : Step
            A step whose old unit is this one's new unit.

        Returns
        -------
        Step
            From this one's old unit to the later one's new unit; whole only where both are.
        """
        whole = self.extent == later.extent == "whole"
        share = None if self.share is None or later.share is None else self.share * later.share
        acts = [act for act in (self.legal_act, later.legal_act) if act]
        return Step(self.old, later.new, "whole" if whole else "part", share, self.on, "; ".join(acts) or None)


def successors(code: str, on: dt.date, at: dt.date | None = None) -> tuple[Link, ...]:
    """List the units that took over a unit's territory.

    Parameters
    ----------
    code : str
        Official code.
    on : datetime.date
        A day on which the code was the unit's.
    at : datetime.date, optional
        Follow the chain to the units of this day; missing: one step, whenever it took place.

    Returns
    -------
    tuple of Link
        In Vietnamese order; empty where the unit goes on unchanged. A divided unit's shares are missing: which
        part went where is not known.

    Raises
    ------
    SipasError
        As `unit_at`.
    """
    unit = unit_at(code, on)
    key = (unit.code, unit.valid_from)
    steps = list(_after().get(key, ())) if at is None else _followed(key, at)
    return _links([(s.new, s) for s in steps], at)


def predecessors(code: str, on: dt.date, at: dt.date | None = None) -> tuple[Link, ...]:
    """List the units from which a unit's territory came.

    Parameters
    ----------
    code : str
        Official code.
    on : datetime.date
        A day on which the code is the unit's.
    at : datetime.date, optional
        Follow the chain back to the units of this day; missing: one step back.

    Returns
    -------
    tuple of Link
        In Vietnamese order, of the unit's own tier; a special zone made of a district without communes has that
        district. Empty where the register knows none. ``extent`` says whether the older unit passed whole.

    Raises
    ------
    SipasError
        As `unit_at`.
    """
    unit = unit_at(code, on)
    key = (unit.code, unit.valid_from)
    steps = list(_before().get(key, ())) if at is None else _traced(key, at)
    same_tier = [s for s in steps if _states()[s.old].level == unit.level]
    return _links([(s.old, s) for s in same_tier or steps], at)


def divided(links: tuple[Link, ...]) -> tuple[Warned, ...]:
    """Warn where a lineage has parts whose share is not known.

    Parameters
    ----------
    links : tuple of Link
        Answer of `successors` or `predecessors`.

    Returns
    -------
    tuple of Warned
        ``geography.share_unknown``, with how many links; or nothing.
    """
    parts = sum(link.share is None for link in links)
    return (Warned("geography.share_unknown", parts),) if parts else ()


def _links(found: list[tuple[Key, Step]], at: dt.date | None) -> tuple[Link, ...]:
    links = []
    for key, step in found:
        state = _states()[key]
        day = at if at is not None and state.holds(at) else _shown_day(state)
        links.append(Link(as_unit(state, day), step.extent, step.share, step.on, step.legal_act))
    links.sort(key=lambda k: (LEVELS.index(k.unit.level), sort_key(k.unit.name), k.unit.code))
    return tuple(links)


def _shown_day(state: State) -> dt.date:
    """Choose the day on which a unit of the other time is shown: its last for one that ended, else its first."""
    return state.valid_to if state.valid_to is not None else state.valid_from


def _followed(key: Key, at: dt.date) -> list[Step]:
    open_steps, done = list(_after().get(key, ())), []
    while open_steps:
        step = open_steps.pop()
        later = [s for s in _after().get(step.new, ()) if s.on <= at]
        if step.on <= at:
            open_steps += [step.then(s) for s in later]
            done += [] if later else [step]
    return _merged(done)


def _traced(key: Key, at: dt.date) -> list[Step]:
    open_steps, done = list(_before().get(key, ())), []
    while open_steps:
        step = open_steps.pop()
        if step.on <= at:
            continue
        earlier = [s for s in _before().get(step.old, ()) if s.on > at]
        open_steps += [s.then(step) for s in earlier]
        done += [] if earlier else [step]
    return _merged(done)


def _merged(steps: list[Step]) -> list[Step]:
    """Keep one step for each pair: two ways between the same units are parts of one."""
    by_pair: dict[tuple[Key, Key], list[Step]] = defaultdict(list)
    for step in sorted(steps, key=lambda s: (s.old, s.new, s.on)):
        by_pair[step.old, step.new].append(step)
    return [s[0] if len(s) == 1 else replace(s[-1], extent="part", share=None) for s in by_pair.values()]


@cache
def _states() -> dict[Key, State]:
    return {(s.code, s.valid_from): s for s in states_all()}


@cache
def _steps() -> tuple[Step, ...]:
    columns = ("code", "valid_from", "successor_code", "successor_valid_from", "extent", "share", "on", "legal_act")
    rows = lineage().select(columns).iter_rows()
    return tuple(Step((r[0], r[1]), (r[2], r[3]), *r[4:]) for r in rows)


@cache
def _after() -> dict[Key, tuple[Step, ...]]:
    return _grouped([(s.old, s) for s in _steps()])


@cache
def _before() -> dict[Key, tuple[Step, ...]]:
    return _grouped([(s.new, s) for s in _steps()])


def _grouped(pairs: list[tuple[Key, Step]]) -> dict[Key, tuple[Step, ...]]:
    found: dict[Key, list[Step]] = defaultdict(list)
    for key, step in pairs:
        found[key].append(step)
    return {key: tuple(steps) for key, steps in found.items()}
