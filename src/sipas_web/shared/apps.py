"""The app of what is shared."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SharedConfig(AppConfig):
    """Shared ground."""

    name = "sipas_web.shared"
    label = "shared"

    def ready(self) -> None:
        """Add the page of components to the menu."""
        from sipas_web.shared.menu import Entry, add
        from sipas_web.shared.permissions import Permission

        add(Entry(90, "components", _("Interface"), _("Every component as it looks."), Permission.COMPONENT_VIEW))
