"""The app of supervision."""

from importlib import import_module

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """Supervision."""

    name = "sipas_web.supervision"
    label = "supervision"

    def ready(self) -> None:
        """Register the sentences of its acts, its long work, its entry in the menu and its part of a round's page."""
        from sipas_web.audit.sentences import add as add_sentences
        from sipas_web.jobs import notes
        from sipas_web.privacy import retention, subjects
        from sipas_web.rounds import parts
        from sipas_web.shared import menu
        from sipas_web.supervision.parts import ANSWERS, ENTRY, HELD, PART
        from sipas_web.supervision.sentences import NOTES, SENTENCES

        menu.add(ENTRY)
        menu.place("/giam-sat/", "supervision_home")
        add_sentences(SENTENCES)
        notes.add(NOTES)
        notes.add_page("supervision.checksample", "check_sample")
        parts.add(PART)
        subjects.add(HELD)
        retention.keep(ANSWERS)
        import_module("sipas_web.supervision.tasks")  # registers the handler
