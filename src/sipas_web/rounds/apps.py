"""The app of rounds."""

from django.apps import AppConfig


class RoundsConfig(AppConfig):
    """Rounds."""

    name = "sipas_web.rounds"
    label = "rounds"

    def ready(self) -> None:
        """Register the sentences of its acts."""
        from sipas_web.audit.sentences import add as add_sentences
        from sipas_web.rounds.sentences import SENTENCES

        add_sentences(SENTENCES)
