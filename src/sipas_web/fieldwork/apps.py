"""The app of field work."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FieldworkConfig(AppConfig):
    """Field work."""

    name = "sipas_web.fieldwork"
    label = "fieldwork"

    def ready(self) -> None:
        """Register the sentences of its acts, its long work and its parts of a round's page."""
        from sipas_web.audit.sentences import add as add_sentences
        from sipas_web.fieldwork import tasks  # noqa: F401  # registers the handlers
        from sipas_web.fieldwork.actions.rehoming import rehome_everywhere
        from sipas_web.fieldwork.held import HELD
        from sipas_web.fieldwork.parts import ENTRIES, PARTS
        from sipas_web.fieldwork.permissions import Permission
        from sipas_web.fieldwork.queries import FileImport
        from sipas_web.fieldwork.retention import KEPT
        from sipas_web.fieldwork.sentences import NOTES, SENTENCES
        from sipas_web.jobs import notes
        from sipas_web.privacy import retention, subjects
        from sipas_web.rounds import parts
        from sipas_web.rounds.queries import history
        from sipas_web.shared import menu
        from sipas_web.units.actions.handing_over import hears

        menu.place("/thuc-dia/", "round_list")
        menu.place("/thuc-dia/giao-phieu/", "assignment_home")
        meaning = _("Which post office and which interviewer carries which case.")
        menu.add(menu.Entry(30, "assignment_home", _("Assigning cases"), meaning, Permission.CASE_ASSIGN))
        for entry in ENTRIES:
            menu.add(entry)
        menu.place("/thuc-dia/cua-toi/", "my_cases")
        menu.place("/thuc-dia/buu-cuc/", "post_home")
        hears(rehome_everywhere)
        add_sentences(SENTENCES)
        notes.add(NOTES)
        retention.keep(KEPT)
        subjects.add(HELD)
        history.add_subject(FileImport)
        for part in PARTS:
            parts.add(part)
