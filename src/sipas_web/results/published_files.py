"""The files of a published version: made aside, moved in one step, never changed, checked by their hashes.

What leaves is named here; whatever is not named stays. The journal leaves without the names of who acted: its lines'
own hashes pin it to the full one, which inspectors hold.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from sipas.rounds.editions import edition_files
from sipas.rounds.folder import Folder, file_hash
from sipas.rounds.published import QUALITY, quality_summary
from sipas.rounds.settings import FILE, load_round
from sipas.rounds.steps.disclose import WITHHELD
from sipas.rounds.tables_io import canonical_json
from sipas_web.results.estimating import lines

DISCLOSED = ("disclosed/index.parquet", "disclosed/estimates.parquet", "disclosed/drivers.parquet")
LEAVING = (*DISCLOSED, "open-data/*", "report/*", "certificate.json")
# Which cells are withheld is seen in the tables; which of them are small and which only hide those, nobody is told.
HIDDEN = ("disclosed/hidden.parquet", "disclosed/hidden-estimates.parquet")
KEPT = (*HIDDEN, "index.parquet", "estimates.parquet", "moments.parquet", "covariance.parquet", "weighting.json")
ABOUT = "publication.json"
JOURNAL = "journal-hashes.jsonl"
OPEN_DATA = "open-data.zip"
READ_ONLY, OWN = 0o444, 0o400
# The settings that say how the figures were made; paths, mappings of lists and keys stay.
SETTINGS = (
    "name", "title", "year", "edition", "province", "window", "documents", "design", "weights", "estimates", "targets",
    "minimum_cell", "simulated",
)  # fmt: skip
FRAME_SETTINGS = ("fields", "agencies", "most_per_person")
JOURNAL_FIELDS = ("n", "time", "program", "event", "step", "outputs", "previous")
NO_TIME = (1980, 1, 1, 0, 0, 0)  # a ZIP of the same files is the same bytes


def make(root: Path, place: Path, kept: Path, about: Mapping[str, Any]) -> dict[str, str]:
    """Put what leaves into ``place`` and what readers' own figures need into ``kept``; give SHA-256 by name.

    Safe to run again after a stop at any moment: what stands in its place is complete.
    """
    if not kept.exists():
        _moved(kept, lambda aside: _copy(root, aside, _matching(root, KEPT)), OWN)
    if not place.exists():
        _moved(place, lambda aside: _leave(root, aside, about), READ_ONLY)
    return hashes(place)


def hashes(place: Path) -> dict[str, str]:
    """Give SHA-256 by name of all files below a folder."""
    found = (path for path in place.rglob("*") if path.is_file())
    return {path.relative_to(place).as_posix(): file_hash(path) for path in sorted(found)}


def withhold_again(root: Path, kept: Path) -> None:
    """Let the next estimate withhold what a published version withheld; ``kept`` is that version's second folder."""
    for shown, given in zip(HIDDEN, WITHHELD, strict=True):
        content = (kept / shown).read_bytes()
        if not (root / given).is_file() or (root / given).read_bytes() != content:
            Folder(root).replace(given, content)


def _leave(root: Path, aside: Path, about: Mapping[str, Any]) -> None:
    _copy(root, aside, [*_matching(root, LEAVING), *_edition(root)])
    (aside / FILE).write_text(_settings(root), encoding="utf-8")
    (aside / JOURNAL).write_text(_journal(root), encoding="utf-8")
    (aside / QUALITY).write_bytes(quality_summary(root))
    _zip(aside)
    (aside / ABOUT).write_bytes(canonical_json({**about, "files": hashes(aside)}))


def _moved(place: Path, fill: Any, mode: int) -> None:
    """Fill a folder aside, put it on the disk, and rename it: it is there whole or not at all."""
    aside = place.with_name(f".{place.name}.making")
    shutil.rmtree(aside, ignore_errors=True)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside.mkdir(mode=0o700)
    fill(aside)
    for path in [*_files(aside), *_folders(aside)]:
        if path.is_file():
            path.chmod(mode)
        _sync(path)
    os.rename(aside, place)
    _sync(place.parent)


def _copy(root: Path, aside: Path, names: list[str]) -> None:
    for name in names:
        target = aside / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, target)


def _matching(root: Path, patterns: tuple[str, ...]) -> list[str]:
    folder = Folder(root)
    return [name for pattern in patterns for name in folder.matching(pattern)]


def _edition(root: Path) -> list[str]:
    """Name the files of an edition of the round's own, which ``round.yaml`` points at."""
    return [name for name in edition_files(Folder(root), load_round(root)) if not name.startswith(("/", ".."))]


def _settings(root: Path) -> str:
    given = yaml.safe_load((root / FILE).read_text(encoding="utf-8"))
    told = {name: given[name] for name in SETTINGS if name in given}
    frame = {name: value for name, value in given.get("frame", {}).items() if name in FRAME_SETTINGS}
    if frame:
        told["frame"] = frame
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=110)


def _journal(root: Path) -> str:
    """Give each line of the journal by its hash, without who acted and without names of lists handed in."""
    from sipas.rounds.journal import line_hash

    raw = (root / "journal.jsonl").read_bytes().splitlines()
    told = [
        {**{name: line[name] for name in JOURNAL_FIELDS if name in line}, "hash": line_hash(text)}
        for line, text in zip(lines(root), raw, strict=True)
    ]
    for line in told:
        line["outputs"] = {k: v for k, v in line.get("outputs", {}).items() if not k.startswith("input/")}
    return "".join(f"{json.dumps(line, ensure_ascii=False, separators=(',', ':'))}\n" for line in told)


def _zip(aside: Path) -> None:
    with zipfile.ZipFile(aside / OPEN_DATA, "w") as packed:
        for path in sorted((aside / "open-data").glob("*")):
            entry = zipfile.ZipInfo(path.name, NO_TIME)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with path.open("rb") as read, packed.open(entry, "w") as written:
                shutil.copyfileobj(read, written)


def _files(aside: Path) -> Iterator[Path]:
    return (path for path in aside.rglob("*") if path.is_file())


def _folders(aside: Path) -> Iterator[Path]:
    yield from (path for path in aside.rglob("*") if path.is_dir())
    yield aside


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
