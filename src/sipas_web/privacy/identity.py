"""What is known of a person, and of the place of a visit, once opened. Lives in memory only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from sipas_web.shared.vietnamese_text import search_key

COUNTRY_CODE = "84"
LEAST_PHONE = 6  # digits; shorter ones find too many


@dataclass(frozen=True, slots=True)
class Identity:
    """How to reach a drawn person or organisation; empty where it is not known."""

    name: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    dossier_number: str = ""

    def __repr__(self) -> str:
        """Say nothing: no log or error shall hold a person."""
        return "Identity(…)"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a visit was, as a phone gave it; degrees, and metres of its own accuracy."""

    latitude: float
    longitude: float
    accuracy_m: float = 0.0

    def __repr__(self) -> str:
        return "Place(…)"


@dataclass(frozen=True, slots=True)
class VisitNote:
    """What was sealed of one visit."""

    visit: int
    place: Place | None
    note: str


FIELDS = tuple(field.name for field in fields(Identity))


def identity_of(row: Mapping[str, Any]) -> Identity:
    """Take what is ours of a row; anything else in it is left out."""
    return Identity(**{name: str(row.get(name) or "").strip() for name in FIELDS})


def traits(identity: Identity) -> dict[str, str]:
    """Give what a person is found by, spelt one way; empty ones are left out."""
    found = {
        "phone": phone_key(identity.phone),
        "email": identity.email.casefold(),
        "dossier": dossier_key(identity.dossier_number),
        "name": search_key(identity.name),
    }
    return {kind: text for kind, text in found.items() if text}


def phone_key(text: str) -> str:
    """Give the digits of a telephone number as dialled inside the country."""
    digits = "".join(c for c in text if c.isdecimal())
    if digits.startswith(COUNTRY_CODE) and len(digits) > len(COUNTRY_CODE) + LEAST_PHONE:
        digits = f"0{digits.removeprefix(COUNTRY_CODE)}"
    return digits if len(digits) >= LEAST_PHONE else ""


def dossier_key(text: str) -> str:
    """Spell a dossier number without spaces and in one case."""
    return "".join(text.split()).upper()
