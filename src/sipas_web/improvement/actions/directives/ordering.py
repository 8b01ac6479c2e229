"""Correcting the orders: which are tasks, until when, who does what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions.directives.changing import note, to_correct, want_reason
from sipas_web.improvement.actions.directives.linking import refuse_later
from sipas_web.improvement.directive_deadlines import REPEATING
from sipas_web.improvement.models import Directive, Party, Provision
from sipas_web.units.queries import Unit


@dataclass(frozen=True, slots=True)
class OrderGiven:
    """An order as a person says it is."""

    pk: int
    is_task: bool
    title: str
    due: dt.date | None
    period: str = ""
    until: dt.date | None = None  # of one that comes again and again


@dataclass(frozen=True, slots=True)
class PartyGiven:
    """A body's part in an order."""

    role: str
    name: str
    unit: Unit | None


@transaction.atomic
def correct_provisions(*, directive_id: int, orders: Sequence[OrderGiven], by: Actor, reason: str = "") -> Directive:
    """Put which provisions are tasks, their titles and last days.

    A day later than that of the order passed on is refused. Tasks given already keep their own deadline: it is
    extended on the task. Recorded.
    """
    directive = to_correct(directive_id, by)
    want_reason(directive, reason)
    before = _told(directive)
    rows = {row.pk: row for row in directive.provisions.all()}
    for given in orders:
        row = rows.get(given.pk)
        if row is None:
            raise ValidationError(_("This order belongs to another directive."))
        if given.is_task and not given.title.strip():
            raise ValidationError(_("Order %(path)s: say in one sentence what has to be done.") % {"path": row.path})
        if given.due and directive.issued and given.due < directive.issued:
            message = _("Order %(path)s: the last day lies before the day of the letter.")
            raise ValidationError(message % {"path": row.path})
        _refuse_endless(row, given)
        row.is_task, row.title, row.due, row.period = given.is_task, given.title.strip()[:300], given.due, given.period
        row.until = given.until
        row.save()
    if directive.above_id is not None:
        refuse_later(directive)
    note(directive, by, "orders", before, _told(directive), reason)
    return directive


@transaction.atomic
def correct_provision(
    *,
    provision_id: int,
    is_for_all: bool,
    parties: Sequence[PartyGiven],
    above: Provision | None,
    by: Actor,
    reason: str = "",
) -> Provision:
    """Put who does what in one order, and which order of the directive above it passes on. Recorded."""
    provision = Provision.objects.select_related("directive").get(pk=provision_id)
    directive = to_correct(provision.directive_id, by)
    want_reason(directive, reason)
    if above is not None and above.directive_id != directive.above_id:
        raise ValidationError(_("This order belongs to another directive."))
    before = {provision.path: _parties(provision)}
    provision.is_for_all, provision.above = is_for_all, above
    provision.save()
    provision.parties.all().delete()
    Party.objects.bulk_create(
        Party(provision=provision, role=p.role, name=p.name.strip()[:300], unit=p.unit)
        for p in parties
        if p.name.strip() or p.unit
    )
    if directive.above_id is not None:
        refuse_later(directive)
    note(directive, by, "parties", before, {provision.path: _parties(provision)}, reason)
    return provision


def _told(directive: Directive) -> dict[str, str]:
    return {
        p.path: f"{p.title} / {_day(p.due)} / {p.period or '–'} / {_day(p.until)}" if p.is_task else "–"
        for p in directive.provisions.all()
    }


def _day(day: dt.date | None) -> str:
    return day.strftime("%d/%m/%Y") if day else "–"


def _refuse_endless(row: Provision, given: OrderGiven) -> None:
    """Refuse an end without a period, or before the first deadline."""
    if given.until is None:
        return
    if given.period not in REPEATING or given.due is None:
        message = _("Order %(path)s: say how often and the first last day, or leave the end of repeating empty.")
        raise ValidationError(message % {"path": row.path})
    if given.until < given.due:
        message = _("Order %(path)s: repeating ends before the first last day.")
        raise ValidationError(message % {"path": row.path})


def _parties(provision: Provision) -> str:
    rows = [f"{p.role}: {p.unit or p.name}" for p in provision.parties.select_related("unit")]
    return "; ".join((["*"] if provision.is_for_all else []) + rows)
