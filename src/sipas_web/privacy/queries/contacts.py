"""What can be asked of the store without opening a contact."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.dateparse import parse_date

from sipas_web.audit.actors import Actor
from sipas_web.privacy import keys
from sipas_web.privacy.identity import Place
from sipas_web.privacy.models import Contact, JoinDrop, SealedPerson, SubjectRequest, VisitSecret
from sipas_web.privacy.sealing import unseal, visit_kind
from sipas_web.rounds.queries import Round, in_areas
from sipas_web.rounds.queries.frame import FrameList

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
    if are_dropped(round_):
        return
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
    for model in (Contact, VisitSecret, SubjectRequest, SealedPerson):
        found.update(dict(model.objects.values_list("key").annotate(Count("pk"))))
    return found


def missing_keys() -> list[str]:
    """Name the keys that something is sealed with and the file does not hold."""
    return sorted(keys_in_use().keys() - {key.name for key in keys.all_keys()})


def due_day(round_: Round) -> dt.date | None:
    """Give the last day on which contacts of a round are kept; None where none is set."""
    return parse_date(str(round_.settings.get("contacts_until") or ""))


def holding(by: Actor, permission: str) -> list[Round]:
    """List the rounds in the actor's areas that hold contacts or lists, or are being rid of them, by their day."""
    found = in_areas(by, permission).filter(_holds())
    return sorted(found, key=lambda round_: (due_day(round_) or dt.date.max, round_.pk))


def rounds_due(on: dt.date) -> list[Round]:
    """List the rounds whose contacts should be gone by a day and are not, those broken off included."""
    finished = JoinDrop.objects.filter(round=OuterRef("pk"), finished__isnull=False)
    rounds = Round.objects.select_related("unit").filter(~Exists(finished)).order_by("pk")
    begun = set(JoinDrop.objects.filter(finished__isnull=True).values_list("round_id", flat=True))
    return [r for r in rounds if r.pk in begun or ((day := due_day(r)) is not None and day < on)]


def rounds_holding() -> list[Round]:
    """List every round that holds contacts, or lists as they were handed in."""
    return list(Round.objects.filter(_holds()).order_by("pk"))


def _holds() -> Q:
    this = OuterRef("pk")
    held = Exists(Contact.objects.filter(round=this)) | Exists(FrameList.objects.filter(round=this))
    return Q(held) & ~Q(Exists(JoinDrop.objects.filter(round=this, finished__isnull=False)))
