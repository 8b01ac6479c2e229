"""Find a unit by what a person wrote."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections import defaultdict
from functools import cache

from sipas.errors import SipasError
from sipas.geography.model import LEVELS, Level, Unit, unknown_unit
from sipas.geography.names import Meaning, has_diacritics, meanings
from sipas.geography.register import (
    State,
    ancestors,
    as_unit,
    check_day,
    check_level,
    states_all,
    states_by_code,
    unit_at,
)
from sipas.intake.vietnamese import clean, format_date, sort_key

CODE_LENGTHS: dict[Level, int] = {"province": 2, "district": 3, "commune": 5}
# Names at least this much alike (difflib ratio, 0 to 1) are offered; lower brings in unrelated names.
LIKENESS = 0.75
MOST_STATES_NAMED = 5
MOST_MEANT_NAMED = 12
# Offices also part a unit from those above it by a dash; some names hold one (Bà Rịa - Vũng Tàu), so it is tried last.
_BETWEEN = re.compile(r"\s+[-–—]\s+|\s*;\s*")


def find(text: str, on: dt.date, level: Level | None = None, within: str | Unit | None = None) -> Unit:
    """Find the one unit a text means on a day.

    A code, or a name with or without diacritics, kind (``Tỉnh``, ``TP.``, ``Q.``, ``Xã`` …) and units above it
    after commas, semicolons or dashes (``Xã Tân Thạnh, Sóc Trăng``). Hòa and Hoà, Lý and Lí, đ and d are the
    same; a name written with diacritics is first sought as written.

    Parameters
    ----------
    text : str
        What was written.
    on : datetime.date
        The day, from 2017-01-01.
    level : {'province', 'district', 'commune'}, optional
        Only this tier. With it, a code may lack its leading zeros.
    within : str or Unit, optional
        A province or district, as text or unit, in which the unit lies.

    Returns
    -------
    Unit
        With its warnings.

    Raises
    ------
    SipasError
        ``geography.unknown`` (hint: units of like name) or ``geography.unknown_without_like``,
        ``geography.ambiguous`` (hint: the units meant), ``geography.not_at_date`` (the unit exists on
        other days; expected: which), ``geography.date``,
        ``geography.level``.
    """
    found = matches(text, on, level, within)
    if len(found) == 1:
        return found[0]
    if found:
        raise SipasError("geography.ambiguous", "text", expected=format_date(on), got=text, hint=_labels(found))
    name = clean(text.split(",", maxsplit=1)[0])
    if within is None and name == clean(text) and (others := _named(name, level)):
        periods = [s.period() for s in _ordered(others)[:MOST_STATES_NAMED]]
        raise SipasError("geography.not_at_date", "on", expected=periods, got=text, hint=format_date(on))
    near = [u.label for u in candidates(name, on, level)]
    refusal = unknown_unit("text", text, on, near)
    raise refusal


def matches(text: str, on: dt.date, level: Level | None = None, within: str | Unit | None = None) -> tuple[Unit, ...]:
    """List every unit a text may mean on a day.

    Parameters
    ----------
    text, on, level, within
        As for `find`.

    Returns
    -------
    tuple of Unit
        By tier, then in Vietnamese order; empty where there is none.

    Raises
    ------
    SipasError
        ``geography.unknown``, ``geography.unknown_without_like`` (for a code, or an area after a comma),
        ``geography.not_at_date`` (for a code), ``geography.date``, ``geography.level``.
    """
    try:
        return _matches(text, on, level, within)
    except _UnknownAreaError as error:
        near = [*candidates(error.text, on, "province", 3), *candidates(error.text, on, "district", 3)]
        refusal = unknown_unit("within", error.text, on, [u.label for u in near])
        raise refusal from error


def known(text: str, on: dt.date, level: Level | None = None, within: str | Unit | None = None) -> tuple[Unit, ...]:
    """List every unit a text may mean on a day, for reading many texts: nothing is looked for in place of the unknown.

    Parameters
    ----------
    text, on, level, within
        As for `find`.

    Returns
    -------
    tuple of Unit
        As from `matches`; empty also for a code or an area that is not known on the day, and before 2017.

    Raises
    ------
    SipasError
        ``geography.level``.
    """
    check_level(level)
    try:
        return _matches(text, on, level, within)
    except (SipasError, _UnknownAreaError):
        return ()


def candidates(text: str, on: dt.date, level: Level | None = None, most: int = 5) -> tuple[Unit, ...]:
    """List the units of a day whose names are like a text.

    Parameters
    ----------
    text : str
        A name, perhaps misspelt, with or without its kind.
    on : datetime.date
        The day, from 2017-01-01.
    level : {'province', 'district', 'commune'}, optional
        Only this tier.
    most : int
        How many at most, from 1.

    Returns
    -------
    tuple of Unit
        Those of the kind written first, then the most alike (difflib ratio; names that end in the text count as
        alike), then by tier and name.

    Raises
    ------
    SipasError
        ``geography.date``, ``geography.level``.
    """
    check_day(on)
    check_level(level)
    read = meanings(clean(text))
    likeness: dict[str, float] = {}
    for meaning in read:
        for key in difflib.get_close_matches(meaning.name_key, list(_by_name()), n=4 * most, cutoff=LIKENESS):
            ratio = difflib.SequenceMatcher(None, meaning.name_key, key).ratio()
            likeness[key] = max(ratio, likeness.get(key, 0.0))
        likeness |= {key: 1.0 for key in _by_name() if _holds_words(key, meaning)}
    states = [s for key in likeness for s in _by_name()[key] if s.holds(on) and level in {None, s.level}]
    kinds = {m.kind for m in read} - {None}
    states.sort(
        key=lambda s: (
            bool(kinds) and s.kind not in kinds,
            -likeness[s.name_key],
            LEVELS.index(s.level),
            sort_key(s.name),
            s.code,
        )
    )
    return tuple(as_unit(s, on) for s in states[:most])


def last_day(text: str, level: Level | None = None) -> dt.date | None:
    """Give the last day of a unit that no longer exists, where the text means only one.

    Parameters
    ----------
    text : str
        Code or name, as for `find`; without commas.
    level : {'province', 'district', 'commune'}, optional
        Only this tier.

    Returns
    -------
    datetime.date or None
        None where nothing, or more than one unit, is meant, or where it still exists.

    Raises
    ------
    SipasError
        ``geography.level``.
    """
    check_level(level)
    digits = _code(text, level)
    states = list(states_by_code().get(digits, ())) if digits else _named(clean(text), level)
    if not states or len({s.code for s in states}) > 1:
        return None
    return max(states, key=lambda s: s.valid_from).valid_to


def _code(text: str, level: Level | None) -> str | None:
    digits = clean(text)
    if not digits.isascii() or not digits.isdigit():
        return None
    return digits if level is None else digits.zfill(CODE_LENGTHS[level])


def _areas(text: str, on: dt.date, within: str | Unit | None) -> tuple[str, list[set[str]]]:
    """Split a text at its commas; give the name and, for each area, the codes it may mean."""
    first, *rest = (clean(part) for part in text.split(","))
    areas = [_area_codes(part, on) for part in rest if part]
    if within is not None:
        areas.append({within.code} if isinstance(within, Unit) else _area_codes(clean(within), on))
    return first, areas


class _UnknownAreaError(Exception):
    """No province or district bears a text; units of like name are sought only where someone reads them."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def _matches(text: str, on: dt.date, level: Level | None, within: str | Unit | None) -> tuple[Unit, ...]:
    check_day(on)
    check_level(level)
    if digits := _code(text, level):
        return (unit_at(digits, on),)
    name, areas = _areas(text, on, within)
    found = [s for s in _named(name, level) if s.holds(on) and _lies_in(s, on, areas)]
    if not found and (parted := _BETWEEN.sub(", ", text)) != text:
        return _matches(parted, on, level, within)
    return tuple(as_unit(s, on) for s in _ordered(found))


