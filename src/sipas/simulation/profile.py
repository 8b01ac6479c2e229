"""Parameters of a synthetic population: data, so that a test or a province can use its own."""

from __future__ import annotations

import hashlib
from importlib.resources import files

import msgspec
import numpy as np
import yaml

from sipas.tables.typed import convert


class Attitude(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A latent normal attitude: an answer is one level higher for each threshold it passes."""

    level: float = 1.75
    agency_sd: float = 0.3
    commune_sd: float = 0.15
    field_sd: float = 0.2
    person_sd: float = 1.1
    item_sd: float = 0.15
    noise_sd: float = 0.8
    thresholds: tuple[float, ...] = (-3.0, -1.8, 0.0, 2.3)
    yearly_drift_sd: float = 0.15


class Fieldwork(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What happens at the door."""

    complete: float = 0.86
    complete_organisation: float = 0.8
    refusal: float = 0.25  # of the cases not completed
    not_found: float = 0.25
    ineligible: float = 0.1
    item_missing: float = 0.02
    straightliners: float = 0.03
    most_visits: int = 3
    replace: bool = True
    invalid: float = 0.004


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A synthetic population and its field work."""

    attitude: Attitude = Attitude()
    fieldwork: Fieldwork = Fieldwork()
    item_shift: dict[str, float] = {}
    options: dict[str, tuple[float, ...]] = {}
    fields: dict[str, tuple[str, ...]] = {}
    departments: dict[str, tuple[str, ...]] = {}
    central: dict[str, tuple[str, ...]] = {}
    surnames: tuple[str, ...] = ()
    middle_names: tuple[str, ...] = ()
    given_names: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    villages: tuple[str, ...] = ()
    share_organisations: float = 0.12


def load_profile(name: str = "transactions") -> Profile:
    """Load a profile shipped with the library.

    Parameters
    ----------
    name : str
        ``transactions`` or ``residents``.

    Returns
    -------
    Profile
        Validated.
    """
    text = files(__package__).joinpath(f"profiles/{name}.yaml").read_text(encoding="utf-8")
    names = files(__package__).joinpath("profiles/names.yaml").read_text(encoding="utf-8")
    return convert({**yaml.safe_load(names), **yaml.safe_load(text)}, Profile, strict=True)


def generator(seed: int, *purpose: str) -> np.random.Generator:
    """Make an independent stream of random numbers for one purpose.

    Parameters
    ----------
    seed : int
        Seed of the simulation.
    *purpose : str
        What the numbers are for; the same words give the same stream.

    Returns
    -------
    numpy.random.Generator
        PCG64, seeded by SHA-256 of seed and purpose.
    """
    digest = hashlib.sha256("\x1f".join((str(seed), *purpose)).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def effect(seed: int, kind: str, name: str) -> float:
    """Give the standard normal effect of a named thing, the same wherever it turns up.

    Parameters
    ----------
    seed : int
        Seed of the simulation.
    kind : str
        ``agency``, ``commune``, ``field``, ``item``.
    name : str
        Which one.

    Returns
    -------
    float
        Standard normal.
    """
    return float(generator(seed, kind, name).standard_normal())
