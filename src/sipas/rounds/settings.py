"""``round.yaml``: everything a person decides about a round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import msgspec

from sipas.errors import Place, SipasError
from sipas.estimation.designs.design import Lonely
from sipas.intake import read_yaml_text
from sipas.tables.typed import convert
from sipas.weighting import WeightingPlan

FILE = "round.yaml"
NATION = "all"  # in place of a province's code


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"first": "from", "last": "to"}):
    """Days in which the result of a transaction was handed over, ends included."""

    first: date
    last: date


class Documents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the round's documents say of themselves. The dates of documents come from here, never from a clock."""

    date: date
    place: str
    department: str
    parent: str
    signer: str = "GIÁM ĐỐC"
    report_number: str = ""  # given by văn thư once the report is signed; without it the report is a draft
    letter_number: str = ""
    addressees: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value promised by a directive, in percent: of the whole round, or of one unit as the results name it."""

    label: str
    threshold: float
    node: str = "index"
    source: str = ""
    domain_kind: str = "all"
    domain: str = ""


class FrameSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How lists become the frame.

    ``mapping`` and ``totals`` are files of the round; ``fields`` and ``agencies`` limit the scope; in a national round
    the name of each list begins with the code of its province.
    """

    files: str = "input/frame/*"
    mapping: str | None = None
    totals: str | None = None
    fields: tuple[str, ...] | None = None
    agencies: tuple[str, ...] = ()
    most_per_person: int | None = None
    refuse_unknown_commune: bool = True


class EstimateSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is estimated and how.

    ``variance`` of a sample in several stages: from the spread between primary units alone (``ultimate_clusters``, safe
    and the usual choice), or stage by stage with the finite populations of each (``stages``; by Brewer's formula where
    units were drawn by size). ``calibrated``: whether errors know that the weights meet the margins.
    """

    domains: tuple[tuple[str, ...], ...] = (("agency",),)
    rank_by: tuple[str, ...] = ("agency",)
    least_to_rank: int = 30
    lonely: Lonely = "centered"
    finite_population: bool = True
    variance: Literal["ultimate_clusters", "stages"] = "ultimate_clusters"
    calibrated: bool = True


class Simulated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A synthetic round: seed and profile of the simulation. Its presence marks every product "mô phỏng".

    ``witnesses`` and ``field``: made up by the program, or given from outside as in a real round (people who try the
    program out type the texts and hand in the answers themselves).
    """

    seed: int
    profile: str = "transactions"
    witnesses: Literal["simulated", "given"] = "simulated"
    field: Literal["simulated", "given"] = "simulated"


class CoordinationSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Draw by permanent random numbers, so that rounds can avoid or meet the same people.

    ``earlier`` is the folder of a round drawn so; ``keep`` the share of its respondents to meet again (0: avoid them).
    Without ``earlier`` this is the first such round.
    """

    earlier: str | None = None
    keep: float = 0.0


class Round(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A round's settings, validated."""

    name: str
    title: str
    year: int
    edition: str
    province: str
    window: Window
    documents: Documents
    design: dict[str, Any]
    frame: FrameSettings = FrameSettings()
    responses: str = "input/responses/*"
    visits: str = "input/visits/*"
    checks: str = "input/checks/*.parquet"  # what was found and decided while the round was in the field
    response_mapping: dict[str, str] | None = None  # column of the file -> answer column of the edition
    weights: WeightingPlan = WeightingPlan()
    estimates: EstimateSettings = EstimateSettings()
    targets: tuple[Target, ...] = ()
    previous: str | None = None
    minimum_cell: int | None = None
    department_key: str | None = None
    contacts_until: date | None = None
    coordination: CoordinationSettings | None = None
    simulated: Simulated | None = None


def is_round(path: Path) -> bool:
    """Tell whether a folder is a round's.

    Parameters
    ----------
    path : Path
        Any path.

    Returns
    -------
    bool
        Whether the settings are there.
    """
    return (path / FILE).is_file()


def load_round(root: Path) -> Round:
    """Read and check a round's settings.

    Parameters
    ----------
    root : Path
        The round's folder.

    Returns
    -------
    Round
        The settings.

    Raises
    ------
    SipasError
        ``round.no_folder``, ``round.setting``, and those of ``intake`` for YAML that cannot be read.
    """
    path = root / FILE
    if not path.is_file():
        raise SipasError("round.no_folder", expected=FILE, got=str(root))
    text = read_yaml_text(path)
    if text.faults:
        raise text.faults[0]
    return check_round(text.data, text.place)


def check_round(data: object, place: Place | Callable[[str], Place]) -> Round:
    """Check settings given as data.

    Parameters
    ----------
    data : object
        ``round.yaml`` as data; days as dates or as text.
    place : Place, or callable
        Where they stand; a callable takes the path of the setting at fault.

    Returns
    -------
    Round
        The settings.

    Raises
    ------
    SipasError
        ``round.setting``.
    """
    try:
        return convert(data, Round, strict=True)
    except msgspec.ValidationError as error:
        message, _, node = str(error).partition(" - at ")
        path = node.strip("`$.")
        at = place(path) if callable(place) else replace(place, node=path)
        raise SipasError("round.setting", got=message, place=at) from error
