"""Permissions of the shared pages."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """NOUN_VERB, as they are stored in roles."""

    COMPONENT_VIEW = "shared.component_view", _("see the components of the interface")
