"""Reads of the audit record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from sipas_web.audit.actors import Actor
from sipas_web.audit.chain import FIRST, Verdict, verify
from sipas_web.audit.models import Record
from sipas_web.audit.permissions import Permission

TRIGGERS = {
    "sqlite": ("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_record'"),
    "postgresql": (
        "SELECT tgname FROM pg_trigger WHERE tgrelid = 'audit_record'::regclass AND NOT tgisinternal "
        "AND tgenabled <> 'D'"
    ),
}
NEEDED = {
    "sqlite": {"audit_record_no_update", "audit_record_no_delete"},
    "postgresql": {"audit_record_no_change", "audit_record_no_truncate"},
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for; empty fields do not limit."""

    text: str = ""
    action: str = ""
    actor: str = ""
    subject: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def head() -> tuple[int, str]:
    """Give number and hash of the last record."""
    last = Record.objects.order_by("-sequence").values_list("sequence", "hash").first()
    return last or (0, FIRST)


def readable(by: Actor) -> QuerySet[Record]:
    """Records an actor may read: of the units under their areas; all, where they hold the whole country."""
    records = Record.objects.order_by("-sequence")
    if not by.may(Permission.RECORD_VIEW):
        return records.none()
    units = by.holder.areas_of(Permission.RECORD_VIEW)
    return records if units is None else records.filter(unit_id__in=units)


def found(by: Actor, wanted: Wanted) -> QuerySet[Record]:
    """Readable records that fit, newest first."""
    records = readable(by)
    if wanted.text:
        text = wanted.text
        records = records.filter(
            Q(actor_name__icontains=text) | Q(subject_name__icontains=text) | Q(unit_name__icontains=text)
        )
    if wanted.action:
        records = records.filter(action=wanted.action)
    if wanted.actor:
        records = records.filter(actor=wanted.actor)
    if wanted.subject:
        records = records.filter(subject=wanted.subject)
    if wanted.since:
        records = records.filter(moment__gte=_midnight(wanted.since))
    if wanted.until:
        records = records.filter(moment__lt=_midnight(wanted.until + dt.timedelta(days=1)))
    return records


def one(by: Actor, sequence: int) -> Record | None:
    """Give a readable record."""
    return readable(by).filter(sequence=sequence).first()


def actions_seen() -> list[str]:
    """List the codes of acts in the record."""
    return list(Record.objects.order_by("action").values_list("action", flat=True).distinct())


def lines() -> Iterator[dict[str, Any]]:
    """Give the whole chain from its first record, a thousand rows in memory at a time."""
    for record in Record.objects.order_by("sequence").iterator(chunk_size=1000):
        yield record.values()


def verified() -> Verdict:
    """Walk the whole chain."""
    return verify(lines())


def has_head(pinned: str) -> bool:
    """Say whether a record with a number and hash, as printed on a document, is in the chain."""
    number, _colon, hash_ = pinned.partition(":")
    return number.isdecimal() and Record.objects.filter(sequence=int(number), hash=hash_).exists()


def last_details(action: str) -> str:
    """Give the details of the newest record of an act; empty where there is none."""
    newest = Record.objects.filter(action=action).order_by("-sequence").values_list("details", flat=True).first()
    return newest or ""


def last_details_of(action: str, subject: str) -> str:
    """Give the details of the newest record of an act on one thing; empty where there is none."""
    found = Record.objects.filter(action=action, subject=subject).order_by("-sequence")
    return found.values_list("details", flat=True).first() or ""


def actors_of(subject: str, *actions: str) -> frozenset[str]:
    """Give the keys of all who did one of some acts on one thing."""
    found = Record.objects.filter(subject=subject, action__in=actions)
    return frozenset(found.order_by().values_list("actor", flat=True))


def missing_triggers() -> set[str]:
    """Name the triggers that should protect the record and are not there."""
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS[connection.vendor])
        there = {row[0] for row in cursor.fetchall()}
    return NEEDED[connection.vendor] - there


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
