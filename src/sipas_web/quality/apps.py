"""The app of quality checks."""

from django.apps import AppConfig


class QualityConfig(AppConfig):
    """Quality checks."""

    name = "sipas_web.quality"
    label = "quality"

    def ready(self) -> None:
        """Register the sentences of its acts, its long work and its part of a round's page."""
        from sipas_web.audit.sentences import add as add_sentences
        from sipas_web.jobs import notes
        from sipas_web.privacy import retention, subjects
        from sipas_web.quality import tasks  # noqa: F401  # registers the handler
        from sipas_web.quality.held import HELD, POINTS
        from sipas_web.quality.parts import PART
        from sipas_web.quality.sentences import NOTES, SENTENCES
        from sipas_web.rounds import parts
        from sipas_web.shared import menu

        menu.place("/chat-luong/", "round_list")
        add_sentences(SENTENCES)
        notes.add(NOTES)
        parts.add(PART)
        subjects.add(HELD)
        retention.keep(POINTS)
