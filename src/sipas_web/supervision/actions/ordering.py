"""Requests of the Ministry for a re-verification, and the reports back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.rounds import states
from sipas_web.rounds.draw_texts import checked
from sipas_web.rounds.queries import held
from sipas_web.shared.vietnamese_text import nfc
from sipas_web.supervision.actions.sampling import CHECKABLE
from sipas_web.supervision.models import CheckSample, Order, OrderReport
from sipas_web.supervision.permissions import Permission
from sipas_web.supervision.queries import access, orders
from sipas_web.units.queries import today


@transaction.atomic
def give_order(*, round_id: int, letter: str, text: str, share: Decimal, due: dt.date, by: Actor) -> Order:
    """Ask for a re-verification of a round; needs ``supervision.order_give`` over its unit. Recorded."""
    round_ = held(round_id)
    by.require(Permission.ORDER_GIVE, round_.unit)
    states.refuse_unless(round_, *CHECKABLE)
    if due < today():
        raise ValidationError({"due": _("The last day lies in the past.")})
    order = Order.objects.create(
        round=round_, letter=checked(letter), text=checked(text), share=share, due=due, given_by=by.name
    )
    details = {"letter_number": order.letter, "share": str(share), "due": due.isoformat()}
    record(by=by, action="supervision.order_given", subject=order, unit=round_.unit, details=details)
    return order


@transaction.atomic
def withdraw_order(*, order_id: int, reason: str, by: Actor) -> Order:
    """Take a request back, with a reason; needs ``supervision.order_give``. Recorded."""
    order = orders.order_of(by, order_id, Permission.ORDER_GIVE)
    if order is None:
        raise PermissionDenied
    by.require(Permission.ORDER_GIVE, order.round.unit)
    if order.withdrawn is not None:
        raise ValidationError(_("This request was taken back already."))
    order.withdrawn, order.withdrawn_because = timezone.now(), checked(reason)
    order.save(update_fields=["withdrawn", "withdrawn_because"])
    details = {"reason": order.withdrawn_because}
    record(by=by, action="supervision.order_withdrawn", subject=order, unit=order.round.unit, details=details)
    return order


@transaction.atomic
def report_order(*, order_id: int, text: str, sample: CheckSample | None, body: str, by: Actor) -> OrderReport:
    """Report back on a request, once for each body; needs ``supervision.sample_draw``. Recorded."""
    order = orders.order_of(by, order_id)
    if order is None or access.round_of(by, order.round_id, Permission.SAMPLE_DRAW) is None:
        raise PermissionDenied
    if order.withdrawn is not None:
        raise ValidationError(_("This request was taken back already."))
    if sample is not None and not orders.reportable_samples(by, order).filter(pk=sample.pk).exists():
        raise PermissionDenied
    clean = checked(body)
    if OrderReport.objects.filter(order=order, body=clean).exists():
        raise ValidationError(_("A report of this body is there already."))
    made = OrderReport.objects.create(order=order, body=clean, text=nfc(text).strip(), sample=sample, made_by=by.name)
    record(by=by, action="supervision.order_reported", subject=order, unit=order.round.unit, details={"body": clean})
    return made
