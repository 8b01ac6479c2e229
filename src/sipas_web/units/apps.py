"""The app of units."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UnitsConfig(AppConfig):
    """Units."""

    name = "sipas_web.units"
    label = "units"

    def ready(self) -> None:
        """Add the tree to the menu and the sentences of its acts to the audit record."""
        from sipas_web.audit.sentences import add as add_sentences
        from sipas_web.shared.menu import Entry, add
        from sipas_web.units.permissions import Permission
        from sipas_web.units.sentences import SENTENCES

        add_sentences(SENTENCES)
        add(Entry(58, "unit_list", _("Units"), _("Agencies, desks, post offices and places."), Permission.UNIT_VIEW))
