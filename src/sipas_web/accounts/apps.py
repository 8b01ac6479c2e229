"""The app of people and roles."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Accounts."""

    name = "sipas_web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Add people to the menu, sentences to the audit record, logins to what is recorded."""
        from sipas_web.accounts import receivers
        from sipas_web.accounts.checks import no_demonstration_accounts
        from sipas_web.accounts.permissions import Permission
        from sipas_web.accounts.sentences import SENTENCES
        from sipas_web.audit.sentences import add as add_sentences
        from sipas_web.shared.menu import Entry, add

        receivers.connect()
        register(no_demonstration_accounts, Tags.database)
        add_sentences(SENTENCES)
        add(Entry(60, "person_list", _("People"), _("Who holds which role where."), Permission.PERSON_VIEW))
        add(Entry(61, "role_list", _("Roles"), _("What each role may do."), Permission.ROLE_VIEW))
