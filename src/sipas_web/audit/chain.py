"""The chain: the exact text of a record, and its hash with the hash before it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

FIRST = "0" * 64  # stands before the first record
FIELDS = (
    "sequence", "moment", "actor", "actor_name", "actor_roles", "origin", "action", "subject", "subject_name",
    "unit_id", "unit_name", "details", "previous_hash",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the chain breaks, and how."""

    sequence: int
    kind: str  # gap, previous_hash, hash


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at the whole chain found."""

    count: int
    head: str
    faults: tuple[Fault, ...]


def canonical(values: Mapping[str, Any]) -> str:
    """Write values as JSON in the one way that is hashed: keys in order, no spaces, UTF-8."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def moment_text(moment: dt.datetime) -> str:
    """Write a moment in UTC with microseconds, as it is hashed."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def hash_of(values: Mapping[str, Any]) -> str:
    """Hash the fields of a record; ``hash`` itself and anything else is left out."""
    return hashlib.sha256(canonical({name: values[name] for name in FIELDS}).encode()).hexdigest()


def verify(records: Iterable[Mapping[str, Any]], most_faults: int = 20) -> Verdict:
    """Walk a chain from its first record; stop looking closer after so many faults."""
    before, sequence, faults = FIRST, 0, []
    for values in records:
        sequence += 1
        if values["sequence"] != sequence:
            faults.append(Fault(sequence, "gap"))
            sequence = values["sequence"]
        if values["previous_hash"] != before:
            faults.append(Fault(sequence, "previous_hash"))
        if hash_of(values) != values["hash"]:
            faults.append(Fault(sequence, "hash"))
        before = values["hash"]
        if len(faults) >= most_faults:
            break
    return Verdict(sequence, before, tuple(faults))
