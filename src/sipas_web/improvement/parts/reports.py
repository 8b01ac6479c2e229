"""What the part of reports registers: sentences, menu, what waits."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas_web.audit.sentences import add as add_sentences
from sipas_web.improvement.permissions import Permission
from sipas_web.jobs import notes
from sipas_web.shared import menu, waiting
from sipas_web.units.actions.handing_over import hears

SENTENCES: dict[str, StrOrPromise] = {
    "improvement.report_drafted": _("began a periodic report"),
    "improvement.report_drawn": _("drew the figures of a periodic report"),
    "improvement.report_written": _("wrote in a periodic report"),
    "improvement.report_explained": _("explained a figure of a periodic report"),
    "improvement.report_discarded": _("threw away the draft of a periodic report"),
    "improvement.report_sent": _("sent a periodic report up"),
    "improvement.report_taken_in": _("took a periodic report in"),
    "improvement.report_sent_back": _("sent a periodic report back"),
    "improvement.report_corrected": _("began the correction of a periodic report"),
    "improvement.report_period_set": _("set the days of periodic reports of an area"),
    "improvement.reports_urged": _("drew up a letter urging units to send their reports"),
    "improvement.report_handed_over": _("handed a periodic report to the successor of a unit"),
}
NOTES: dict[str, StrOrPromise] = {
    "improvement.report_draw": _("Figures of a periodic report"),
    "improvement.report_changes": _("What has changed since the figures of a report were drawn"),
    "improvement.report_levels": _("Comparing a report with those from below"),
    "improvement.report_counting": _("Counting the figures of each unit"),
}


def register() -> None:
    """Register them."""
    from sipas_web.improvement import report_tasks  # noqa: F401  # registers the handlers
    from sipas_web.improvement.actions.reports_rehoming import hand_over_ended
    from sipas_web.improvement.pages.reports_waiting import DUE, TO_TAKE_IN

    add_sentences(SENTENCES)
    notes.add(NOTES)
    notes.add_page("improvement.periodicreport", "periodic_report")
    meaning = _("Reports of units by quarter, half-year and year; merged, with every unit counted once.")
    menu.add(menu.Entry(44, "periodic_report_list", _("Periodic reports"), meaning, Permission.REPORT_VIEW))
    for source in (DUE, TO_TAKE_IN):
        waiting.add(source)
    hears(hand_over_ended)
