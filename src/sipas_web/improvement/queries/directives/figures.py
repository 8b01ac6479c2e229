"""Counts for periodic reports and what waits for a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Count, F, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Addressee, Directive
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.directives.access import open_addressees, own_units
from sipas_web.shared.report_figures import Counts
from sipas_web.shared.waiting import Waiting

State = Directive.State


def counts(unit_ids: Collection[int], first: dt.date, last: dt.date) -> Counts:
    """Count by unit, of letters that came to it in a period: received, passed on, carried out itself, still open.

    Issued ones are counted at their issuer by their own day.
    """
    rows = Addressee.objects.filter(
        directive__state=State.KEPT, until=None, unit__in=unit_ids, since__gte=first, since__lte=last
    )
    counted = rows.values("unit").annotate(
        n_received=Count("pk"),
        n_passed_on=Count("pk", filter=Q(passed_on__isnull=False)),
        n_carried_itself=Count("pk", filter=Q(passed_on=None) & ~Q(carries_itself="")),
        n_not_passed_on=Count("pk", filter=Q(passed_on=None, carries_itself="")),
    )
    found: dict[int, dict[str, int]] = {
        row["unit"]: {
            "received": row["n_received"],
            "passed_on": row["n_passed_on"],
            "carried_itself": row["n_carried_itself"],
            "not_passed_on": row["n_not_passed_on"],
        }
        for row in counted
    }
    issued = Directive.objects.filter(state=State.KEPT, issuer__in=unit_ids, issued__gte=first, issued__lte=last)
    for unit, n in issued.values_list("issuer").annotate(n=Count("pk")).order_by():
        if unit is not None:
            found.setdefault(unit, {})["issued"] = n
    return found


def waiting(by: Actor, most: int) -> list[Waiting]:
    """List directives addressed to the actor's own units and not passed on, then letters being corrected there."""
    own = own_units(by, Permission.DIRECTIVE_KEEP)
    if not own:
        return []
    rows = open_addressees().filter(unit__in=own).select_related("directive", "unit")
    rows = rows.annotate(due=Min("directive__provisions__due", filter=Q(directive__provisions__is_task=True)))
    found = [
        Waiting(
            f"improvement.directive:{row.directive_id}:{row.unit_id}",
            _("Pass on, or carry out: %(directive)s") % {"directive": _named(row.directive)},
            reverse("directive_detail", args=[row.directive_id]),
            row.unit.full_name if row.unit else "",
            row.due,
        )
        for row in rows.order_by(F("due").asc(nulls_last=True), "since", "pk")[:most]
    ]
    drafts = Directive.objects.filter(state=State.READ, unit__in=own).select_related("unit").order_by("created")
    found += [
        Waiting(
            f"improvement.directive_draft:{row.pk}",
            _("Correct and keep: %(directive)s") % {"directive": _named(row)},
            reverse("directive_reading", args=[row.pk]),
            row.unit.full_name,
        )
        for row in drafts[: max(0, most - len(found))]
    ]
    return found


def count_waiting(by: Actor) -> int:
    """Count the directives that wait at the actor's own units."""
    own = own_units(by, Permission.DIRECTIVE_KEEP)
    return open_addressees().filter(unit__in=own).count() if own else 0


def _named(directive: Directive) -> str:
    return ", ".join(p for p in (directive.reference, directive.subject[:120]) if p) or f"{directive.pk}"
