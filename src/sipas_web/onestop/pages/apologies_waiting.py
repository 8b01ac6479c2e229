"""What waits for a person about apologies, and the figures for reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.onestop import apology_rules as rules
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import apologies as reads
from sipas_web.onestop.queries import apology_figures as counts
from sipas_web.onestop.queries.apologies import Apology, ApologyState
from sipas_web.shared.report_figures import Counts, Line
from sipas_web.shared.report_figures import Source as Figures
from sipas_web.shared.waiting import Source, Waiting


def to_draft(by: Any, most: int) -> list[Waiting]:
    """List dossiers whose apology is due and not drafted yet."""
    found = reads.in_areas(reads.open_without_letter(reads.today()), by, Permission.APOLOGY_DRAFT)
    rows = found.select_related("agency", "source__unit", "receiver_name__unit").order_by("due", "pk")[:most]
    return [
        Waiting(
            key=f"onestop.dossier:{row.pk}",
            title=_("Apology for dossier %(number)s") % {"number": row.number},
            url=reverse("apology_dossier", args=[row.pk]),
            unit=reads.unit_of(row).full_name,
            due=rules.last_day(row.received, row.due),
        )
        for row in rows
    ]


def to_sign(by: Any, most: int) -> list[Waiting]:
    """List letters before the head."""
    return _letters(by, most, Permission.APOLOGY_SIGN, (ApologyState.WAITING,), _("Sign %(letter)s"))


def to_send(by: Any, most: int) -> list[Waiting]:
    """List letters sent back, and signed ones that have not left."""
    states = (ApologyState.RETURNED, ApologyState.SIGNED)
    return _letters(by, most, Permission.APOLOGY_DRAFT, states, _("Send, or change, %(letter)s"))


def count_waiting(user: Any) -> int:
    """Count for the menu what waits for a person's hand: letters to sign, letters to send or change."""
    return reads.count_letters(user)


def figures_of(unit_ids: Collection[int], first: dt.date, last: dt.date) -> Counts:
    """Count late dossiers and their apologies of each unit alone, due in a period."""
    found = counts.tallies(set(unit_ids), reads.today(), first, last)
    return {
        unit: {
            "late": tally.late, "before": tally.before, "after": tally.after, "excepted": tally.excepted,
            "without": tally.without,
        }
        for unit, tally in found.items()
    }  # fmt: skip


WAITING = (
    Source("onestop.apologies_due", 46, gettext_lazy("Apologies due"), Permission.APOLOGY_DRAFT, to_draft),
    Source("onestop.apologies_to_sign", 47, gettext_lazy("Apologies to sign"), Permission.APOLOGY_SIGN, to_sign),
    Source("onestop.apologies_to_send", 48, gettext_lazy("Apologies to send"), Permission.APOLOGY_DRAFT, to_send),
)
LATE = "apology_late"
FIGURES = Figures(
    "onestop.apologies",
    46,
    gettext_lazy("Late dossiers and apologies"),
    (
        Line("late", gettext_lazy("Dossiers that became late"), url_name=LATE),
        Line("before", gettext_lazy("Apologised before due"), of="late", url_name=LATE),
        Line("after", gettext_lazy("Apologised later"), of="late", url_name=LATE),
        Line("excepted", gettext_lazy("No apology owed"), of="late", url_name=LATE),
        Line("without", gettext_lazy("Late without an apology"), of="late", url_name=LATE),
    ),
    figures_of,
)


def _letters(by: Any, most: int, permission: str, states: tuple[str, ...], said: str) -> list[Waiting]:
    found = reads.letters_in_areas(by, permission).filter(state__in=states).select_related("unit")
    rows: list[Apology] = list(found.order_by("last_day", "pk")[:most])
    return [
        Waiting(
            key=f"onestop.apology:{row.pk}",
            title=said % {"letter": row},
            url=reverse("apology_detail", args=[row.pk]),
            unit=row.unit.full_name,
            due=row.last_day,
        )
        for row in rows
    ]
