"""The app of answers."""

from django.apps import AppConfig


class CaptureConfig(AppConfig):
    """Answers."""

    name = "sipas_web.capture"
    label = "capture"

    def ready(self) -> None:
        """Register the sentences of its acts."""
        from sipas_web.audit.sentences import add as add_sentences
        from sipas_web.capture.sentences import SENTENCES

        add_sentences(SENTENCES)
