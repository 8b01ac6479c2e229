"""Hold a round against its journal, and do the journal's work again to see whether it comes out the same."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import NewType

import polars as pl

from sipas.errors import SipasError
from sipas.rounds.folder import Folder, file_hash
from sipas.rounds.operations import open_round
from sipas.rounds.runner import Context, Step, mismatches, standing
from sipas.rounds.steps import steps_of
from sipas.rounds.tables_io import read_table
from sipas.sampling import read_certificate
from sipas.sampling import verify as verify_draw
from sipas.tables import FRAME, SAMPLE

Finding = NewType("Finding", str)
CHANGED = Finding("verify.file_changed")
MISSING = Finding("verify.file_missing")
INPUT_CHANGED = Finding("verify.input_changed")
UNFINISHED = Finding("verify.step_unfinished")
DIFFERS = Finding("verify.recomputed_differs")
JOURNAL = Finding("verify.journal")
RECOMPUTED = ("sample", "checks", "weights", "moments", "estimates", "index", "disclosure", "open_data", "report")


def verify(root: Path, *, recompute: bool = False) -> list[tuple[str, str]]:
    """Check journal, hashes and draw; on wish do every step after the frame again.

    Parameters
    ----------
    root : Path
        The round's folder.
    recompute : bool
        Run each finished step from the files before it in a place aside and compare byte for byte.

    Returns
    -------
    list of (str, str)
        Code and detail of each finding; empty: all is well. Dropped contacts and lists are no finding.

    Raises
    ------
    SipasError
        What keeps the round from being opened, other than its journal.
    """
    try:
        context = open_round(root)
    except SipasError as error:
        if not error.code.startswith("round.journal"):
            raise
        return [(JOURNAL, f"{error.place.file}: {error.place.row}")]
    found = _hashes(context) + _inputs(context)
    if context.journal.last("sample") and not any(detail.startswith("frame.parquet") for _, detail in found):
        found += [(d.code, _where(d)) for d in verify_sample(root)]
    if recompute and not found:
        found += _recomputed(context)
    return found


def verify_sample(root: Path) -> list[SipasError]:
    """Repeat the draw from frame and certificate.

    Parameters
    ----------
    root : Path
        The round's folder.

    Returns
    -------
    list of SipasError
        Differences with their place; empty: the draw is confirmed. A file that cannot be read is a difference.
    """
    folder = Folder(root)
    try:
        frame, sample = read_table(folder, FRAME), read_table(folder, SAMPLE)
    except (pl.exceptions.PolarsError, OSError, SipasError) as error:
        return [SipasError("verify.table_unreadable", got=str(error).splitlines()[0])]
    try:
        certificate = read_certificate(folder.path("certificate.json").read_bytes())
    except (SipasError, OSError) as error:
        return [SipasError("verify.table_unreadable", got=str(error).splitlines()[0])]
    return verify_draw(frame, sample, certificate)


def _hashes(context: Context) -> list[tuple[str, str]]:
    return [
        (MISSING if got == "missing" else CHANGED, f"{name} ({expected[:12]}… → {got[:12]}…)")
        for name, expected, got in mismatches(context.folder, context.journal)
    ]


def _inputs(context: Context) -> list[tuple[str, str]]:
    """Compare inputs from outside the steps with what the steps read; dropped ones are passed over."""
    lines = context.journal.lines
    if lines and lines[-1]["event"] == "prepared":
        return [(UNFINISHED, str(lines[-1]["step"]))]
    dropped = {name for line in lines for name in line.get("dropped", ())}
    made = {name for line in lines if line["event"] == "done" for name in line["outputs"]}
    found: list[tuple[str, str]] = []
    for step in steps_of(context.round):
        done = context.journal.last(step.name)
        for name, expected in (done or {"inputs": {}})["inputs"].items():
            path = context.folder.path(name)
            if name not in made | dropped and (not path.exists() or file_hash(path) != expected):
                found.append((INPUT_CHANGED, f"{name} ({step.name})"))
    return found


def _where(error: SipasError) -> str:
    place = error.place
    parts = [place.file, f"row {place.row}" if place.row else None, place.column, str(error.got) if error.got else None]
    return ", ".join(part for part in parts if part)


def _recomputed(context: Context) -> list[tuple[str, str]]:
    """Run finished steps again in a copy of the folder and compare what they make."""
    with tempfile.TemporaryDirectory(dir=context.folder.root.parent, prefix=".verify-") as aside:
        copy = Path(aside) / context.folder.root.name
        shutil.copytree(context.folder.root, copy, ignore=shutil.ignore_patterns(".work", ".lock"))
        again = Context(Folder(copy), context.round, context.journal, lambda share, note: None)
        return [finding for step in _repeatable(context) for finding in _compared(context, again, step)]


def _repeatable(context: Context) -> list[Step]:
    """List finished steps that read nothing that was dropped."""
    steps = (s for s in steps_of(context.round) if s.name in RECOMPUTED and context.journal.last(s.name))
    return [step for step in steps if standing(context, step).state != "frozen"]


def _compared(context: Context, again: Context, step: Step) -> list[tuple[str, str]]:
    hashes = again.folder.prepare(step.run(again).sealed)
    again.folder.clear()
    done = context.journal.last(step.name)
    expected: dict[str, str] = done["outputs"] if done else {}
    return [
        (DIFFERS, f"{name} ({step.name}): {expected.get(name, '–')[:12]}… → {hashes.get(name, '–')[:12]}…")
        for name in sorted(set(expected) | set(hashes))
        if expected.get(name) != hashes.get(name)
    ]
