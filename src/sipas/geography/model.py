"""What the register answers with: a unit on a day, a link of its lineage, its place in the tree, a warning."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from sipas.errors import SipasError
from sipas.intake.vietnamese import format_date

Level = Literal["province", "district", "commune"]
Extent = Literal["whole", "part"]
LEVELS: tuple[Level, ...] = ("province", "district", "commune")


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the user of an answer must know; data, not an exception.

    Parameters
    ----------
    code : str
        Dotted code with a sentence in the catalogue.
    got : object, optional
        What was asked.
    expected : object, optional
        What the register holds.
    hint : object, optional
        Data that helps.
    """

    code: str
    got: object = None
    expected: object = None
    hint: object = None


@dataclass(frozen=True, slots=True)
class Unit:
    """An administrative unit as it stood on a day. The first eleven fields are the columns of ``units``.

    Parameters
    ----------
    code : str
        Official code; codes are reused, so only (code, valid_from) is a key.
    valid_from : datetime.date
        First day of this state; 2017-01-01 stands for "or earlier", for districts and communes for "not known".
    valid_to : datetime.date, optional
        Last day; missing while the state lasts.
    level : {'province', 'district', 'commune'}
        Tier.
    kind : str
        Vietnamese kind: tỉnh, thành phố, huyện, quận, thị xã, xã, phường, thị trấn, đặc khu.
    name : str
        Name without its kind, NFC.
    parent_code : str, optional
        Code of the unit above; missing for a province.
    parent_valid_from : datetime.date, optional
        With parent_code, the key of the unit above on the day asked.
    unit_class : str, optional
        Class (hạng), where known.
    region : str, optional
        Socio-economic region on the day asked.
    legal_act : str, optional
        Act that made this state, where known.
    on : datetime.date
        Day asked.
    path : tuple of str
        Full names from the province down to the unit.
    warnings : tuple of Warned
        What limits the answer.
    """

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
    on: dt.date
    path: tuple[str, ...]
    warnings: tuple[Warned, ...] = ()

    @property
    def full_name(self) -> str:
        """Name with its kind, as ``Tỉnh Ninh Thuận``."""
        return full_name(self.kind, self.name)

    @property
    def label(self) -> str:
        """Full names upwards and the code, as ``Phường 4, Quận 3, Thành phố Hồ Chí Minh (27127)``."""
        return f"{', '.join(reversed(self.path))} ({self.code})"


@dataclass(frozen=True, slots=True)
class Link:
    """One step or chain of a unit's lineage.

    Parameters
    ----------
    unit : Unit
        The successor or predecessor.
    extent : {'whole', 'part'}
        Whether the older unit passed whole into the newer.
    share : float, optional
        Share of the older unit that passed, 0 to 1; missing: not known.
    on : datetime.date
        Day the older unit's territory passed on: of the first change in a chain.
    legal_act : str, optional
        Acts, in order of time, joined by ``; ``.
    """

    unit: Unit
    extent: Extent
    share: float | None
    on: dt.date
    legal_act: str | None


@dataclass(frozen=True, slots=True)
class Tree:
    """A unit between what stands above and below it on a day.

    Parameters
    ----------
    above : tuple of Unit
        From the province down; empty for a province.
    unit : Unit
        The unit.
    below : tuple of Unit
        Units one tier down, in Vietnamese order; empty for a commune.
    """

    above: tuple[Unit, ...]
    unit: Unit
    below: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """A socio-economic region as it holds for a unit on a day.

    Parameters
    ----------
    name : str
        Vietnamese name.
    status : {'page', 'recalled'}
        Whether a page says so, or memory only.
    source : str
        The page or act.
    """

    name: str
    status: str
    source: str


def full_name(kind: str, name: str) -> str:
    """Put a unit's kind before its name.

    Parameters
    ----------
    kind : str
        Kind in lower case.
    name : str
        Name.

    Returns
    -------
    str
        As ``Thị xã Sa Pa``.
    """
    return f"{kind[0].upper()}{kind[1:]} {name}"


def unknown_unit(parameter: str, text: str, on: dt.date, near: list[str]) -> SipasError:
    """Make the error for a text that means no unit.

    Parameters
    ----------
    parameter : str
        Name of the argument.
    text : str
        What was written.
    on : datetime.date
        The day.
    near : list of str
        Units of like name; may be empty.

    Returns
    -------
    SipasError
        ``geography.unknown`` or, where no name is like it, ``geography.unknown_without_like``.
    """
    day = format_date(on)
    if not near:
        return SipasError("geography.unknown_without_like", parameter, expected=day, got=text)
    return SipasError("geography.unknown", parameter, expected=day, got=text, hint=near)
