"""Who is in a synthetic list: finished transactions of real units, or residents of real communes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from sipas.geography import units_at
from sipas.simulation.profile import Profile, effect, generator

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Population:
    """A synthetic list as an office would keep it.

    Parameters
    ----------
    rows : polars.DataFrame
        One row per transaction or resident, with identity; names are made up.
    kind : str
        ``transactions`` or ``residents``.
    title : str
        Title of the list; says "mô phỏng".
    """

    rows: pl.DataFrame
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Office:
    """An agency of the list: its tier, its commune where it is one's, its fields and its load."""

    name: str
    level: str
    commune: str
    fields: tuple[str, ...]
    transactions: int


def transactions(
    province: str, profile: Profile, *, seed: int, first: date, last: date, mean_load: float = 300.0
) -> Population:
    """Make a province's list of finished transactions.

    Parameters
    ----------
    province : str
        Code of a province that exists on ``last``.
    profile : Profile
        Agencies, fields, names.
    seed : int
        Seed.
    first, last : date
        Window of the results handed over.
    mean_load : float
        Mean number of transactions of a commune; departments have several times as many.

    Returns
    -------
    Population
        Sorted by agency and dossier number.
    """
    stream = generator(seed, "people", province, str(last.year))
    offices = _offices(province, profile, seed, last, mean_load)
    parts = [_transactions_of(office, profile, stream, first, last) for office in offices]
    rows = pl.concat(parts).with_columns(
        dossier=pl.format("MP{}-{}", pl.lit(last.year), (pl.int_range(pl.len()) + 1).cast(pl.String).str.zfill(6))
    )
    return Population(rows, "transactions", "DANH SÁCH HỒ SƠ ĐÃ GIẢI QUYẾT (DỮ LIỆU MÔ PHỎNG)")


def residents(
    province: str,
    profile: Profile,
    *,
    seed: int,
    on: date,
    communes: int = 20,
    villages: int = 6,
    persons: float = 60.0,
) -> Population:
    """Make lists of adult residents of some communes of a province.

    Parameters
    ----------
    province : str
        Code of a province that exists on the day.
    profile : Profile
        Names.
    seed : int
        Seed.
    on : date
        Day of the lists.
    communes, villages : int
        Communes of the province, and villages in each.
    persons : float
        Mean number of adults in a village; villages differ.

    Returns
    -------
    Population
        Sorted by commune, village and number.
    """
    stream = generator(seed, "residents", province, str(on.year))
    chosen = _communes(province, on)[:communes]
    parts = []
    for commune in chosen:
        for number in range(1, villages + 1):
            size = int(stream.poisson(persons * float(stream.uniform(0.5, 1.6)))) + 5
            names = _person_names(profile, stream, size)
            parts.append(
                pl.DataFrame({
                    "name": names,
                    "birth_year": stream.integers(on.year - 80, on.year - 18, size),
                    "village": [f"Thôn {number} {commune}"] * size,
                    "commune": [f"{commune}"] * size,
                    "address": [f"Thôn {number}, {commune}"] * size,
                    "phone": _phones(stream, size),
                })
            )
    return Population(pl.concat(parts), "residents", "DANH SÁCH NGƯỜI DÂN TỪ 18 TUỔI (DỮ LIỆU MÔ PHỎNG)")


def _offices(province: str, profile: Profile, seed: int, on: date, mean_load: float) -> list[Office]:
    tiers = [("province", profile.departments, 6.0), ("central", profile.central, 8.0)]
    offices = [
        Office(name, level, "", fields, _load(seed, name, mean_load * factor))
        for level, agencies, factor in tiers
        for name, fields in agencies.items()
    ]
    for commune in _communes(province, on):
        name = f"UBND {commune}"
        load = _load(seed, name, mean_load)
        offices.append(Office(name, "commune", commune, profile.fields["commune"], load))
    return offices


def _communes(province: str, on: date) -> list[str]:
    """Name the communes of a province with their kind, with their district while there were districts."""
    districts = units_at(on, level="district", parent=province)
    named = {code: f", {kind} {name}" for code, kind, name in districts.select("code", "kind", "name").iter_rows()}
    communes = units_at(on, level="commune").filter(pl.col("parent_code").is_in([province, *named])).sort("code")
    rows = communes.select("kind", "name", "parent_code").iter_rows()
    return [f"{kind} {name}{named.get(parent, '')}" for kind, name, parent in rows]


def _load(seed: int, name: str, mean: float) -> int:
    return max(8, round(mean * float(np.exp(0.5 * effect(seed, "load", name) - 0.125))))


def _transactions_of(
    office: Office, profile: Profile, stream: np.random.Generator, first: date, last: date
) -> pl.DataFrame:
    size = office.transactions
    weights = np.array([0.6**k for k in range(len(office.fields))])
    fields = stream.choice(len(office.fields), size=size, p=weights / weights.sum())
    finished = stream.integers(0, (last - first).days + 1, size)
    is_organisation = stream.random(size) < profile.share_organisations
    names = _person_names(profile, stream, size)
    firms = _organisation_names(profile, stream, size)
    village = stream.integers(0, len(profile.villages), size)
    home = office.commune or "phường trung tâm"
    return pl.DataFrame(
        {
            "agency": [office.name] * size,
            "agency_level": [office.level] * size,
            "commune": [office.commune or None] * size,
            "field": [office.fields[k] for k in fields],
            "name": [b if o else a for a, b, o in zip(names, firms, is_organisation, strict=True)],
            "respondent_kind": ["organisation" if o else "person" for o in is_organisation],
            "address": [f"{profile.villages[k]}, {home}" for k in village],
            "phone": _phones(stream, size),
            "finished_on": [first + timedelta(days=int(d)) for d in finished],
        },
        schema_overrides={"commune": pl.String},
    )


def _person_names(profile: Profile, stream: np.random.Generator, size: int) -> list[str]:
    parts = (profile.surnames, profile.middle_names, profile.given_names)
    picks: list[Whole] = [stream.integers(0, len(words), size) for words in parts]
    return [" ".join(words[int(k)] for words, k in zip(parts, row, strict=True)) for row in zip(*picks, strict=True)]


def _organisation_names(profile: Profile, stream: np.random.Generator, size: int) -> list[str]:
    kinds = stream.integers(0, len(profile.organisations), size)
    names = stream.integers(0, len(profile.given_names), size)
    numbers = stream.integers(1, 1000, size)
    return [
        f"{profile.organisations[k]} {profile.given_names[n]} {m} (mô phỏng)"
        for k, n, m in zip(kinds, names, numbers, strict=True)
    ]


def _phones(stream: np.random.Generator, size: int) -> list[str]:
    # No Vietnamese number begins with 0000: nobody can be called by mistake.
    return [f"0000{int(k):06d}" for k in stream.integers(0, 1_000_000, size)]
