"""Permissions over long work."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """NOUN_VERB, as they are stored in roles."""

    JOB_VIEW = "jobs.job_view", _("see long work and its progress")
    JOB_STOP = "jobs.job_stop", _("stop and resume long work of others")
