"""How a unit is named on an official document: body, the one above, symbol, signer. A draft: văn thư decides.

By NĐ 30/2020, Phụ lục I: a people's committee has no line of a parent agency; an agency has that of its committee.
"""

from __future__ import annotations

from dataclasses import dataclass

from sipas_web.units.kinds import Kind
from sipas_web.units.queries import Unit

TERRITORIAL = (Kind.PROVINCE, Kind.DISTRICT, Kind.COMMUNE)
CENTRAL = "Bộ Nội vụ"
COMMITTEE_SIGNER = ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")
HEADS = {
    "sở": "GIÁM ĐỐC", "bộ": "BỘ TRƯỞNG", "phòng": "TRƯỞNG PHÒNG", "chi cục": "CHI CỤC TRƯỞNG", "ban": "TRƯỞNG BAN",
    "trung tâm": "GIÁM ĐỐC", "văn phòng": "CHÁNH VĂN PHÒNG", "thanh tra": "CHÁNH THANH TRA",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Body:
    """A unit as a document names it."""

    name: str
    parent: str
    symbol: str  # after the type: BC-UBND
    place: str
    signer: tuple[str, ...]


def body_of(unit: Unit, above: Unit | None) -> Body:
    """Give the body that issues for a unit."""
    if unit.kind == Kind.COUNTRY:
        return Body(CENTRAL, "", "BNV", "Hà Nội", ("BỘ TRƯỞNG",))
    if unit.kind in TERRITORIAL:
        return Body(name_of(unit), "", "UBND", unit.name, COMMITTEE_SIGNER)
    parent = name_of(above) if above is not None else ""
    symbol = "".join(word[0] for word in unit.full_name.split() if word[0].isalpha()).upper()
    return Body(unit.full_name, parent, symbol, above.name if above is not None else "…", (head_title(unit.full_name),))


def head_title(name: str) -> str:
    """Give the post of who heads an agency, by the words its name begins with."""
    words = name.lower().split()
    return HEADS.get(" ".join(words[:2])) or HEADS.get(" ".join(words[:1])) or "THỦ TRƯỞNG CƠ QUAN"


def short_name_of(unit: Unit | None) -> str:
    """Name a unit as it fits into a table."""
    return name_of(unit).replace("Ủy ban nhân dân", "UBND")


def name_of(unit: Unit | None) -> str:
    """Name who receives: the people's committee of a place, the agency itself, the Ministry for the whole country."""
    if unit is None:
        return ""
    if unit.kind == Kind.COUNTRY:
        return CENTRAL
    if unit.kind in TERRITORIAL:
        return f"Ủy ban nhân dân {unit.full_name[:1].lower()}{unit.full_name[1:]}"
    return unit.full_name
