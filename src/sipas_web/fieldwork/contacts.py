"""Opening the contacts of cases for who holds them, each time recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.core.exceptions import PermissionDenied
from django.db import transaction

from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.queries import Case
from sipas_web.fieldwork.queries.holding import held_cases
from sipas_web.privacy import actions as privacy
from sipas_web.privacy.identity import Identity
from sipas_web.rounds.queries import Round

VISIT, OFFICE, SHEET = "fieldwork.visit", "fieldwork.office", "fieldwork.route_sheet"  # purposes
AT_ONCE = 500  # codes in one query


@transaction.atomic
def contact_of(case: Case, by: Actor, purpose: str) -> Identity | None:
    """Open the contact of a case that the actor holds at this moment, else 403; None where none is kept."""
    return contacts_of(case.round, [case.case_id], by, purpose).get(case.case_id)


@transaction.atomic
def contacts_of(round_: Round, codes: Iterable[str], by: Actor, purpose: str) -> dict[str, Identity]:
    """Open the contacts of cases that the actor holds at this moment: 403 for all where one of them is not held."""
    wanted = sorted(set(codes))
    held: set[str] = set()
    for part in _parts(wanted):
        # The rows stay as they are until the record is written: nobody takes a case away in between.
        list(Case.objects.select_for_update().filter(round=round_, case_id__in=part).order_by("pk").values_list("pk"))
        held.update(held_cases(by, round_).filter(case_id__in=part).values_list("case_id", flat=True))
    if len(held) < len(wanted):
        raise PermissionDenied
    return privacy.open_contacts(round_=round_, case_codes=wanted, purpose=purpose, by=by)


def _parts(codes: list[str]) -> Iterator[list[str]]:
    return (codes[at : at + AT_ONCE] for at in range(0, len(codes), AT_ONCE))
