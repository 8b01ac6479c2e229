"""What the part of facilities registers: sentences, menu, long work, what waits, figures of reports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas_web.audit.sentences import add as add_sentences

SENTENCES: dict[str, StrOrPromise] = {
    "onestop.facility_review_begun": _("began a review of the facilities of a desk"),
    "onestop.facilities_noted": _("noted what was found at a desk"),
    "onestop.facility_review_finished": _("finished a review of the facilities of a desk"),
    "onestop.facility_review_dropped": _("threw away an unfinished review of a desk"),
    "onestop.facility_mended": _("noted that a gap in the facilities was mended"),
    "onestop.facility_planned": _("set day and cost of mending a gap in the facilities"),
    "onestop.facility_photographed": _("added a photograph of a desk"),
    "onestop.facility_photograph_removed": _("removed a photograph of a desk"),
    "onestop.facility_photographs_expired": _("destroyed photographs of desks kept long enough"),
    "onestop.gaps_exported": _("exported the list of gaps in the facilities"),
}


def register() -> None:
    """Register them."""
    from sipas_web.onestop.pages import facilities_waiting as waits
    from sipas_web.onestop.parts import own_kept
    from sipas_web.onestop.permissions import Permission
    from sipas_web.privacy import retention
    from sipas_web.shared import menu, report_figures, waiting

    add_sentences(SENTENCES)
    meaning = _("Reviews of one-stop desks against the standard, open gaps and when they are mended.")
    menu.add(menu.Entry(47, "facility_gaps", _("Facilities"), meaning, Permission.FACILITY_VIEW))
    waiting.add(waits.WAITING)
    retention.keep(own_kept.PHOTOGRAPHS)
    report_figures.add(waits.FIGURES)
