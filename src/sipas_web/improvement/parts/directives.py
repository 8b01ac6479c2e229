"""What the part of directives registers: sentences, menu, what waits, figures of reports, units that end."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas_web.audit.actors import Actor
from sipas_web.audit.sentences import add as add_sentences
from sipas_web.shared import menu, report_figures, waiting

SENTENCES: dict[str, StrOrPromise] = {
    "improvement.directive_read": _("entered a letter to be corrected"),
    "improvement.directive_corrected": _("corrected what was read of a letter"),
    "improvement.directive_kept": _("kept a letter as a directive"),
    "improvement.directive_dropped": _("dropped a letter that was not kept"),
    "improvement.directive_withdrawn": _("withdrew a directive"),
    "improvement.directive_tasks_given": _("gave the tasks of a directive"),
    "improvement.addressee_settled": _("noted that an addressee carries a directive out itself"),
    "improvement.addressees_rehomed": _("put successors in the place of addressees that have ended"),
}
LINES = (
    report_figures.Line("issued", _("Directives issued"), url_name="directive_list"),
    report_figures.Line("received", _("Directives received"), url_name="directive_list"),
    report_figures.Line("passed_on", _("of these passed on"), of="received", url_name="directive_list"),
    report_figures.Line(
        "carried_itself", _("of these carried out without passing on"), of="received", url_name="directive_list"
    ),
    report_figures.Line("not_passed_on", _("of these not passed on yet"), of="received", url_name="directive_list"),
)


def register() -> None:
    """Register them."""
    from sipas_web.improvement.actions.directives import rehome
    from sipas_web.improvement.permissions import Permission
    from sipas_web.improvement.queries.directives import figures
    from sipas_web.units.actions.handing_over import hears

    add_sentences(SENTENCES)
    menu.add(
        menu.Entry(
            41,
            "directive_list",
            _("Directives"),
            _("Letters that order something: their grounds, tasks and who has passed them on"),
            str(Permission.DIRECTIVE_VIEW),
        )
    )
    waiting.add(
        waiting.Source(
            "improvement.directives", 20, _("Directives to pass on"), str(Permission.DIRECTIVE_KEEP), _waiting
        )
    )
    report_figures.add(report_figures.Source("improvement.directives", 10, _("Directives"), LINES, figures.counts))
    hears(rehome)


def _waiting(by: Any, most: int) -> list[waiting.Waiting]:
    from sipas_web.improvement.queries.directives import figures

    actor: Actor = by
    return figures.waiting(actor, most)
