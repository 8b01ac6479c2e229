"""What of reports waits for a person: those of their own units that are due, those sent to them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import reports as reads
from sipas_web.improvement.queries.reports_area import own_units, taken_over
from sipas_web.improvement.queries.reports_following import RECENT, Due, own_due
from sipas_web.improvement.report_words import title_of
from sipas_web.shared.waiting import Source, Waiting
from sipas_web.units.queries import today


def due_rows(by: Any, most: int) -> list[Waiting]:
    """List the reports that the actor's own units, and those they took over, have yet to send."""
    own = list(own_units(by, Permission.REPORT_DRAFT))
    over = taken_over(own, today() - RECENT)
    return [_due(due) for due in own_due([*own, *over], today())[:most]]


def to_take_in(by: Any, most: int) -> list[Waiting]:
    """List the reports sent to the actor's own units."""
    rows = reads.waiting_at(own_units(by, Permission.REPORT_DRAFT))[:most]
    return [
        Waiting(
            f"improvement.report_in:{report.pk}",
            f"Tiếp nhận {title_of(report.kind, report.year, report.unit.full_name)}",
            reverse("periodic_report", args=[report.pk]),
            report.receiver.full_name if report.receiver else "",
        )
        for report in rows
    ]


def _due(due: Due) -> Waiting:
    if due.report:
        url = reverse("periodic_report", args=[due.report.pk])
    else:
        url = f"{reverse('periodic_report_add')}?don-vi={due.unit.pk}&ky={due.kind}&nam={due.year}"
    key = f"improvement.report_due:{due.unit.pk}-{due.kind}-{due.year}"
    title = f"Gửi {title_of(due.kind, due.year, due.unit.full_name)}"
    return Waiting(key, title, url, due.unit.full_name, due.span.due)


DUE = Source("improvement.report_due", 44, _("Reports to send"), Permission.REPORT_DRAFT, due_rows)
TO_TAKE_IN = Source("improvement.report_in", 45, _("Reports to take in"), Permission.REPORT_DRAFT, to_take_in)
