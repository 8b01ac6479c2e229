"""Reads of requests for a re-verification."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.supervision.models import CheckSample, Order, OrderReport
from sipas_web.supervision.permissions import Permission
from sipas_web.supervision.queries.access import own_samples, rounds_of
from sipas_web.units.queries import today


@dataclass(frozen=True, slots=True)
class Stand:
    """A request with where it stands."""

    order: Order
    reports: tuple[OrderReport, ...]
    is_overdue: bool
    days: int  # until the last day; negative: days over


def seen_orders(by: Actor, permission: str = Permission.FINDING_VIEW) -> QuerySet[Order]:
    """List the requests on rounds that the actor may see."""
    seen = rounds_of(by, permission).values("pk")
    return Order.objects.select_related("round__unit").prefetch_related("reports").filter(round__in=seen)


def order_of(by: Actor, order_id: int, permission: str = Permission.FINDING_VIEW) -> Order | None:
    """Give a request that the actor may see."""
    return seen_orders(by, permission).filter(pk=order_id).first()


def stand_of(order: Order) -> Stand:
    """Say whether a request is answered, open or overdue."""
    reports = tuple(order.reports.all())
    days = (order.due - today()).days
    return Stand(order, reports, not reports and order.withdrawn is None and days < 0, days)


def reportable_samples(by: Actor, order: Order) -> QuerySet[CheckSample]:
    """List the actor's released samples that a report on a request can rest on."""
    return own_samples(by).filter(round=order.round_id, state=CheckSample.State.RELEASED)
