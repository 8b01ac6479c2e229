"""The app of results."""

from django.apps import AppConfig


class ResultsConfig(AppConfig):
    """Results."""

    name = "sipas_web.results"
    label = "results"

    def ready(self) -> None:
        """Register the sentences of its acts."""
        from sipas_web.audit.sentences import add as add_sentences
        from sipas_web.results.sentences import SENTENCES

        add_sentences(SENTENCES)
