"""The words of the form, folded once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from sipas.letters.text import fold


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document.

    Parameters
    ----------
    code : str
        As ``plan``.
    name : str
        As ``Kế hoạch``.
    abbreviation : str or None
        As ``KH``.
    """

    code: str
    name: str
    abbreviation: str | None


@cache
def words() -> dict[str, Any]:
    """Give the vocabulary file.

    Returns
    -------
    dict
        As it stands in ``vocabulary.yaml``.
    """
    data: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("vocabulary.yaml").read_text(encoding="utf-8"))
    return data


@cache
def kinds() -> dict[str, Kind]:
    """Give every kind by its code.

    Returns
    -------
    dict of str to Kind
        All of them.
    """
    return {code: Kind(code, k["name"], k.get("abbreviation")) for code, k in words()["kinds"].items()}


@cache
def kind_by_name() -> dict[str, Kind]:
    """Give every kind by its folded name.

    Returns
    -------
    dict of str to Kind
        All of them.
    """
    return {fold(kind.name): kind for kind in kinds().values()}


@cache
def kind_by_abbreviation() -> dict[str, Kind]:
    """Give every kind by its folded abbreviation.

    Returns
    -------
    dict of str to Kind
        Those that have one.
    """
    return {fold(kind.abbreviation): kind for kind in kinds().values() if kind.abbreviation}


@cache
def symbols() -> dict[str, str]:
    """Give the body behind a symbol's group, by the folded group.

    Returns
    -------
    dict of str to str
        Names of bodies in Vietnamese.
    """
    return {fold(group): str(name) for group, name in words()["symbols"].items()}


def one_of(phrases: Iterable[str]) -> str:
    """Make a pattern of folded phrases, the longest first, spaces loose.

    Parameters
    ----------
    phrases : iterable of str
        In Vietnamese.

    Returns
    -------
    str
        An uncaptured group for a folded text.
    """
    folded = sorted({fold(phrase) for phrase in phrases}, key=lambda phrase: (-len(phrase), phrase))
    return "(?:" + "|".join(loose(phrase) for phrase in folded) + ")"


def loose(phrase: str) -> str:
    """Make a pattern of one folded phrase: any space between words, around commas and dashes.

    Parameters
    ----------
    phrase : str
        Folded.

    Returns
    -------
    str
        Pattern.
    """
    escaped = re.escape(phrase).replace(r"\ \-\ ", r"\s*\-\s*").replace(r",\ ", r"\s*,\s*")
    return escaped.replace(r"\ ", r"\s+")
