"""Run the steps that are out of date, in order, so that a crash at any moment loses nothing."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sipas.errors import Place, SipasError
from sipas.rounds.folder import Folder, file_hash
from sipas.rounds.journal import Journal, Line
from sipas.rounds.settings import Round

LINE_KEYS = ("step", "fingerprint", "settings", "inputs", "outputs", "loose", "owned", "notes")

RESULTS = ("*.parquet", "*.json", "disclosed/*", "open-data/*", "report/*")

State = Literal["up_to_date", "out_of_date", "waiting", "frozen"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step made.

    Parameters
    ----------
    sealed : mapping of str to bytes or Path
        Files whose hashes go into the journal.
    loose : mapping of str to bytes or Path
        Files with identities: written, but outside the chain, since they will be deleted.
    notes : mapping
        Figures for the journal and the terminal; the same for the same inputs.
    """

    sealed: Mapping[str, bytes | Path]
    loose: Mapping[str, bytes | Path] = field(default_factory=dict)
    notes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """What a step may look at.

    Parameters
    ----------
    folder : Folder
        The round's files.
    round : Round
        Its settings.
    journal : Journal
        What happened so far.
    progress : callable
        Takes a share from 0 to 1 and a short note in data form.
    """

    folder: Folder
    round: Round
    journal: Journal
    progress: Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a round.

    Parameters
    ----------
    name : str
        As in the journal.
    inputs : callable
        Names of the files it reads; files outside the round as absolute paths.
    settings : callable
        The part of the settings it depends on, as JSON data.
    run : callable
        Makes the outcome.
    waits_for : callable
        A dotted code when something only people can give is missing, else None.
    owned : tuple of str
        Output folders that belong to this step alone.
    """

    name: str
    inputs: Callable[[Context], Sequence[str]]
    settings: Callable[[Round], object]
    run: Callable[[Context], Outcome]
    waits_for: Callable[[Context], str | None] = lambda _: None
    owned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a step stands: its state, and why where it waits."""

    step: str
    state: State
    reason: str | None = None


def readable(path: Path) -> bool:
    """Tell whether a file is there and may be read: private files may have been kept back on purpose.

    Parameters
    ----------
    path : Path
        Any path.

    Returns
    -------
    bool
        True for a readable file.
    """
    return path.is_file() and os.access(path, os.R_OK)


