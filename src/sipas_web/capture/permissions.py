"""Permissions over answers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """NOUN_VERB, as they are stored in roles."""

    RESPONSE_IMPORT = "capture.response_import", _("import answers")
    RESPONSE_COUNT = "capture.response_count", _("see how many answers came in")
