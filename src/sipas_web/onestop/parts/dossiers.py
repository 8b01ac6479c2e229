"""What the part of dossiers registers: sentences, menu, long work, what waits, figures of reports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas_web.audit.sentences import add as add_sentences

SENTENCES: dict[str, StrOrPromise] = {
    "onestop.source_added": _("added a source of dossiers"),
    "onestop.source_changed": _("changed a source of dossiers"),
    "onestop.file_handed_in": _("handed in a file of dossiers"),
    "onestop.file_removed": _("took a file of dossiers away"),
    "onestop.file_refused": _("had a file of dossiers refused"),
    "onestop.import_asked": _("asked for the import of dossiers"),
    "onestop.dossiers_imported": _("imported dossiers"),
    "onestop.rejected_downloaded": _("took along rows of dossiers that were not taken"),
    "onestop.dossiers_exported": _("took along a list of dossiers, without their applicants"),
    "onestop.names_matched": _("said which units the names in a source of dossiers mean"),
    "onestop.dossiers_rehomed": _("gave open dossiers of ended units to their successors"),
    "onestop.list_asked": _("asked for a list of finished dossiers for a round"),
    "onestop.service_added": _("added an online service"),
    "onestop.service_ended": _("ended an online service"),
    "onestop.service_removed": _("removed an online service entered by mistake"),
    "onestop.services_imported": _("imported a list of online services"),
}
NOTES: dict[str, StrOrPromise] = {
    "onestop.import": _("Import of dossiers"),
    "onestop.recount": _("Counting dossiers anew"),
    "onestop.to_round": _("List of finished dossiers for a round"),
    "onestop.reading": _("Reading and checking the rows"),
    "onestop.writing": _("Writing dossiers"),
    "onestop.counting": _("Counting dossiers"),
    "onestop.opening": _("Opening applicants and writing the list"),
}


def register() -> None:
    """Register them."""
    from sipas_web.jobs import notes
    from sipas_web.onestop import tasks  # noqa: F401  # registers the handlers
    from sipas_web.onestop.actions.dossiers_rehoming import rehome
    from sipas_web.onestop.parts import dossiers_reports as others
    from sipas_web.onestop.permissions import Permission
    from sipas_web.privacy import retention
    from sipas_web.shared import menu, report_figures, waiting
    from sipas_web.units.actions import handing_over

    add_sentences(SENTENCES)
    notes.add(NOTES)
    notes.add_page("onestop.dossiersource", "dossier_source")
    meaning = _("Dossiers of the one-stop desks: on time, late, in progress; import; online services.")
    menu.add(menu.Entry(45, "dossier_figures", _("One-stop dossiers"), meaning, Permission.DOSSIER_VIEW))
    for beginning in ("danh-sach", "nguon", "tep", "quy-tac", "dich-vu", "vao-dot"):
        menu.place(f"/ho-so/{beginning}/", "dossier_figures")
    report_figures.add(others.FIGURES)
    waiting.add(others.WAITING)
    retention.keep(others.FILES)
    retention.keep(others.APPLICANTS)
    handing_over.hears(rehome)
