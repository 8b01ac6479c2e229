"""Writing the record: always inside the transaction of the change it tells of."""

from __future__ import annotations

from collections.abc import Mapping
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
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an audit record belongs into the transaction of its change")
    _take_turn()
    sequence, before = queries.head()
    made = Record(
        sequence=sequence + 1,
        moment=timezone.now(),
        actor=by.key,
        actor_name=by.name,
        actor_roles=by.roles,
        origin=by.origin,
        action=action,
        subject=key_of(subject) if isinstance(subject, models.Model) else subject,
        subject_name=str(subject) if isinstance(subject, models.Model) else "",
        unit_id=unit.pk if unit is not None else None,
        unit_name=str(unit.full_name) if unit is not None else "",
        details=canonical(dict(details or {})),
        previous_hash=before,
    )
    made.hash = hash_of(made.values())
    made.save(force_insert=True)
    return made


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


def _take_turn() -> None:
    """Let one writer at a time append. SQLite's transactions already do (BEGIN IMMEDIATE)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
