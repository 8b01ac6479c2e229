"""The app of field work."""

from django.apps import AppConfig


class FieldworkConfig(AppConfig):
    """Field work."""

    name = "sipas_web.fieldwork"
    label = "fieldwork"

    def ready(self) -> None:
        """Register the sentences of its acts."""
        from sipas_web.audit.sentences import add as add_sentences
        from sipas_web.fieldwork.sentences import SENTENCES

        add_sentences(SENTENCES)
