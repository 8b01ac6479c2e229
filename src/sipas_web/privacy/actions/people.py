"""Identities that belong to no case, kept for the apps above under tokens of theirs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from django.db import connection, transaction

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.privacy.actions.keeping import sealing_key
from sipas_web.privacy.identity import FIELDS, Identity
from sipas_web.privacy.models import SealedPerson
from sipas_web.privacy.sealing import seal_texts, unseal
from sipas_web.units.queries import Unit

AT_ONCE = 500  # tokens named in one query
MOST_NAMED = 100  # tokens that a record lists
OUTSIDE_ROUNDS = 0


@transaction.atomic
def put_people(*, kind: str, rows: Sequence[tuple[str, Mapping[str, str | None]]], by: Actor) -> int:
    """Seal who stands behind some tokens, replacing what was sealed of them; the caller asked for its permission.

    The caller's own record says what came in; rows without anything in them are left out.
    """
    del by
    given = {token: who for token, row in rows if any((who := _texts(row)).values())}
    if given:
        _write(kind, sorted(given.items()))  # in the order of their index, which is then written once
    return len(given)


@transaction.atomic
def open_people(
    *, kind: str, tokens: Collection[str], purpose: str, unit: Unit | None, by: Actor
) -> dict[str, Identity]:
    """Open who stands behind some tokens, with one record; the caller has checked that the actor may see them."""
    found = {row.token: _opened(row) for row in _rows(kind, tokens)}
    if found:
        named = sorted(found)[:MOST_NAMED]
        details = {"purpose": purpose, "number": len(found), "tokens": named}
        record(by=by, action="privacy.people_opened", subject=f"privacy.people:{kind}", unit=unit, details=details)
    return found


@transaction.atomic
def forget_people(*, kind: str, tokens: Collection[str], unit: Unit | None, by: Actor) -> int:
    """Destroy who stands behind some tokens; the caller asked for its permission."""
    count = sum(SealedPerson.objects.filter(kind=kind, token__in=part).delete()[0] for part in _parts(sorted(tokens)))
    if count:
        record(
            by=by, action="privacy.people_forgotten", subject=f"privacy.people:{kind}", unit=unit,
            details={"number": count},
        )  # fmt: skip
    return count


def _texts(row: Mapping[str, str | None]) -> dict[str, str]:
    return {name: str(row.get(name) or "").strip() for name in FIELDS}


def _write(kind: str, people: Sequence[tuple[str, Mapping[str, str]]]) -> None:
    """Seal and write people in one statement: bulk_create takes several times as long for a million of them."""
    key = sealing_key()
    sealed = seal_texts(people, key=key, round_id=OUTSIDE_ROUNDS, kind=kind)
    tokens = [token for token, _who in people]
    replace = "ON CONFLICT (kind, token) DO UPDATE SET sealed = excluded.sealed, key = excluded.key"
    head = f"INSERT INTO {SealedPerson._meta.db_table} (kind, key, token, sealed)"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            parts = "unnest(%s::text[], string_to_array(%s, ' ')) AS made (token, sealed)"
            cursor.execute(
                f"{head} SELECT %s, %s, token, decode(sealed, 'hex') FROM {parts} {replace}",
                [kind, key.name, tokens, " ".join([one.hex() for one in sealed])],
            )
        else:
            lines = [(kind, key.name, token, one) for token, one in zip(tokens, sealed, strict=True)]
            cursor.executemany(f"{head} VALUES (%s, %s, %s, %s) {replace}", lines)


def _opened(row: SealedPerson) -> Identity:
    return Identity(**unseal(row.sealed, key=row.key, round_id=OUTSIDE_ROUNDS, code=row.token, kind=row.kind))


def _rows(kind: str, tokens: Collection[str]) -> Iterator[SealedPerson]:
    for part in _parts(sorted(tokens)):
        yield from SealedPerson.objects.filter(kind=kind, token__in=part)


def _parts(tokens: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(tokens), AT_ONCE):
        yield tokens[start : start + AT_ONCE]
