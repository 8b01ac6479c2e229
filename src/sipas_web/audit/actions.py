"""Writing the record: always inside the transaction of the change it tells of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection, models, transaction
from django.utils import timezone

from sipas_web.audit import queries
from sipas_web.audit.actors import Actor
from sipas_web.audit.chain import canonical, hash_of
from sipas_web.audit.models import Record
from sipas_web.audit.permissions import Permission

CHAIN_LOCK = 7_305_210_001  # any number no other part uses


class Place(Protocol):
    """A unit, as far as the record needs it."""

    pk: Any
    full_name: Any


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did, as it is recorded."""

    by: Actor
    action: str
    subject: models.Model | str
    unit: Place | None = None
    details: Mapping[str, Any] | None = None


def record(
    *,
    by: Actor,
    action: str,
    subject: models.Model | str,
    unit: Place | None = None,
    details: Mapping[str, Any] | None = None,
) -> Record:
    """Write who did what, in the caller's transaction: if it cannot be written, the change is undone with it.

    Records are numbered without gaps, so writers wait for each other from here to the end of their transaction: call
    this last.
    """
    return record_each(acts=[Act(by=by, action=action, subject=subject, unit=unit, details=details)])[0]


def record_each(*, acts: Sequence[Act]) -> list[Record]:
    """Write several acts of one transaction, in their order, as ``record`` writes one."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an audit record belongs into the transaction of its change")
    _take_turn()
    made = []
    sequence, before = queries.head()
    for act in acts:
        sequence += 1
        made.append(_written(act, sequence, before))
        before = made[-1].hash
    return Record.objects.bulk_create(made)


@transaction.atomic
def export(*, by: Actor) -> tuple[int, str]:
    """Note that the whole record leaves; needs ``audit.record_export`` over the whole country.

    Gives number and hash of the last record, this one included.
    """
    by.require_everywhere(Permission.RECORD_EXPORT)
    count, head = queries.head()
    written = record(
        by=by, action="audit.record_exported", subject="audit.record", details={"records": count, "head": head}
    )
    return written.sequence, written.hash


def key_of(thing: models.Model) -> str:
    """Name a row as the record does: ``units.unit:12``."""
    return f"{thing._meta.label_lower}:{thing.pk}"


def _written(act: Act, sequence: int, before: str) -> Record:
    subject, unit = act.subject, act.unit
    made = Record(
        sequence=sequence,
        moment=timezone.now(),
        actor=act.by.key,
        actor_name=act.by.name,
        actor_roles=act.by.roles,
        origin=act.by.origin,
        action=act.action,
        subject=key_of(subject) if isinstance(subject, models.Model) else subject,
        subject_name=str(subject) if isinstance(subject, models.Model) else "",
        unit_id=unit.pk if unit is not None else None,
        unit_name=str(unit.full_name) if unit is not None else "",
        details=canonical(dict(act.details or {})),
        previous_hash=before,
    )
    made.hash = hash_of(made.values())
    return made


def _take_turn() -> None:
    """Let one writer at a time append. SQLite's transactions already do (BEGIN IMMEDIATE)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
