"""What can be asked of the store without opening a contact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db.models import Count

from sipas_web.privacy import keys
from sipas_web.privacy.identity import Place
from sipas_web.privacy.models import Contact, JoinDrop, VisitSecret
from sipas_web.privacy.sealing import unseal, visit_kind
from sipas_web.rounds.queries import Round

AT_ONCE = 2_000


def are_dropped(round_: Round) -> bool:
    """Say whether the contacts of a round were destroyed, or are being destroyed."""
    return JoinDrop.objects.filter(round=round_).exists()


def drop_of(round_: Round) -> JoinDrop | None:
    """Give the record of the destruction."""
    return JoinDrop.objects.filter(round=round_).first()


def count_of(round_: Round) -> int:
    """Count the contacts held of a round."""
    return Contact.objects.filter(round=round_).count()


def places_of(round_: Round) -> Iterator[tuple[str, int, Place]]:
    """Give the place of each visit that has one: case code, number of the visit, place. For checks, not for pages."""
    rows = VisitSecret.objects.filter(round=round_).order_by("case_code", "visit")
    for row in rows.iterator(chunk_size=AT_ONCE):
        held = unseal(
            row.sealed, key=row.key, round_id=row.round_id, code=row.case_code, kind=visit_kind(row.visit)
        ).get("place")
        if held:
            yield row.case_code, row.visit, Place(**held)


def keys_in_use() -> Counter[str]:
    """Count what is sealed with each key."""
    found: Counter[str] = Counter()
    for model in (Contact, VisitSecret):
        found.update(dict(model.objects.values_list("key").annotate(Count("pk"))))
    return found


def missing_keys() -> list[str]:
    """Name the keys that something is sealed with and the file does not hold."""
    return sorted(keys_in_use().keys() - {key.name for key in keys.all_keys()})
