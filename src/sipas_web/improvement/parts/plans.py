"""What the part of plans registers: sentences, menu, the button on results, what waits, figures of reports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas_web.audit.sentences import add as add_sentences
from sipas_web.improvement.actions.plans_rehoming import rehome_everywhere
from sipas_web.improvement.pages import plans as pages
from sipas_web.improvement.pages import plans_waiting
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import plan_figures
from sipas_web.results import offers
from sipas_web.shared import menu, waiting
from sipas_web.shared.report_figures import Line, Source
from sipas_web.shared.report_figures import add as add_figures
from sipas_web.units.actions.handing_over import hears

SENTENCES: dict[str, StrOrPromise] = {
    "improvement.plan_drafted": _("made a draft improvement plan from results"),
    "improvement.plan_changed": _("changed title or goal of an improvement plan"),
    "improvement.plan_item_added": _("took another item into an improvement plan"),
    "improvement.plan_item_removed": _("took an item out of an improvement plan"),
    "improvement.plan_asked": _("put an improvement plan before approval"),
    "improvement.plan_sent_back": _("gave an improvement plan back to its writers"),
    "improvement.plan_approved": _("approved an improvement plan and gave its measures out as tasks"),
    "improvement.plan_closed": _("closed an improvement plan"),
    "improvement.plan_given_up": _("gave a draft improvement plan up"),
    "improvement.measure_added": _("added a measure to an improvement plan"),
    "improvement.measure_changed": _("changed a measure of an improvement plan"),
    "improvement.measure_removed": _("took a measure out of an improvement plan"),
    "improvement.measure_dropped": _("dropped a measure of an improvement plan"),
    "improvement.plan_handed_over": _("handed an improvement plan over to the unit that took over"),
    "improvement.measure_handed_over": _("handed a measure over to the unit that took over, or took its owner out"),
    "improvement.procedure_added": _("added an administrative procedure"),
    "improvement.procedure_changed": _("corrected the name or field of a procedure"),
    "improvement.procedure_version_added": _("added a version of a procedure"),
    "improvement.procedure_simplified": _("entered a simplification of a procedure"),
    "improvement.procedures_imported": _("imported a list of procedures"),
}
ENTRY = menu.Entry(
    43,
    "plan_list",
    _("Improvement plans"),
    _("Weak items of published results, what is done about them, and what the next round says; procedures."),
    Permission.PLAN_VIEW,
)
FIGURES = Source(
    "improvement.plans",
    45,
    _("Improvement plans and simplification of procedures"),
    (
        Line("plans", _("Improvement plans approved"), url_name="plan_list"),
        Line("measures", _("Measures given out by the end of the period"), url_name="plan_list"),
        Line("measures_done", _("Measures carried out"), of="measures", url_name="plan_list"),
        Line("measures_open", _("Measures still open"), of="measures", url_name="plan_list"),
        Line("simplified", _("Procedures simplified"), url_name="simplification_list"),
        Line("simplified_first", _("Of these land, construction, business"), "simplified", "simplification_list"),
        Line("days_saved", _("Days saved for one dossier of each"), url_name="simplification_list"),
        Line("papers_saved", _("Papers saved for one dossier of each"), url_name="simplification_list"),
        Line("cost_saved", _("Cost saved in a year (đồng), where it was worked out"), url_name="simplification_list"),
    ),
    plan_figures.counts,
)


def register() -> None:
    """Register them."""
    add_sentences(SENTENCES)
    menu.add(ENTRY)
    offers.add(offers.Offer(10, "plan_draft", pages.offered))
    add_figures(FIGURES)
    hears(rehome_everywhere)
    for source in plans_waiting.SOURCES:
        waiting.add(source)
