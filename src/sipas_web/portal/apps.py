"""The app of the public pages."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Public pages."""

    name = "sipas_web.portal"
    label = "portal"
