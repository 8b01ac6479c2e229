"""Hold a round against its journal, and do the journal's work again to see whether it comes out the same."""

from __future__ import annotations

import tempfile
from fnmatch import fnmatch
from pathlib import Path

from sipas.errors import Place, SipasError
from sipas.rounds.folder import Folder, file_hash
from sipas.rounds.operations import PRIVATE, open_round
from sipas.rounds.runner import Context, Step, dropped, mismatches, readable, standing, unjournalled
from sipas.rounds.settings import load_round
from sipas.rounds.steps import steps_of
from sipas.rounds.steps.draw import frame_notes
from sipas.rounds.tables_io import read_table
from sipas.sampling import read_certificate
from sipas.sampling import verify as verify_draw
from sipas.tables import FRAME, SAMPLE

RECOMPUTED = (
    "sample", "checks", "weights", "moments", "estimates", "index", "drivers", "disclosure", "open_data", "report"
)  # fmt: skip


def verify(root: Path, *, recompute: bool = False) -> list[SipasError]:
    """Check journal, hashes and draw; on wish do every step after the frame again.

    Parameters
    ----------
    root : Path
        The round's folder.
    recompute : bool
        Run each finished step from the files before it in a place aside and compare byte for byte.

    Returns
    -------
    list of SipasError
        Findings with their place; empty: all is well. Dropped contacts and lists are no finding.

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
        return [error]
    found = _strange(context) + _hashes(context) + _inputs(context)
    if context.journal.last("sample") and not any(error.place.file == "frame.parquet" for error in found):
        found += verify_sample(root)
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

    Raises
    ------
    SipasError
        ``round.step_not_done`` where nothing was drawn yet.
    """
    folder = Folder(root)
    load_round(root)
    for name in ("frame.parquet", "sample.parquet", "certificate.json"):
        if not folder.path(name).exists():
            raise SipasError("round.step_not_done", got=name)
    try:
        frame, sample = read_table(folder, FRAME), read_table(folder, SAMPLE)
        certificate = read_certificate(folder.path("certificate.json").read_bytes())
    except SipasError as error:
        return [error]
    return verify_draw(frame, sample, certificate, draws=_draws(root), notes=frame_notes(folder))


def _draws(root: Path) -> dict[str, int] | None:
    """Count trials and redraws as the journal had them when the sample was drawn."""
    try:
        lines = open_round(root).journal.lines
    except SipasError:
        return None  # a broken journal is a finding of its own
    done = [line for line in lines if line["event"] == "done" and line["step"] == "sample"]
    if not done:
        return None
    trials = sum(line["event"] == "trial" and line["n"] < done[-1]["n"] for line in lines)
    return {"trials": trials, "redraws": int(done[-1]["notes"]["redraws"])}


def _hashes(context: Context) -> list[SipasError]:
    found = []
    for name, expected, got in mismatches(context.folder, context.journal):
        if got == "missing":
            found.append(SipasError("verify.file_missing", expected=expected, place=Place(file=name)))
        else:
            found.append(SipasError("verify.file_changed", expected=expected, got=got, place=Place(file=name)))
    return found


def _strange(context: Context) -> list[SipasError]:
    names = unjournalled(context.folder, context.journal)
    return [SipasError("round.file_unjournalled", hint=names, place=Place(file=names[0]))] if names else []


def _inputs(context: Context) -> list[SipasError]:
    """Compare inputs from outside the steps with what the steps read; private ones may be kept back or dropped."""
    lines = context.journal.lines
    if lines and lines[-1]["event"] == "prepared":
        return [SipasError("verify.step_unfinished", got=lines[-1]["step"])]
    known = dropped(context.journal) | {name for line in lines if line["event"] == "done" for name in line["outputs"]}
    found = []
    for step in steps_of(context.round):
        done = context.journal.last(step.name)
        for name, expected in (done or {"inputs": {}})["inputs"].items():
            path = context.folder.path(name)
            kept_back = not readable(path) and any(fnmatch(name, pattern) for pattern in PRIVATE)
            if name not in known and not kept_back and (not readable(path) or file_hash(path) != expected):
                found.append(SipasError("verify.input_changed", got=step.name, place=Place(file=name)))
    return found


def _recomputed(context: Context) -> list[SipasError]:
    """Run finished steps again from the round's files, with their results aside, and compare."""
    with tempfile.TemporaryDirectory() as aside:
        folder = Folder(context.folder.root, work=Path(aside) / "work")
        again = Context(folder, context.round, context.journal, lambda share, note: None)
        return [finding for step in _repeatable(context) for finding in _compared(context, again, step)]


def _repeatable(context: Context) -> list[Step]:
    """List finished steps that read nothing that was dropped."""
    steps = (s for s in steps_of(context.round) if s.name in RECOMPUTED and context.journal.last(s.name))
    return [step for step in steps if standing(context, step).state in {"up_to_date", "out_of_date"}]


def _compared(context: Context, again: Context, step: Step) -> list[SipasError]:
    hashes = again.folder.prepare(step.run(again).sealed)
    again.folder.clear()
    done = context.journal.last(step.name)
    expected: dict[str, str] = done["outputs"] if done else {}
    return [
        SipasError(
            "verify.recomputed_differs", expected=expected.get(name), got=hashes.get(name), place=Place(file=name)
        )
        for name in sorted(set(expected) | set(hashes))
        if expected.get(name) != hashes.get(name)
    ]
