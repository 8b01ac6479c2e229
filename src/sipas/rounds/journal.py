"""The journal of a round: one JSON line per event, each carrying the hash of the line before."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sipas.errors import Place, SipasError

START = "0" * 64

Line = dict[str, Any]


def line_hash(line: bytes) -> str:
    """Hash a line as the next line quotes it.

    Parameters
    ----------
    line : bytes
        The line without its line feed.

    Returns
    -------
    str
        SHA-256, hex.
    """
    return hashlib.sha256(line).hexdigest()


class Journal:
    """Append-only file of events.

    Parameters
    ----------
    path : Path
        ``journal.jsonl`` of the round; need not exist.
    actor : str
        Who runs the program; written on every line.
    program : str
        Name and version of the program.
    repair : bool
        Cut off a last line that a crash left half-written; only for whoever holds the round alone.
    """

    def __init__(self, path: Path, *, actor: str, program: str, repair: bool = False) -> None:
        self.path = path
        self.actor = actor
        self.program = program
        self.lines = self._read(repair)

    def append(self, event: str, **data: object) -> Line:
        """Write an event and make sure that it is on the disk.

        Parameters
        ----------
        event : str
            ``prepared``, ``done``, ``trial``, ``contacts_dropped`` and so on.
        **data : object
            Anything JSON can hold.

        Returns
        -------
        dict
            The line as written.
        """
        line: Line = {
            "n": len(self.lines) + 1,
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "actor": self.actor,
            "program": self.program,
            "event": event,
            **data,
            "previous": line_hash(_encode(self.lines[-1])) if self.lines else START,
        }
        with self.path.open("ab") as file:
            file.write(_encode(line) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self.lines.append(line)
        return line

    def last(self, step: str, event: str = "done") -> Line | None:
        """Give the latest event of a step.

        Parameters
        ----------
        step : str
            Name of the step.
        event : str
            Kind of event.

        Returns
        -------
        dict or None
            The line, or None where there is none.
        """
        found = [line for line in self.lines if line.get("step") == step and line["event"] == event]
        return found[-1] if found else None

    @property
    def head(self) -> str:
        """Hash of the last line: it seals all that came before."""
        return line_hash(_encode(self.lines[-1])) if self.lines else START

    def _read(self, repair: bool) -> list[Line]:
        if not self.path.exists():
            return []
        raw = self.path.read_bytes()
        whole = raw[: raw.rfind(b"\n") + 1]
        if whole != raw and repair:  # a line cut off by a crash was never acted on
            with self.path.open("r+b") as file:
                file.truncate(len(whole))
        lines = whole.splitlines()
        _check_chain(lines, self.path.name)
        return [json.loads(line) for line in lines]


def _encode(line: Line) -> bytes:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode()


def _check_chain(lines: list[bytes], name: str) -> None:
    previous = START
    for number, raw in enumerate(lines, start=1):
        try:
            line = json.loads(raw)
        except ValueError as error:
            raise SipasError("round.journal_line_unreadable", place=Place(file=name, row=number)) from error
        if line.get("previous") != previous or line.get("n") != number:
            raise SipasError(
                "round.journal_chain_broken",
                expected=previous,
                got=line.get("previous"),
                place=Place(file=name, row=number),
            )
        previous = line_hash(raw)
