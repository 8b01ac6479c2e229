"""The app of long work."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Long work."""

    name = "sipas_web.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Register the sentences of its acts."""
        from sipas_web.audit.sentences import add as add_sentences
        from sipas_web.jobs.sentences import SENTENCES

        add_sentences(SENTENCES)
