"""Permissions of the audit record. Nobody may change it, so no permission says so."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """NOUN_VERB, as they are stored in roles."""

    RECORD_VIEW = "audit.record_view", _("read the audit record")
    RECORD_EXPORT = "audit.record_export", _("export the audit record")
