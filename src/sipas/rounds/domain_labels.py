"""Vietnamese names of the values that divide a population."""

from __future__ import annotations

from typing import overload

from sipas.errors import SipasError
from sipas.geography import Unit, unit_at
from sipas.reporting.domain_labels import shipped_label
from sipas.rounds.settings import Round

CROSS = " × "
PLACES = ("province", "commune")


@overload
def domain_label(kind: str, domain: str, settings: Round) -> str: ...
@overload
def domain_label(kind: str, domain: None, settings: Round) -> None: ...
def domain_label(kind: str, domain: str | None, settings: Round) -> str | None:
    """Name a domain for people.

    Parameters
    ----------
    kind : str
        Kind of domain; crossed kinds joined by ``×``.
    domain : str, optional
        Its value as the tables hold it.
    settings : Round
        Its window ends on the day whose names of places count.

    Returns
    -------
    str or None
        A tier, a kind of respondent or a place by name; anything else as it is; None for None.
    """
    if domain is None:
        return None
    if CROSS in kind:
        parts = zip(kind.split(CROSS), domain.split(CROSS), strict=True)
        return CROSS.join(domain_label(k, d, settings) for k, d in parts)
    if kind in PLACES and domain:
        place = place_of(domain, settings)
        return domain if place is None else place.full_name
    return shipped_label(kind, domain)


def place_of(code: str, settings: Round) -> Unit | None:
    """Find the unit behind a code on the last day of the round's window.

    Parameters
    ----------
    code : str
        Code of a province or commune.
    settings : Round
        Gives the day.

    Returns
    -------
    Unit or None
        None where the register has no such unit on that day.
    """
    try:
        return unit_at(code, settings.window.last)
    except SipasError:
        return None
