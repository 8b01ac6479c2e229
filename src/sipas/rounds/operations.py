"""What a person can do with a round."""

from __future__ import annotations

import getpass
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.metadata import version
from pathlib import Path

from sipas.errors import Place, SipasError
from sipas.geography import unit_at
from sipas.rounds.editions import round_edition
from sipas.rounds.folder import Folder
from sipas.rounds.journal import Journal
from sipas.rounds.keys import SECRET
from sipas.rounds.runner import Context, Standing, Step, carry_out, recover, refuse_foreign_files, standing
from sipas.rounds.settings import FILE, NATION, load_round
from sipas.rounds.steps import steps_of
from sipas.rounds.steps.draw import WITNESSES, trial, witness_file
from sipas.rounds.steps.lists import read_lists
from sipas.sampling import EarlierDraw, parse_design

Progress = Callable[[str, float, str], None]
PRIVATE = ("contacts.enc", SECRET, "input/frame/*", "input/visits/*", "input/responses/*", "rejected/*")
DROPPED, GONE = "contacts_dropped", "contacts_gone"


def _silent(step: str, share: float, note: str) -> None:
    del step, share, note


def open_round(root: Path, progress: Progress = _silent, step: str = "") -> Context:
    """Open a round for reading or running.

    Parameters
    ----------
    root : Path
        Its folder.
    progress : callable
        Takes step, share from 0 to 1, and a short note.
    step : str
        Step that the progress is of.

    Returns
    -------
    Context
        Settings and journal as they stand now; the chain of the journal is checked.
    """
    return _open(root, repair=False, progress=progress, step=step)


def _open(root: Path, *, repair: bool, progress: Progress, step: str = "") -> Context:
    settings = load_round(root)
    program = f"sipas {version('sipas')}"
    journal = Journal(root / "journal.jsonl", actor=_actor(), program=program, repair=repair)
    return Context(Folder(root), settings, journal, lambda share, note: progress(step, share, note))


@contextmanager
def held(root: Path, progress: Progress = _silent) -> Iterator[Context]:
    """Hold a round alone, with what a crash left finished and every file matching the journal.

    Parameters
    ----------
    root : Path
        Its folder.
    progress : callable
        As in ``open_round``.

    Yields
    ------
    Context
        Ready to run.
    """
    load_round(root)
    folder = Folder(root)
    with folder.locked():
        context = _open(root, repair=True, progress=progress)
        recover(context)
        refuse_foreign_files(folder, context.journal)
        _finish_drop(context)
        yield context


def run(root: Path, *, until: str | None = None, progress: Progress = _silent) -> list[Standing]:
    """Run what is out of date.

    Parameters
    ----------
    root : Path
        The round's folder.
    until : str, optional
        Last step to run.
    progress : callable
        As in ``open_round``.

    Returns
    -------
    list of Standing
        Every step as it stands afterwards.

    Raises
    ------
    SipasError
        ``round.locked``, ``round.file_changed``, ``round.step_unknown``, and whatever a step finds wrong.
    """
    steps = steps_of(load_round(root))
    if until is not None and until not in {step.name for step in steps}:
        raise SipasError("round.step_unknown", "until", expected=[s.name for s in steps], got=until)
    with held(root, progress) as context:
        check_settings(context)
        for step in steps:
            if not _run_step(context, step, progress):
                break
            if step.name == until:
                break
    return status(root)


def _run_step(context: Context, step: Step, progress: Progress) -> bool:
    """Run one step if it needs to; tell whether to go on."""
    state = standing(context, step).state
    if state == "out_of_date":
        progress(step.name, 0.0, "")
        shown = Context(context.folder, context.round, context.journal, lambda s, n: progress(step.name, s, n))
        carry_out(shown, step)
        progress(step.name, 1.0, "")
    return state != "waiting"


def status(root: Path) -> list[Standing]:
    """Tell where every step stands.

    Parameters
    ----------
    root : Path
        The round's folder.

    Returns
    -------
    list of Standing
        In order; whatever follows a step that is not done is out of date or waits.
    """
    context = open_round(root)
    check_settings(context)
    found: list[Standing] = []
    stale: set[str] = set()
    for step in steps_of(context.round):
        found.append(_standing_after(context, step, stale))
        done = context.journal.last(step.name)
        if done and found[-1].state in {"waiting", "out_of_date"}:
            stale |= set(done["outputs"])
    return found


def _standing_after(context: Context, step: Step, stale: set[str]) -> Standing:
    """Tell where a step stands, given what earlier steps will make anew."""
    if stale & set(step.inputs(context)):
        return Standing(step.name, "out_of_date", "round.earlier_step_out_of_date")
    return standing(context, step)


def check_settings(context: Context) -> None:
    """Find faults of the settings before anything runs: edition, province, design, window.

    Parameters
    ----------
    context : Context
        The round.

    Raises
    ------
    SipasError
        ``round.window``, and those of ``instrument``, ``geography`` and ``sampling``.
    """
    settings = context.round
    round_edition(context.folder, settings)
    parse_design(settings.design)
    if settings.window.last < settings.window.first:
        place = Place(file=FILE, node="window")
        raise SipasError("round.window", got=[str(settings.window.first), str(settings.window.last)], place=place)
    if settings.province != NATION:
        unit_at(settings.province, settings.window.last)


