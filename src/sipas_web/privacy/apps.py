"""The app of identities."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Identities."""

    name = "sipas_web.privacy"
    label = "privacy"

    def ready(self) -> None:
        """Register the sentences of its acts."""
        from sipas_web.audit.sentences import add as add_sentences
        from sipas_web.privacy.sentences import SENTENCES
        from sipas_web.shared import menu

        menu.place("/bao-mat/", "round_list")
        add_sentences(SENTENCES)
