"""What waits for a person about facilities, and the figures for reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from sipas_web.onestop import facility_standards as standards
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import facilities as reads
from sipas_web.shared.report_figures import Counts, Line
from sipas_web.shared.report_figures import Source as Figures
from sipas_web.shared.waiting import Source, Waiting

GAPS = "facility_gaps"


def to_mend(by: Any, most: int) -> list[Waiting]:
    """List open gaps that have a day."""
    rows = reads.gaps_with_a_day(by)[:most]
    return [
        Waiting(
            key=f"onestop.facility_check:{row.pk}",
            title=standards.label_of(row.code),
            url=reverse("facility_review", args=[row.review_id]),
            unit=row.review.desk.full_name,
            due=row.mend_by,
        )
        for row in rows
    ]


def figures_of(unit_ids: Collection[int], first: dt.date, last: dt.date) -> Counts:
    """Count reviews and gaps of each unit alone."""
    return reads.counts(unit_ids, first, last)


WAITING = Source("onestop.gaps", 49, gettext_lazy("Gaps to mend"), Permission.FACILITY_REVIEW, to_mend)
FIGURES = Figures(
    "onestop.facilities",
    47,
    gettext_lazy("Facilities of one-stop desks"),
    (
        Line("reviews", gettext_lazy("Reviews finished"), url_name="facility_reviews"),
        Line("mended", gettext_lazy("Gaps mended"), url_name=GAPS),
        Line("open", gettext_lazy("Gaps open at the end"), url_name=GAPS),
    ),
    figures_of,
)
