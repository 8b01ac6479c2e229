"""The app of quality checks."""

from django.apps import AppConfig


class QualityConfig(AppConfig):
    """Quality checks."""

    name = "sipas_web.quality"
    label = "quality"

    def ready(self) -> None:
        """Register the sentences of its acts."""
        from sipas_web.audit.sentences import add as add_sentences
        from sipas_web.quality.sentences import SENTENCES
        from sipas_web.shared import menu

        menu.place("/chat-luong/", "round_list")
        add_sentences(SENTENCES)
