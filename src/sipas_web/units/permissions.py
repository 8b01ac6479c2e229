"""Permissions over units."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """NOUN_VERB, as they are stored in roles."""

    UNIT_VIEW = "units.unit_view", _("see units")
    UNIT_CHANGE = "units.unit_change", _("add, rename, move and dissolve agencies, desks and post offices")
    UNIT_EXPORT = "units.unit_export", _("export the list of units")
