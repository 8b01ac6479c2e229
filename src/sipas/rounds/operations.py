"""What a person can do with a round."""

from __future__ import annotations

import getpass
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import yaml

from sipas.errors import Place, SipasError
from sipas.rounds.folder import Folder
from sipas.rounds.journal import Journal
from sipas.rounds.keys import SECRET
from sipas.rounds.runner import Context, Standing, Step, carry_out, recover, refuse_foreign_files, standing
from sipas.rounds.settings import load_round
from sipas.rounds.steps import steps_of
from sipas.rounds.steps.draw import WITNESSES, frame_sha256, trial

Progress = Callable[[str, float, str], None]
PRIVATE = ("contacts.enc", SECRET, "input/frame/*", "rejected/*")


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
    settings = load_round(root)
    program = f"sipas {version('sipas')}"
    journal = Journal(root / "journal.jsonl", actor=_actor(), program=program)
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
        context = open_round(root, progress)
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
    if state != "waiting":
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
    found: list[Standing] = []
    for step in steps_of(context.round):
        blocked = any(s.state in {"waiting", "out_of_date"} for s in found)
        if blocked and not _inputs_there(context, step):
            found.append(Standing(step.name, "waiting", "round.waiting_for_step"))
        else:
            found.append(standing(context, step))
    return found


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
        ``round.file_missing``.
    """
    load_round(root)
    place = root / "input" / kind
    place.mkdir(parents=True, exist_ok=True)
    for file in files:
        if not file.is_file():
            raise SipasError("round.file_missing", got=str(file), place=Place(file=file.name))
        shutil.copyfile(file, place / file.name)
    return [f"input/{kind}/{file.name}" for file in files]


def set_witnesses(root: Path, texts: Sequence[tuple[str, str]], public_number: tuple[str, str] | None) -> None:
    """Write down the public texts of the draw, bound to the frame as it is now.

    Parameters
    ----------
    root : Path
        The round's folder.
    texts : sequence of (name, text)
        One per witness.
    public_number : (source, number), optional
        A number drawn in public after the frame was sealed.

    Raises
    ------
    SipasError
        ``round.no_witnesses`` where there is neither.
    """
    if not texts and public_number is None:
        raise SipasError("round.no_witnesses")
    parts = [{"kind": "witness", "name": name, "text": text} for name, text in texts]
    if public_number is not None:
        source, number = public_number
        parts.append({"kind": "public_number", "name": source, "text": number, "source": source})
    data = {"frame_sha256": frame_sha256(Folder(root)), "operator": _actor(), "parts": parts}
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    (root / WITNESSES).write_text(text, encoding="utf-8")


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
        context.journal.append("contacts_dropped", dropped=names)
        _finish_drop(context)
    return names


def _finish_drop(context: Context) -> None:
    """Remove what the journal says was dropped, also after a stop in the middle of it."""
    for line in context.journal.lines:
        for name in line.get("dropped", ()):
            context.folder.path(name).unlink(missing_ok=True)


def _inputs_there(context: Context, step: Step) -> bool:
    return all(context.folder.path(name).exists() for name in step.inputs(context))


def _actor() -> str:
    return os.environ.get("SIPAS_ACTOR") or getpass.getuser()


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
