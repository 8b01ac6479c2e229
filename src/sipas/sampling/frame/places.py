"""Which agency and commune a list means."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sipas.geography import Unit, known, matches
from sipas.geography.model import Level
from sipas.intake.reasons import Reason
from sipas.intake.vietnamese import clean, search_key
from sipas.sampling.frame.reasons import AGENCY_AMBIGUOUS, AGENCY_UNKNOWN, COMMUNE_AMBIGUOUS, COMMUNE_UNKNOWN

# What stands before the unit's name in the name of its authority or of its one-stop desk.
_AUTHORITY = re.compile(
    r"^(?:(?:bo phan|bp|tt|trung tam)[\w ,.]*?(?:mot cua|hanh chinh cong|hcc|tra ket qua)\s*(?:-|–|thuoc|cua)?\s*)?"
    r"(?:hdnd\s*(?:va|-|&)\s*)?(?:ubnd|uy ban nhan dan|van phong hdnd va ubnd)?\s*"
)
_COMMUNE_KIND = re.compile(r"^(xa|phuong|p\.|x\.|thi tran|tt\.|dac khu)\s*\w")
_DISTRICT_KIND = re.compile(r"^(huyen|quan|thi xa|thanh pho|tp\.?|h\.|q\.|tx\.?)\s*\w")
_PROVINCE_KIND = re.compile(r"^(thanh pho|tp)?\s*tinh(\s+\w|$)")
_PROVINCE_AGENCY = re.compile(
    r"^(so|ban quan ly|ban dan toc|ban ton giao|thanh tra|cuc|chi cuc|van phong ubnd|van phong dang ky|dien luc|quy"
    r"|trung tam|vien|truong)\b"
)
_DISTRICT_AGENCY = re.compile(r"^(phong|cong an huyen|cong an quan|cong an thi xa|chi nhanh)\b")
# Ministries, and the bodies they keep in the provinces ("cơ quan trung ương tại địa phương").
_CENTRAL_AGENCY = re.compile(
    r"^(bo|tong cuc|uy ban dan toc|cong an tinh|cong an thanh pho|thue|(chi )?cuc (thue|hai quan)|hai quan|kho bac"
    r"|bao hiem xa hoi|bhxh|ngan hang nha nuoc|(chi )?cuc thi hanh an|thi hanh an|toa an|vien kiem sat)\b"
)

Meant = Literal["none", "several"]


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency as the frame names it.

    Parameters
    ----------
    name : str
        One spelling for all rows, as ``UBND phường Minh Xuân`` or ``Sở Xây dựng``.
    level : {'central', 'province', 'district', 'commune'}
        Tier.
    commune : str, optional
        Code of the commune whose authority it is.
    """

    name: str
    level: str
    commune: str | None = None