def _area_codes(text: str, on: dt.date) -> set[str]:
    if digits := _code(text, None):
        return {unit_at(digits, on).code}
    named = _named(text, "province") + _named(text, "district")
    if codes := {s.code for s in named if s.holds(on)}:
        return codes
    raise _UnknownAreaError(text)


def _lies_in(state: State, on: dt.date, areas: list[set[str]]) -> bool:
    above = {s.code for s in ancestors(state, on)} if areas else set()
    return all(codes & above for codes in areas)


def _named(text: str, level: Level | None) -> list[State]:
    """List the states a text names, on any day: as written with diacritics where there are such."""
    found: list[State] = []
    exact: list[State] = []
    for meaning in meanings(text):
        for state in _by_name().get(meaning.name_key, ()):
            if level in {None, state.level} and meaning.kind in {None, state.kind} and state not in found:
                found.append(state)
                if meaning.spelling_key == state.spelling_key:
                    exact.append(state)
    return exact if exact and has_diacritics(text) else found


def _ordered(states: list[State]) -> list[State]:
    return sorted(states, key=lambda s: (LEVELS.index(s.level), sort_key(s.name), s.code, s.valid_from))


def _labels(units: tuple[Unit, ...]) -> list[str]:
    named = [u.label for u in units[:MOST_MEANT_NAMED]]
    return named if len(units) <= MOST_MEANT_NAMED else [*named, f"… (+{len(units) - MOST_MEANT_NAMED})"]


def _holds_words(key: str, meaning: Meaning) -> bool:
    return len(meaning.name_key) > 2 and key.endswith(meaning.name_key) and key != meaning.name_key


@cache
def _by_name() -> dict[str, tuple[State, ...]]:
    found: dict[str, list[State]] = defaultdict(list)
    for state in states_all():
        found[state.name_key].append(state)
    return {key: tuple(states) for key, states in found.items()}
