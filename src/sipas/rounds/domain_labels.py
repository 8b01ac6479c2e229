"""Vietnamese names of the values that divide a population."""

from __future__ import annotations

from typing import overload

from sipas.errors import SipasError
from sipas.geography import unit_at
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
        return _place(domain, settings)
    return shipped_label(kind, domain)


def _place(code: str, settings: Round) -> str:
    try:
        return unit_at(code, settings.window.last).full_name
    except SipasError:
        return code
