"""Permissions from the freeze to the published results."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """NOUN_VERB, as they are stored in roles."""

    ROUND_FREEZE = "results.round_freeze", _("freeze a round and have it estimated")
    RESULT_REVIEW = "results.result_review", _("see results before publication")
    RESULT_APPROVE = "results.result_approve", _("approve results or send them back")
    RESULT_PUBLISH = "results.result_publish", _("publish and correct results")
    RESULT_VIEW = "results.result_view", _("see published results")
