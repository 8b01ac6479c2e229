"""Identities that belong to no case, kept for the apps above under tokens of theirs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict

from django.db import transaction

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.privacy.actions.keeping import sealing_key
from sipas_web.privacy.identity import Identity, identity_of
from sipas_web.privacy.models import SealedPerson
from sipas_web.privacy.sealing import seal, unseal
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
    given = {token: who for token, row in rows if (who := identity_of(row)) != Identity()}
    key = sealing_key()
    made = [
        SealedPerson(
            kind=kind,
            token=token,
            key=key.name,
            sealed=seal(asdict(who), key=key, round_id=OUTSIDE_ROUNDS, code=token, kind=kind),
        )
        for token, who in given.items()
    ]
    SealedPerson.objects.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["kind", "token"],
        update_fields=["sealed", "key"],
        batch_size=AT_ONCE,
    )
    return len(made)


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


def _opened(row: SealedPerson) -> Identity:
    return Identity(**unseal(row.sealed, key=row.key, round_id=OUTSIDE_ROUNDS, code=row.token, kind=row.kind))


def _rows(kind: str, tokens: Collection[str]) -> Iterator[SealedPerson]:
    for part in _parts(sorted(tokens)):
        yield from SealedPerson.objects.filter(kind=kind, token__in=part)


def _parts(tokens: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(tokens), AT_ONCE):
        yield tokens[start : start + AT_ONCE]