@dataclass(frozen=True)
class Places:
    """Reads the names of agencies and communes in one province.

    Parameters
    ----------
    province : str
        Code of the province.
    days : tuple of datetime.date
        Days on which a unit is looked up, the first that knows it counts: the window's end, then its start.
    agencies : tuple of str
        Names of the agencies in scope, where known; then no other is taken.
    """

    province: str
    days: tuple[dt.date, ...]
    agencies: tuple[str, ...] = ()

    def agency(self, text: str, district: str | None = None) -> Agency | Reason:
        """Read the name of an agency.

        Parameters
        ----------
        text : str
            As it stands in the list.
        district : str, optional
            District named beside it.

        Returns
        -------
        Agency or Reason
            ``frame.agency_unknown``, ``frame.agency_ambiguous``.
        """
        listed = self._listed(text)
        if self.agencies and listed is None:
            return AGENCY_UNKNOWN
        return self._read(listed or clean(text), district)

    def commune(self, text: str, district: str | None = None) -> Unit | Reason:
        """Read the name or code of a commune.

        Parameters
        ----------
        text : str
            As it stands in the list.
        district : str, optional
            District named beside it; used while there were districts.

        Returns
        -------
        Unit or Reason
            ``frame.commune_unknown``, ``frame.commune_ambiguous``.
        """
        found = _find(text, "commune", (district, self.province) if district else (self.province,), self.days)
        if isinstance(found, Unit):
            return found
        return COMMUNE_AMBIGUOUS if found == "several" else COMMUNE_UNKNOWN

    def authority(self, unit: Unit) -> str:
        """Name the authority of a commune.

        Parameters
        ----------
        unit : Unit
            A commune.

        Returns
        -------
        str
            As ``UBND xã Tân Long``; with the district or the code where the province has several of the name.
        """
        name = f"UBND {unit.kind} {unit.name}"
        if len(matches(f"{unit.kind} {unit.name}", unit.on, "commune", self.province)) == 1:
            return name
        return f"{name} ({unit.path[1] if len(unit.path) > 2 else unit.code})"

    def _read(self, text: str, district: str | None) -> Agency | Reason:
        rest = _rest(text)
        key = search_key(rest)
        if _COMMUNE_KIND.match(key) or rest.isdigit():
            return self._commune_agency(rest, district)
        if _CENTRAL_AGENCY.match(key):
            return Agency(text, "central")
        if _PROVINCE_KIND.match(key) or _PROVINCE_AGENCY.match(key):
            return Agency(text, "province")
        if _DISTRICT_AGENCY.match(key):
            return Agency(text, "district")
        if _DISTRICT_KIND.match(key):
            return self._district_agency(rest)
        found = self._commune_agency(rest, district)
        return Agency(text, "province") if self.agencies and not isinstance(found, Agency) else found

    def _commune_agency(self, text: str, district: str | None) -> Agency | Reason:
        unit = self.commune(text, district)
        if isinstance(unit, Unit):
            return Agency(self.authority(unit), "commune", unit.code)
        return AGENCY_AMBIGUOUS if unit == COMMUNE_AMBIGUOUS else AGENCY_UNKNOWN

    def _district_agency(self, text: str) -> Agency | Reason:
        found = _find(text, "district", (self.province,), self.days)
        if isinstance(found, Unit):
            return Agency(f"UBND {found.kind} {found.name}", "district")
        if isinstance(_find(text, "province", (), self.days), Unit):  # a city under the centre
            return Agency(f"UBND {text}", "province")
        return AGENCY_UNKNOWN

    def _listed(self, text: str) -> str | None:
        key = search_key(text)
        return next((clean(name) for name in self.agencies if search_key(name) == key), None)


def one_spelling(texts: Sequence[tuple[str, int]]) -> dict[str, str]:
    """Choose one spelling for texts that differ only in case, spaces and diacritics.

    Parameters
    ----------
    texts : sequence of (str, int)
        Text and how often it stands.

    Returns
    -------
    dict of str to str
        Each text to the most frequent spelling of its key; ties to the text first in code-point order.
    """
    best: dict[str, tuple[int, str]] = {}
    for text, count in sorted(texts):
        key = search_key(text)
        if key not in best or count > best[key][0]:
            best[key] = (count, text)
    return {text: best[search_key(text)][1] for text, _ in texts}


def _rest(text: str) -> str:
    """Leave off the words before the unit's name: ``UBND phường Minh Xuân`` to ``phường Minh Xuân``."""
    composed = clean(text)
    key = search_key(composed)
    match = _AUTHORITY.match(key)
    if match is None or len(key) != len(composed) or match.end() == len(key):
        return composed
    return composed[match.end() :]


@lru_cache(maxsize=50_000)
def _find(text: str, level: Level, areas: tuple[str, ...], days: tuple[dt.date, ...]) -> Unit | Meant:
    """Find a unit; where none, tell whether none or several are meant."""
    several = False
    for on in days:
        for within in areas or (None,):
            found = known(text, on, level, within)
            if len(found) == 1:
                return found[0]
            several = several or bool(found)
    return "several" if several else "none"
