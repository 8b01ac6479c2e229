"""Changing the key: a new one seals from now on, everything is sealed anew in parts, then the old one is destroyed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.jobs import actions as jobs
from sipas_web.jobs.queries import Job
from sipas_web.privacy import keys, queries
from sipas_web.privacy.actions.keeping import identity_in, sealing_key, write_contacts
from sipas_web.privacy.keys import Key
from sipas_web.privacy.models import Contact, SealedPerson, SubjectRequest, VisitSecret
from sipas_web.privacy.permissions import Permission
from sipas_web.privacy.sealing import REQUEST, seal, unseal, visit_kind

KIND = "privacy.reseal"
SUBJECT = "privacy.keys"
# A transaction that began to seal with the key before the new one came must have ended: none lasts as long.
GRACE = dt.timedelta(hours=1)


@transaction.atomic
def make_key(*, by: Actor) -> Key:
    """Make a new key, which seals from now on; needs ``privacy.key_rotate``. The old ones still open."""
    by.require(Permission.KEY_ROTATE)
    sealing_key()
    made = keys.add()
    record(by=by, action="privacy.key_made", subject=SUBJECT, details={"key": made.name})
    return made


@transaction.atomic
def ask_rotation(*, by: Actor) -> Job:
    """Make a new key and have everything sealed anew with it; needs ``privacy.key_rotate``."""
    make_key(by=by)
    return jobs.start(kind=KIND, subject=SUBJECT, unit=None, by=by)


@transaction.atomic
def reseal_part(*, most: int, by: Actor) -> int:
    """Seal some of what an older key holds with the newest one; gives how many. Needs ``privacy.key_rotate``."""
    by.require(Permission.KEY_ROTATE)
    newest = sealing_key()
    count = next((n for turn in (_contacts, _visits, _requests, _people) if (n := turn(newest, most))), 0)
    if count:
        record(by=by, action="privacy.resealed", subject=SUBJECT, details={"key": newest.name, "number": count})
    return count


@transaction.atomic
def remove_spent_keys(*, by: Actor) -> list[str]:
    """Destroy the keys that open nothing any more; needs ``privacy.key_rotate``. Those replaced just now wait."""
    by.require(Permission.KEY_ROTATE)
    known = keys.all_keys()
    if not known or known[-1].made > timezone.now() - GRACE:
        return []
    used = queries.keys_in_use()
    spent = [key.name for key in known[:-1] if not used[key.name]]
    if spent:
        record(by=by, action="privacy.keys_destroyed", subject=SUBJECT, details={"keys": spent})
        transaction.on_commit(lambda: _destroy(spent))
    return spent


def _destroy(names: Sequence[str]) -> None:
    for name in names:
        keys.remove(name)


def _contacts(newest: Key, most: int) -> int:
    rows = list(Contact.objects.select_for_update().exclude(key=newest.name).order_by("pk")[:most])
    opened = [(row, identity_in(row)) for row in rows]
    write_contacts(opened, newest)
    return len(rows)


def _visits(newest: Key, most: int) -> int:
    rows = list(VisitSecret.objects.select_for_update().exclude(key=newest.name).order_by("pk")[:most])
    for row in rows:
        _turn(row, newest, row.round_id, row.case_code, visit_kind(row.visit))
    VisitSecret.objects.bulk_update(rows, ["sealed", "key"], batch_size=500)
    return len(rows)


def _requests(newest: Key, most: int) -> int:
    rows = list(SubjectRequest.objects.select_for_update().exclude(key=newest.name).order_by("pk")[:most])
    for row in rows:
        _turn(row, newest, 0, row.token, REQUEST)
    SubjectRequest.objects.bulk_update(rows, ["sealed", "key"], batch_size=500)
    return len(rows)


def _people(newest: Key, most: int) -> int:
    rows = list(SealedPerson.objects.select_for_update().exclude(key=newest.name).order_by("pk")[:most])
    for row in rows:
        _turn(row, newest, 0, row.token, row.kind)
    SealedPerson.objects.bulk_update(rows, ["sealed", "key"], batch_size=500)
    return len(rows)


def _turn(row: VisitSecret | SubjectRequest | SealedPerson, newest: Key, round_id: int, code: str, kind: str) -> None:
    """Seal what a row holds anew."""
    content = unseal(row.sealed, key=row.key, round_id=round_id, code=code, kind=kind)
    row.sealed, row.key = seal(content, key=newest, round_id=round_id, code=code, kind=kind), newest.name
