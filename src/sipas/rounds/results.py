"""What a reader asks of a finished round."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any, TypedDict

import polars as pl

from sipas.errors import Place, SipasError
from sipas.instrument import notice
from sipas.rounds.domain_labels import domain_label
from sipas.rounds.editions import round_edition
from sipas.rounds.folder import Folder
from sipas.rounds.settings import load_round
from sipas.rounds.steps.draw import frame_sha256
from sipas.rounds.tables_io import read_json, read_table
from sipas.sampling import canonical_csv, read_certificate
from sipas.tables import FRAME, INDEX, SAMPLE

SIMULATED = ("Số liệu mô phỏng, không phải kết quả thật.", "Simulated data (mô phỏng), no real result.")


class Report(TypedDict):
    """An import's report: counts by name, rows by rule, and what else a person should know."""

    counts: dict[str, int]
    rules: dict[str, int]
    notes: list[SipasError]


def frame_report(root: Path) -> Report:
    """Read what the import of the lists found.

    Parameters
    ----------
    root : Path
        The round's folder.

    Returns
    -------
    dict
        ``Report``.
    """
    return _report(root, "frame-report.json")


def responses_report(root: Path) -> Report:
    """Read what the import of the answers found.

    Parameters
    ----------
    root : Path
        The round's folder.

    Returns
    -------
    dict
        ``Report``.
    """
    return _report(root, "responses-report.json")


def _report(root: Path, name: str) -> Report:
    data = read_json(Folder(root), name)
    notes = [
        SipasError(n["code"], got=n["got"], hint=n["hint"], place=Place(**n["place"])) for n in data.get("notes", [])
    ]
    return {"counts": data["counts"], "rules": data["rules"], "notes": notes}


def certificate(root: Path) -> list[tuple[str, object]]:
    """Read the main lines of the draw's certificate.

    Parameters
    ----------
    root : Path
        The round's folder.

    Returns
    -------
    list of (str, object)
        Name and value.
    """
    folder = Folder(root)
    made: Any = read_certificate(folder.path("certificate.json").read_bytes())
    sample = read_table(folder, SAMPLE)
    return [
        ("frame_sha256", made["frame"]["sha256"]),
        ("seed", made["seed"]["sha256"]),
        ("sample_sha256", made["sample"]["sha256"]),
        ("official", sample.filter(pl.col("role") == "official").height),
        ("reserve", sample.filter(pl.col("role") == "reserve").height),
        ("trials", made["draws"]["trials"]),
        ("redraws", made["draws"]["redraws"]),
    ]


def frame_hash(root: Path) -> str:
    """Give the hash that witnesses hear before they type.

    Parameters
    ----------
    root : Path
        The round's folder.

    Returns
    -------
    str
        SHA-256 of the canonical frame, hex.
    """
    load_round(root)
    return frame_sha256(Folder(root))


def export_draw(root: Path, target: Path) -> list[str]:
    """Write what an inspector needs to repeat the draw with a program of their own.

    Parameters
    ----------
    root : Path
        The round's folder.
    target : Path
        A folder; made where missing.

    Returns
    -------
    list of str
        Paths of ``frame.csv``, ``sample.csv``, ``certificate.json``.
    """
    folder = Folder(root)
    target.mkdir(parents=True, exist_ok=True)
    for name, table in (("frame.csv", FRAME), ("sample.csv", SAMPLE)):
        with (target / name).open("wb") as file:
            file.writelines(canonical_csv(read_table(folder, table)))
    shutil.copyfile(folder.path("certificate.json"), target / "certificate.json")
    return [str(target / name) for name in ("frame.csv", "sample.csv", "certificate.json")]


def contacts_overdue(root: Path, today: date) -> bool:
    """Tell whether identities are kept beyond the day set for their destruction.

    Parameters
    ----------
    root : Path
        The round's folder.
    today : datetime.date
        The day.

    Returns
    -------
    bool
        False where no day is set.
    """
    until = load_round(root).contacts_until
    return until is not None and today > until and (root / "contacts.enc").exists()


class IndexRow(TypedDict):
    """A line of the index for the terminal."""

    domain: str
    title: str
    percent: float | None
    se: float | None
    low: float | None
    high: float | None
    n: int
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    change: float | None


def index_rows(root: Path, *, by: str = "all", node: str | None = None) -> list[IndexRow]:
    """Read the index, sorted by rank where there is one.

    Parameters
    ----------
    root : Path
        The round's folder.
    by : str
        Kind of domain.
    node : str, optional
        One node; missing: the whole tree for ``all``, the root for other kinds.

    Returns
    -------
    list of dict
        ``IndexRow``.

    Raises
    ------
    SipasError
        ``round.kind_unknown``, ``round.node_unknown``.
    """
    folder, settings = Folder(root), load_round(root)
    edition = round_edition(folder, settings)
    index = read_table(folder, INDEX)
    kinds = index["domain_kind"].unique().sort().to_list()
    if by not in kinds:
        raise SipasError("round.kind_unknown", "by", expected=kinds, got=by)
    titles = {n.name: n.title for n, _ in edition.nodes()}
    if node is not None and node not in titles:
        raise SipasError("round.node_unknown", "node", expected=list(titles), got=node)
    wanted = [node] if node else list(titles) if by == "all" else [edition.index.name]
    rows = index.filter((pl.col("domain_kind") == by) & pl.col("node").is_in(wanted))
    if by != "all":
        rows = rows.sort("rank", "domain", nulls_last=True)
    names = [name for name in IndexRow.__annotations__ if name != "title"]
    made: list[IndexRow] = [
        {**row, "title": titles[row["node"]], "domain": domain_label(by, row["domain"], settings)}  # type: ignore[typeddict-item]  # columns of INDEX
        for row in rows.select([*names, "node"]).iter_rows(named=True)
    ]
    return made


def notices(root: Path) -> list[tuple[str, str]]:
    """Say what must stand beside any figure of the round.

    Parameters
    ----------
    root : Path
        The round's folder.

    Returns
    -------
    list of (str, str)
        Vietnamese and English: that data are simulated, that wording or rules are recalled or copied.
    """
    settings = load_round(root)
    said = [SIMULATED] if settings.simulated else []
    wording = notice(round_edition(Folder(root), settings))
    return [*said, *([(wording.short_vi, wording.short_en)] if wording else [])]


def products(root: Path) -> list[str]:
    """List the documents of the round.

    Parameters
    ----------
    root : Path
        The round's folder.

    Returns
    -------
    list of str
        Names inside the round.
    """
    folder = Folder(root)
    return folder.matching("report/*") + folder.matching("open-data/*")
