"""Permissions over quality checks."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """NOUN_VERB, as they are stored in roles."""

    FLAG_VIEW = "quality.flag_view", _("see signs of bad field work")
    FLAG_DECIDE = "quality.flag_decide", _("decide on signs of bad field work")