def fingerprint(context: Context, step: Step) -> tuple[str, dict[str, str]]:
    """Hash all that decides a step's result.

    Parameters
    ----------
    context : Context
        The round.
    step : Step
        The step.

    Returns
    -------
    tuple
        The fingerprint, and the hash of every input by name.
    """
    inputs = {name: file_hash(context.folder.path(name)) for name in step.inputs(context)}
    decided = {
        "step": step.name,
        "inputs": inputs,
        "settings": step.settings(context.round),
        "program": context.journal.program,
    }
    text = json.dumps(decided, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest(), inputs


def standing(context: Context, step: Step) -> Standing:
    """Tell where a step stands.

    Parameters
    ----------
    context : Context
        The round.
    step : Step
        The step.

    Returns
    -------
    Standing
        ``frozen`` once the contacts are dropped: the step's inputs are gone for good.
    """
    done = context.journal.last(step.name)
    if done and _dropped_inputs(context, done):
        return Standing(step.name, "frozen")
    waits = step.waits_for(context)
    if waits:
        return Standing(step.name, "waiting", waits)
    if not all(readable(context.folder.path(name)) for name in step.inputs(context)):
        return Standing(step.name, "waiting", "round.input_missing")
    if done and done["fingerprint"] == fingerprint(context, step)[0] and _loose_present(context, done):
        return Standing(step.name, "up_to_date")
    return Standing(step.name, "out_of_date")


def carry_out(context: Context, step: Step) -> Outcome:
    """Run one step and put its outputs in place.

    Parameters
    ----------
    context : Context
        The round, held alone.
    step : Step
        The step.

    Returns
    -------
    Outcome
        What it made.
    """
    context.folder.clear()
    mark, inputs = fingerprint(context, step)
    outcome = step.run(context)
    hashes = context.folder.prepare({**outcome.sealed, **outcome.loose})
    data = {
        "step": step.name,
        "fingerprint": mark,
        "settings": step.settings(context.round),
        "inputs": inputs,
        "outputs": {name: hashes[name] for name in sorted(outcome.sealed)},
        "loose": sorted(outcome.loose),
        "owned": list(step.owned),
        "notes": dict(outcome.notes),
    }
    context.journal.append("prepared", **data)
    _finish(context, data, hashes)
    return outcome


def recover(context: Context) -> None:
    """Finish a step whose outputs were complete when the program was stopped; forget one in the making.

    Parameters
    ----------
    context : Context
        The round, held alone.
    """
    lines = context.journal.lines
    if not lines or lines[-1]["event"] != "prepared":
        context.folder.clear()
        return
    line = lines[-1]
    loose = {name: file_hash(path) for name in line["loose"] if (path := context.folder.aside / "out" / name).exists()}
    data = {k: line[k] for k in LINE_KEYS}
    _finish(context, data, {**line["outputs"], **loose})


def mismatches(folder: Folder, journal: Journal) -> list[tuple[str, str, str]]:
    """Compare the round's files with the journal.

    Parameters
    ----------
    folder : Folder
        The round's files.
    journal : Journal
        Its journal.

    Returns
    -------
    list of tuple
        Name, expected hash, and what is there (a hash, or ``missing``).
    """
    expected: dict[str, str] = {}
    for line in journal.lines:
        if line["event"] == "done":
            expected = {k: v for k, v in expected.items() if not k.startswith(tuple(f"{o}/" for o in line["owned"]))}
            expected |= line["outputs"]
    gone = dropped(journal)
    found = []
    for name, sha in sorted((name, sha) for name, sha in expected.items() if name not in gone):
        path = folder.path(name)
        got = file_hash(path) if path.exists() else "missing"
        if got != sha:
            found.append((name, sha, got))
    return found


def dropped(journal: Journal) -> set[str]:
    """List the files that were destroyed on purpose.

    Parameters
    ----------
    journal : Journal
        The round's journal.

    Returns
    -------
    set of str
        Names inside the round.
    """
    return {name for line in journal.lines for name in line.get("dropped", ())}


def unjournalled(folder: Folder, journal: Journal) -> list[str]:
    """List results that no line of the journal accounts for: the journal was cut or taken away.

    Parameters
    ----------
    folder : Folder
        The round's files.
    journal : Journal
        Its journal.

    Returns
    -------
    list of str
        Names inside the round.
    """
    known = {name for line in journal.lines for name in line.get("outputs", ())}
    found = [name for pattern in RESULTS for name in folder.matching(pattern)]
    return sorted(set(found) - known)


def refuse_foreign_files(folder: Folder, journal: Journal) -> None:
    """Refuse to go on from files that are not the journal's.

    Parameters
    ----------
    folder : Folder
        The round's files.
    journal : Journal
        Its journal.

    Raises
    ------
    SipasError
        ``round.file_changed`` with every file that differs; ``round.file_unjournalled``.
    """
    strange = unjournalled(folder, journal)
    if strange:
        raise SipasError("round.file_unjournalled", hint=strange, place=Place(file=strange[0]))
    wrong = mismatches(folder, journal)
    if wrong:
        raise SipasError(
            "round.file_changed",
            expected=wrong[0][1],
            got=wrong[0][2],
            hint=[name for name, _, _ in wrong],
            place=Place(file=wrong[0][0]),
        )


def _finish(context: Context, data: Line, hashes: Mapping[str, str]) -> None:
    context.folder.commit(hashes, tuple(data["owned"]))
    context.journal.append("done", **data)


def _dropped_inputs(context: Context, done: Line) -> bool:
    return bool(dropped(context.journal) & (set(done["inputs"]) | set(done["loose"])))


def _loose_present(context: Context, done: Line) -> bool:
    return all(context.folder.path(name).exists() for name in done["loose"])