def add_files(root: Path, kind: str, files: Sequence[Path]) -> list[str]:
    """Copy files into the round's input folder.

    Parameters
    ----------
    root : Path
        The round's folder.
    kind : str
        ``frame``, ``responses``, ``visits``.
    files : sequence of Path
        Existing files; a file of the same name is replaced.

    Returns
    -------
    list of str
        Names inside the round.

    Raises
    ------
    SipasError
        ``round.file_missing``; ``round.contacts_dropped`` once the identities were destroyed.
    """
    missing = [file for file in files if not file.is_file()]
    if missing:
        raise SipasError("round.file_missing", got=str(missing[0]), place=Place(file=missing[0].name))
    with held(root) as context:
        if any(line["event"] == DROPPED for line in context.journal.lines) and files:
            raise SipasError("round.contacts_dropped", got=kind)
        for file in files if kind == "frame" else ():
            read_lists(context, file)  # a file that cannot be read never enters the round
        for file in files:
            context.folder.replace(f"input/{kind}/{file.name}", file.read_bytes())
    return [f"input/{kind}/{file.name}" for file in files]


def set_witnesses(
    root: Path,
    texts: Sequence[tuple[str, str]],
    public_number: tuple[str, str] | None,
    *,
    reason: str | None = None,
    history: Sequence[EarlierDraw] = (),
) -> None:
    """Write down the public texts of the draw, bound to frame and design as they are now; journalled.

    Asking for the very same again changes nothing and journals nothing.

    Parameters
    ----------
    root : Path
        The round's folder.
    texts : sequence of (name, text)
        One per witness.
    public_number : (source, number), optional
        A number drawn in public after the frame was sealed.
    reason : str, optional
        Why the draw is held again; needed once a sample was drawn.
    history : sequence of EarlierDraw
        Draws held or begun before; printed on the certificate.

    Raises
    ------
    SipasError
        ``round.no_witnesses`` where there is neither; ``round.redraw_needs_reason``.
    """
    if not texts and public_number is None:
        raise SipasError("round.no_witnesses")
    parts = [{"kind": "witness", "name": name, "text": text} for name, text in texts]
    if public_number is not None:
        source, number = public_number
        parts.append({"kind": "public_number", "name": source, "text": number, "source": source})
    with held(root) as context:
        content = witness_file(context, _actor(), parts, reason or "", history)
        if _is_set(context, content):
            return
        if context.journal.last("sample") and not reason:
            raise SipasError("round.redraw_needs_reason", "reason")
        context.folder.replace(WITNESSES, content)
        context.journal.append("witnesses", sha256=hashlib.sha256(content).hexdigest(), reason=reason)


def _is_set(context: Context, content: bytes) -> bool:
    """Tell whether these texts are the last ones written down, in the file and in the journal."""
    lines = [line for line in context.journal.lines if line["event"] == "witnesses"]
    path = context.folder.path(WITNESSES)
    return (
        bool(lines)
        and lines[-1]["sha256"] == hashlib.sha256(content).hexdigest()
        and path.is_file()
        and path.read_bytes() == content
    )


def drop_contacts(root: Path) -> list[str]:
    """Destroy identities: contacts, their secret, the lists and the rejected rows. Journalled.

    Parameters
    ----------
    root : Path
        The round's folder.

    Returns
    -------
    list of str
        Files removed; the steps that made them are frozen from now on.
    """
    with held(root) as context:
        names = [name for pattern in PRIVATE for name in context.folder.matching(pattern)]
        context.journal.append(DROPPED, dropped=names)
        _finish_drop(context)
    return names


def _finish_drop(context: Context) -> None:
    """Remove what the journal says was dropped, also after a stop in the middle of it."""
    lines = context.journal.lines
    drops = [line for line in lines if line["event"] == DROPPED]
    if not drops or any(line["event"] == GONE and line["n"] > drops[-1]["n"] for line in lines):
        return
    for name in drops[-1]["dropped"]:
        context.folder.path(name).unlink(missing_ok=True)
    context.journal.append(GONE)


_acting: ContextVar[str] = ContextVar("acting", default="")


@contextmanager
def acting_as(name: str) -> Iterator[None]:
    """Say in whose name the journal is written, for programs that act for several people.

    Parameters
    ----------
    name : str
        As it will stand in the journal.

    Yields
    ------
    None
        While it holds, in this thread.
    """
    token = _acting.set(name)
    try:
        yield
    finally:
        _acting.reset(token)


def _actor() -> str:
    return _acting.get() or os.environ.get("SIPAS_ACTOR") or getpass.getuser()


def trial_draw(root: Path, text: str) -> list[tuple[str, str, int]]:
    """Draw for practice; nothing is kept but a line in the journal, which the certificate will count.

    Parameters
    ----------
    root : Path
        The round's folder.
    text : str
        Any text for the trial's seed.

    Returns
    -------
    list of (str, str, int)
        Stratum, role, cases.
    """
    with held(root) as context:
        return list(trial(context, text).iter_rows())
