"""The app of rounds."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoundsConfig(AppConfig):
    """Rounds."""

    name = "sipas_web.rounds"
    label = "rounds"

    def ready(self) -> None:
        """Register the sentences of its acts, its entry in the menu, the parts of a round's work."""
        from sipas_web.audit.sentences import add as add_sentences
        from sipas_web.jobs import notes
        from sipas_web.rounds import design_parts, draw_part, frame_part, parts, set_up_parts
        from sipas_web.rounds.permissions import Permission
        from sipas_web.rounds.sentences import SENTENCES
        from sipas_web.shared.menu import Entry, add

        add_sentences(SENTENCES)
        meaning = _("From the questionnaire to the published result.")
        add(Entry(1, "round_list", _("Rounds"), meaning, Permission.ROUND_VIEW))
        for part in (*set_up_parts.PARTS, frame_part.PART, *design_parts.PARTS, draw_part.PART):
            parts.add(part)
        add(draw_part.ENTRY)
        add_sentences(frame_part.SENTENCES)
        notes.add(frame_part.NOTES)
        add_sentences(draw_part.SENTENCES)
        notes.add(draw_part.NOTES)
        notes.add_page("rounds.round", "round_detail")
        import_module("sipas_web.rounds.tasks")  # registers the handlers
