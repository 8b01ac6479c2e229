"""What of supervision others may see: counts of what was released, and what waits for a person."""

from __future__ import annotations

from django.db.models import Count

from sipas_web.audit.actors import Actor
from sipas_web.rounds.queries import Round, in_areas
from sipas_web.supervision.models import CheckSample, Order, Remedy
from sipas_web.supervision.permissions import Permission
from sipas_web.supervision.queries import samples

RELEASED = CheckSample.State.RELEASED


def counts_of(round_: Round) -> tuple[int, int]:
    """Count the released samples of a round, and the steps that wait for the department."""
    count = CheckSample.objects.filter(round=round_, state=RELEASED).count()
    return count, samples.waiting_remedies(round_).exclude(kind=Remedy.Kind.REST).count()


def remedies_for(by: Actor) -> dict[int, int]:
    """Count by round the steps that wait for an actor who may settle them."""
    if not by.may(Permission.FINDING_ANSWER):
        return {}
    rounds = in_areas(by, Permission.FINDING_ANSWER).values("pk")
    rows = Remedy.objects.filter(
        state=Remedy.State.WAITING, check_case__sample__state=RELEASED, check_case__sample__round__in=rounds
    ).exclude(kind=Remedy.Kind.REST)
    counted = rows.order_by().values_list("check_case__sample__round").annotate(n=Count("pk"))
    return dict(counted)


def waits_for(by: Actor) -> int:
    """Count what waits for an actor. At most three queries, none for who may do nothing here."""
    waiting = sum(remedies_for(by).values())
    if by.may(Permission.CASE_REVERIFY):
        waiting += samples.waiting_count(by)
    return waiting


def open_orders(round_: Round) -> int:
    """Count the requests on a round without a report."""
    return Order.objects.filter(round=round_, withdrawn__isnull=True, reports__isnull=True).count()
