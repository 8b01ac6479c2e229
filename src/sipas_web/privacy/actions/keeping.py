"""Putting identities into the store and opening them. Only what is opened here is ever seen, and that is recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.db import models, transaction

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.privacy import keys, queries
from sipas_web.privacy.identity import Identity, Place, VisitNote, identity_of, traits
from sipas_web.privacy.keys import Key, MissingKeyError
from sipas_web.privacy.models import Contact, ContactMark, VisitSecret
from sipas_web.privacy.sealing import CONTACT, mark, seal, unseal, visit_kind
from sipas_web.rounds.queries import Round, held

AT_ONCE = 500  # codes named in one query
MOST_NAMED = 1_000  # codes that a record lists; beyond that their hash stands for them


@transaction.atomic
def put_contacts(*, round_: Round, rows: Sequence[tuple[str, Mapping[str, str | None]]], by: Actor) -> int:
    """Seal the contacts of some cases; a second time changes nothing. Gives how many were new or other than before.

    The caller has asked for its own permission. Nothing is kept of a round whose contacts were dropped.
    """
    held(round_.pk)
    if not rows or queries.are_dropped(round_):
        return 0
    given = {code: identity_of(row) for code, row in rows}
    key = sealing_key()
    there = {row.case_code: row for row in _contacts(round_, given)}
    other = {code: who for code, who in given.items() if code not in there or identity_in(there[code]) != who}
    rows_of = {code: there.get(code) or Contact(round=round_, case_code=code) for code in other}
    write_contacts([(rows_of[code], who) for code, who in other.items()], key)
    if other:
        record(by=by, action="privacy.contacts_put", subject=round_, unit=round_.unit, details={"contacts": len(other)})
    return len(other)


@transaction.atomic
def open_contacts(
    *, round_: Round, case_codes: Collection[str], purpose: str, by: Actor, subject: models.Model | None = None
) -> dict[str, Identity]:
    """Open the contacts of some cases; recorded with the purpose, a dotted code, and the case codes.

    The caller has checked that the actor holds these cases. Cases without a contact are left out, and those whose use
    the person had restricted. With a ``subject`` the record names that and a number, no case: readers of the record
    must not learn which cases a supervisor has chosen.
    """
    if queries.are_dropped(round_):
        return {}
    rows = [row for row in _contacts(round_, case_codes) if not row.is_restricted]
    found = {row.case_code: identity_in(row) for row in rows}
    if found:
        _note_opened(round_, found, purpose, by, subject)
    return found


@transaction.atomic
def open_visits(*, round_: Round, case_codes: Collection[str], purpose: str, by: Actor) -> dict[str, list[VisitNote]]:
    """Open places and notes of the visits of some cases; recorded and left to the caller as ``open_contacts``."""
    found: dict[str, list[VisitNote]] = {}
    if queries.are_dropped(round_):
        return found
    for part in _parts(case_codes):
        for row in VisitSecret.objects.filter(round=round_, case_code__in=part).order_by("case_code", "visit"):
            found.setdefault(row.case_code, []).append(visit_of(row))
    if found:
        _note_opened(round_, found, purpose, by)
    return found


@transaction.atomic
def put_visit_secret(*, round_: Round, case_code: str, visit: int, place: Place | None, note: str, by: Actor) -> bool:
    """Seal where a visit was and what was noted; it replaces what was sealed of it. Gives whether anything is kept.

    The visit itself is recorded by the caller. Nothing is kept of a round whose contacts were dropped.
    """
    del by
    rows = VisitSecret.objects.filter(round=round_, case_code=case_code, visit=visit)
    if queries.are_dropped(round_) or (place is None and not note.strip()):
        rows.delete()
        return False
    key = sealing_key()
    content = {"place": asdict(place) if place else None, "note": note.strip()}
    sealed = seal(content, key=key, round_id=round_.pk, code=case_code, kind=visit_kind(visit))
    VisitSecret.objects.update_or_create(
        round=round_, case_code=case_code, visit=visit, defaults={"sealed": sealed, "key": key.name}
    )
    return True


@transaction.atomic
def forget_contacts(*, round_: Round, case_codes: Collection[str], by: Actor) -> int:
    """Destroy what is held of some cases, in the caller's transaction, which asked for the permission."""
    count = 0
    for part in _parts(case_codes):
        VisitSecret.objects.filter(round=round_, case_code__in=part).delete()
        ContactMark.objects.filter(contact__round=round_, contact__case_code__in=part).delete()
        count += Contact.objects.filter(round=round_, case_code__in=part).delete()[0]
    if count:
        details = {"contacts": count, **_named(case_codes)}
        record(by=by, action="privacy.contacts_forgotten", subject=round_, unit=round_.unit, details=details)
    return count


def sealing_key() -> Key:
    """Give the key that seals; never make a first one where something is sealed with keys that are gone."""
    if not keys.all_keys() and (used := queries.keys_in_use()):
        raise MissingKeyError(min(used))
    return keys.newest()


def visit_of(row: VisitSecret) -> VisitNote:
    """Open what is sealed of one visit."""
    told = unseal(row.sealed, key=row.key, round_id=row.round_id, code=row.case_code, kind=visit_kind(row.visit))
    return VisitNote(row.visit, Place(**told["place"]) if told["place"] else None, told["note"])


def write_contacts(rows: Sequence[tuple[Contact, Identity]], key: Key) -> None:
    """Seal rows, new or there already, and write them with the marks they are found by."""
    for row, who in rows:
        row.key = key.name
        row.sealed = seal(asdict(who), key=key, round_id=row.round_id, code=row.case_code, kind=CONTACT)
    old = [row for row, _who in rows if not row._state.adding]
    Contact.objects.bulk_create(row for row, _who in rows if row._state.adding)
    Contact.objects.bulk_update(old, ["sealed", "key"], batch_size=AT_ONCE)
    for start in range(0, len(old), AT_ONCE):
        ContactMark.objects.filter(contact__in=[row.pk for row in old[start : start + AT_ONCE]]).delete()
    ContactMark.objects.bulk_create(
        ContactMark(contact=row, kind=kind, mark=mark(text, key=key, round_id=row.round_id, kind=kind))
        for row, who in rows
        for kind, text in traits(who).items()
    )


def identity_in(row: Contact) -> Identity:
    """Open one contact, for an action that records it or shows it to nobody."""
    return Identity(**unseal(row.sealed, key=row.key, round_id=row.round_id, code=row.case_code, kind=CONTACT))


def _contacts(round_: Round, codes: Iterable[str]) -> Iterable[Contact]:
    for part in _parts(codes):
        yield from Contact.objects.filter(round=round_, case_code__in=part).order_by("case_code")


def _parts(codes: Iterable[str]) -> Iterable[list[str]]:
    every = sorted(set(codes))
    return (every[at : at + AT_ONCE] for at in range(0, len(every), AT_ONCE))


def _note_opened(
    round_: Round, codes: Collection[str], purpose: str, by: Actor, subject: models.Model | None = None
) -> None:
    named = _named(codes) if subject is None else {}
    details = {"purpose": purpose, "number": len(codes), **named}
    record(by=by, action="privacy.contacts_opened", subject=subject or round_, unit=round_.unit, details=details)


def _named(codes: Collection[str]) -> dict[str, Any]:
    every = sorted(codes)
    if len(every) <= MOST_NAMED:
        return {"cases": every}
    return {"cases_sha256": hashlib.sha256(" ".join(every).encode()).hexdigest()}
