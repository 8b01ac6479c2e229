"""The app of the audit record."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """Audit."""

    name = "sipas_web.audit"
    label = "audit"

    def ready(self) -> None:
        """Add the record to the menu, and the check of its protection to Django's."""
        from sipas_web.audit.checks import protected
        from sipas_web.audit.permissions import Permission
        from sipas_web.shared.menu import Entry, add

        register(protected, Tags.database)
        add(Entry(80, "audit_list", _("Audit record"), _("Who did what, and when."), Permission.RECORD_VIEW))
