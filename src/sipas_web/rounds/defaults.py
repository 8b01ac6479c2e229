"""What a new round starts from: sound choices that a person then confirms or changes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sipas_web.rounds.folders import COUNTRY
from sipas_web.units.queries import Unit

LAST_DAY_OF_WINDOW = (9, 30)
REPORT_DAY = (11, 20)
# The whole country: forms of SIPAS 2019, https://thoibaonganhang.vn/sipas-2019-…-101922.html
NATIONAL_SAMPLE = 36_630


def window(year: int) -> tuple[dt.date, dt.date]:
    """Give the usual window: results handed over in the first nine months."""
    return dt.date(year, 1, 1), dt.date(year, *LAST_DAY_OF_WINDOW)


def title(unit: Unit, year: int) -> str:
    """Suggest a title, in Vietnamese: it is printed on documents."""
    where = "cả nước" if unit.code == COUNTRY else unit.full_name
    return f"Đo lường sự hài lòng của người dân, tổ chức {where} năm {year}"


def settings(unit: Unit, year: int, population: str) -> dict[str, Any]:
    """Give the rest of ``round.yaml`` for a new round; days as text."""
    return {
        "documents": _documents(unit, year),
        "contacts_until": dt.date(year + 1, 3, 31).isoformat(),
        "frame": {"refuse_unknown_commune": True},
        **_choices(unit, population),
    }


def simulated(year: int, population: str, unit: Unit) -> dict[str, Any]:
    """Give the mark of a practice round: people do everything, but nothing in it is real."""
    profile = "national" if unit.code == COUNTRY else population
    return {"seed": year, "profile": profile, "witnesses": "given", "field": "given"}


def _documents(unit: Unit, year: int) -> dict[str, Any]:
    made: dict[str, Any] = {"date": dt.date(year, *REPORT_DAY).isoformat()}
    if unit.code == COUNTRY:
        return made | {"place": "Hà Nội", "department": "Bộ Nội vụ", "parent": "", "signer": "BỘ TRƯỞNG"}
    parent = f"UBND {unit.full_name[:1].lower()}{unit.full_name[1:]}"
    return made | {
        "place": unit.name,
        "department": "Sở Nội vụ",
        "parent": parent,
        "signer": "GIÁM ĐỐC",
        "addressees": ["Bộ Nội vụ", parent],
        "recipients": ["Như trên", "Lưu: VT, CCHC"],
        "basis": [],
    }


def _choices(unit: Unit, population: str) -> dict[str, Any]:
    if unit.code == COUNTRY:
        return _of_the_country()
    return _of_residents() if population == "residents" else _of_transactions()


def _of_transactions() -> dict[str, Any]:
    stage = {"unit": "unit_id", "strata": ["agency"], "size": {"rule": "fixed", "n": 30, "per": ["agency"]}}
    domains = [["agency"], ["agency_level"], ["field"], ["respondent_kind"]]
    return {
        "design": {"stages": [stage], "reserve": 1.0},
        "weights": {"classes": ["stratum"]},
        "estimates": {"domains": domains, "rank_by": ["agency"], "least_to_rank": 20},
    }


def _of_residents() -> dict[str, Any]:
    stages = [
        {"unit": "commune", "size": {"rule": "fixed", "n": 8}, "method": "pps_systematic"},
        {"unit": "village", "size": {"rule": "fixed", "n": 3}},
        {"unit": "unit_id", "size": {"rule": "fixed", "n": 15}},
    ]
    return {
        "design": {"stages": stages, "reserve": 0.5},
        "weights": {"classes": ["stratum"]},
        # A commune is one primary unit: its own figures would have no error, so none is made.
        "estimates": {"domains": [["age_band"]], "rank_by": ["age_band"], "least_to_rank": 20},
    }


def _of_the_country() -> dict[str, Any]:
    stage = {
        "unit": "unit_id",
        "strata": ["province", "agency_level"],
        "size": {"rule": "fixed", "n": NATIONAL_SAMPLE},
        "allocation": {"rule": "power", "exponent": 0.3, "minimum": 40},
    }
    domains = [["province"], ["agency_level"], ["field"], ["respondent_kind"]]
    return {
        "design": {"stages": [stage], "reserve": 1.0},
        "weights": {"classes": ["respondent_kind", "stratum"], "margins": [["province"], ["respondent_kind"]]},
        "estimates": {"domains": domains, "rank_by": ["province"], "least_to_rank": 30},
    }
