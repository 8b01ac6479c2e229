"""Make the folder of a synthetic round: settings, office files, keys. Everything in it says "mô phỏng"."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from sipas.errors import SipasError
from sipas.geography import find, unit_at, units_at
from sipas.instrument import load
from sipas.intake.vietnamese import search_key
from sipas.rounds.keys import DEPARTMENT, SECRET, make_key
from sipas.rounds.settings import FILE, NATION
from sipas.simulation import load_profile, office_files, office_list, residents, transactions

NATIONAL_SAMPLE = 36_630  # forms of SIPAS 2019, https://thoibaonganhang.vn/sipas-2019-…-101922.html


def simulate(
    root: Path,
    *,
    province: str,
    year: int,
    edition: str,
    seed: int,
    mean_load: float = 150.0,
    previous: str | None = None,
) -> Path:
    """Make a synthetic round, ready to run.

    Parameters
    ----------
    root : Path
        A folder that does not hold a round yet.
    province : str
        Code or name of a province, or ``all``.
    year : int
        Year of the round.
    edition : str
        Name of an edition; its population decides whether transactions or residents are listed.
    seed : int
        Seed; rounds of one seed share the levels of their agencies.
    mean_load : float
        Mean number of transactions of a commune, or of adults in a village.
    previous : str, optional
        Folder of the earlier round, relative to this one.

    Returns
    -------
    Path
        ``round.yaml``.

    Raises
    ------
    SipasError
        ``round.exists``, and those of ``geography``.
    """
    if (root / FILE).exists():
        raise SipasError("round.exists", got=str(root))
    first, last = date(year, 1, 1), date(year, 9, 30)
    code = NATION if province == NATION else find(province, last, level="province").code
    population = load(edition).population
    (root / "input" / "frame").mkdir(parents=True, exist_ok=True)
    for name, content in _lists(code, population, seed, first, last, mean_load).items():
        (root / "input" / "frame" / name).write_bytes(content)
    make_key(root / SECRET, simulated_seed=seed * 10_000 + year)
    make_key(root / DEPARTMENT, simulated_seed=seed)
    settings = _settings(root.name, code, year, edition, population, seed, previous)
    text = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False, width=110)
    (root / FILE).write_text(f"# Đợt MÔ PHỎNG: dữ liệu do chương trình sinh ra, không phải người thật.\n{text}")
    return root / FILE


def _lists(code: str, population: str, seed: int, first: date, last: date, mean_load: float) -> dict[str, bytes]:
    """Write the lists as offices would hand them in; a national round has one per province, named by its code."""
    made_on = last + timedelta(days=5)
    if code == NATION:
        return dict(_of_province(unit, seed, first, last, mean_load, made_on) for unit in _provinces(last))
    profile = load_profile(population)
    if population == "residents":
        return office_files(residents(code, profile, seed=seed, on=last, persons=mean_load), made_on=made_on)
    made = transactions(code, profile, seed=seed, first=first, last=last, mean_load=mean_load)
    return office_files(made, made_on=made_on)


def _provinces(on: date) -> list[tuple[str, str]]:
    return list(units_at(on, level="province").select("code", "name").sort("code").iter_rows())


def _of_province(
    unit: tuple[str, str], seed: int, first: date, last: date, mean_load: float, made_on: date
) -> tuple[str, bytes]:
    code, name = unit
    made = transactions(code, load_profile("national"), seed=seed, first=first, last=last, mean_load=mean_load)
    rows = made.rows.with_columns(dossier=pl.format("{}-{}", pl.lit(code), "dossier"))
    slug = search_key(name).replace(" ", "-")
    return f"{code}-{slug}.csv", office_list(replace(made, rows=rows))


def _settings(
    name: str, code: str, year: int, edition: str, population: str, seed: int, previous: str | None
) -> dict[str, Any]:
    unit = None if code == NATION else unit_at(code, date(year, 9, 30))
    place, full = ("Hà Nội", "cả nước") if unit is None else (unit.name, unit.full_name)
    settings: dict[str, Any] = {
        "name": name,
        "title": f"Đo lường sự hài lòng của người dân, tổ chức {full} năm {year} (MÔ PHỎNG)",
        "year": year,
        "edition": edition,
        "province": code,
        "window": {"from": date(year, 1, 1), "to": date(year, 9, 30)},
        "documents": _documents(code, place, full, year),
        "simulated": {"seed": seed, "profile": population},
        "targets": [{"label": "Chỉ số hài lòng chung", "threshold": 85.0}],
        "contacts_until": date(year + 1, 3, 31),
        **_choices(code, population),
    }
    if previous:
        settings["previous"] = previous
    return settings


def _documents(code: str, place: str, full: str, year: int) -> dict[str, Any]:
    documents: dict[str, Any] = {"date": date(year, 11, 20), "place": place}
    if code == NATION:
        return documents | {"department": "Bộ Nội vụ", "parent": "", "signer": "BỘ TRƯỞNG"}
    supervisors = [f"UBMTTQ Việt Nam {full}", f"Hội Cựu chiến binh {full}", f"Bưu điện {full}"]
    return documents | {
        "department": "Sở Nội vụ",
        "parent": f"UBND {full}",
        "addressees": ["Bộ Nội vụ", f"UBND {full}"],
        "recipients": ["Như trên", *supervisors, "Lưu: VT, CCHC"],
        "basis": [f"Kế hoạch (mô phỏng) của UBND {full} về đo lường sự hài lòng năm {year}"],
    }


def _choices(code: str, population: str) -> dict[str, Any]:
    if code == NATION:
        return _of_the_nation()
    return _of_residents() if population == "residents" else _of_transactions()


def _of_the_nation() -> dict[str, Any]:
    stage = {
        "unit": "unit_id",
        "strata": ["province", "agency_level"],
        "size": {"rule": "fixed", "n": NATIONAL_SAMPLE},
        "allocation": {"rule": "power", "exponent": 0.3, "minimum": 40},
    }
    return {
        "design": {"stages": [stage], "reserve": 1.0},
        "weights": {"classes": ["respondent_kind", "stratum"], "margins": [["province"], ["respondent_kind"]]},
        "estimates": {
            "domains": [["province"], ["agency_level"], ["field"], ["respondent_kind"]],
            "rank_by": ["province"],
            "least_to_rank": 30,
        },
    }


def _of_transactions() -> dict[str, Any]:
    stage = {
        "unit": "unit_id",
        "strata": ["agency"],
        "size": {"rule": "fixed", "n": 4800},
        "allocation": {"rule": "power", "exponent": 0.5, "minimum": 20},
    }
    return {
        "design": {"stages": [stage], "reserve": 1.0},
        "weights": {"classes": ["respondent_kind", "stratum"], "margins": [["agency"], ["respondent_kind"]]},
        "estimates": {
            "domains": [
                ["agency"],
                ["agency_level"],
                ["field"],
                ["respondent_kind"],
                ["agency_level", "respondent_kind"],
            ],
            "rank_by": ["agency"],
            "least_to_rank": 15,
        },
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
