"""Running the library from the frozen files to the documents, told as one share of the whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sipas import rounds as library
from sipas.errors import Place, SipasError

# Seconds that the steps of a round of 5 000 responses take, about.
WEIGHTS = {
    "frame": 1,
    "sample": 1,
    "visits": 1,
    "responses": 3,
    "checks": 2,
    "weights": 2,
    "moments": 2,
    "estimates": 4,
    "index": 8,
    "drivers": 6,
    "disclosure": 2,
    "open_data": 8,
    "report": 30,
}
DONE = {"up_to_date", "frozen"}  # frozen: what the step read was destroyed on its date, its results stand

Tell = Callable[[float, str], None]


def estimate(root: Path, tell: Tell) -> None:
    """Run every step that is out of date; an error where one could not run."""
    standings = library.run(root, progress=lambda step, share, _note: tell(share_of(step, share), f"step:{step}"))
    for standing in standings:
        if standing.state not in DONE:
            raise SipasError(standing.reason or "round.step_not_done", got=standing.step)


def share_of(step: str, share: float) -> float:
    """Say how much of the whole is done when a step has come so far."""
    names = list(WEIGHTS)
    before = sum(WEIGHTS[name] for name in names[: names.index(step)]) if step in WEIGHTS else 0
    return (before + share * WEIGHTS.get(step, 0)) / sum(WEIGHTS.values())


def require_used(root: Path, files: Mapping[str, str]) -> None:
    """Refuse results that were not made from the frozen files: a step whose inputs were destroyed runs no more."""
    read: dict[str, str] = {}
    for line in lines(root):
        if line["event"] == "done" and line["step"] in {"visits", "responses", "checks"}:
            read = {k: v for k, v in read.items() if not k.startswith(f"input/{line['step']}/")} | line["inputs"]
    for name, sha256 in files.items():
        if read.get(name) != sha256:
            raise SipasError("round.contacts_dropped", expected=sha256, got=read.get(name), place=Place(file=name))


def lines(root: Path) -> list[dict[str, Any]]:
    """Read the round's journal."""
    return [json.loads(line) for line in _raw(root)]


def journal_head(root: Path) -> str:
    """Give number and hash of the journal's last line, as documents print them."""
    raw = _raw(root)
    return f"{len(raw)}:{hashlib.sha256(raw[-1]).hexdigest()}" if raw else ""


def _raw(root: Path) -> list[bytes]:
    path = root / "journal.jsonl"
    return path.read_bytes().splitlines() if path.is_file() else []
