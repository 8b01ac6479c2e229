"""The app of identities."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    """Identities."""

    name = "sipas_web.privacy"
    label = "privacy"

    def ready(self) -> None:
        """Register its page in the menu, the sentences of its acts, its long work, and what it keeps for a while."""
        from sipas_web.audit.sentences import add as add_sentences
        from sipas_web.jobs import notes
        from sipas_web.privacy import retention, tasks  # noqa: F401  # registers the handlers
        from sipas_web.privacy.own_kept import OWN
        from sipas_web.privacy.pages.parts import PARTS, waiting
        from sipas_web.privacy.permissions import Permission
        from sipas_web.privacy.sentences import NOTES, SENTENCES
        from sipas_web.rounds import parts
        from sipas_web.shared import menu

        meaning = _("Requests of people, breaches, what is deleted when, contacts dropped.")
        menu.add(menu.Entry(65, "privacy_home", _("Personal data"), meaning, Permission.DUTY_VIEW, waiting))
        of_keys = _("Which keys seal contacts; change them.")
        menu.add(menu.Entry(66, "contact_keys", _("Keys of contacts"), of_keys, Permission.KEY_ROTATE))
        add_sentences(SENTENCES)
        notes.add(NOTES)
        for part in PARTS:
            parts.add(part)
        for kept in OWN:
            retention.keep(kept)
