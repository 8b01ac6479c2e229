"""The app of rounds."""

from importlib import import_module

from django.apps import AppConfig


class RoundsConfig(AppConfig):
    """Rounds."""

    name = "sipas_web.rounds"
    label = "rounds"

    def ready(self) -> None:
        """Register the sentences of its acts, its entries in the menu, the parts of a round's work."""
        from sipas_web.audit.sentences import add as add_sentences
        from sipas_web.jobs import notes
        from sipas_web.rounds import own_parts, parts
        from sipas_web.rounds.actions import handing_over
        from sipas_web.rounds.queries import Draw, history
        from sipas_web.rounds.sentences import NOTES, SENTENCES
        from sipas_web.shared import menu
        from sipas_web.units.actions import handing_over as units

        add_sentences(SENTENCES)
        notes.add(NOTES)
        notes.add_page("rounds.round", "round_detail")
        for entry in own_parts.ENTRIES:
            menu.add(entry)
        for part in own_parts.PARTS:
            parts.add(part)
        history.add_subject(Draw)
        units.hears(handing_over.note_ended_units)
        import_module("sipas_web.rounds.tasks")  # registers the handlers
