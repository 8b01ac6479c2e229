"""The app: transactions and deadlines, apologies, facilities, online services."""

from django.apps import AppConfig


class OnestopConfig(AppConfig):
    """Dossiers of the one-stop desks."""

    name = "sipas_web.onestop"
    label = "onestop"

    def ready(self) -> None:
        """Have every part register what it adds."""
        from sipas_web.onestop.parts import apologies, dossiers, facilities

        for part in (dossiers, apologies, facilities):
            part.register()
