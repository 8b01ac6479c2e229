"""The app of supervision."""

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """Supervision."""

    name = "sipas_web.supervision"
    label = "supervision"

    def ready(self) -> None:
        """Register the sentences of its acts."""
        from sipas_web.audit.sentences import add as add_sentences
        from sipas_web.shared import menu
        from sipas_web.supervision.sentences import SENTENCES

        menu.place("/giam-sat/", "round_list")
        add_sentences(SENTENCES)
