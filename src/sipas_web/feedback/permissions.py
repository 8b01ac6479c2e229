"""Permissions of this app."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """NOUN_VERB, as they are stored in roles."""

    FEEDBACK_VIEW = "feedback.feedback_view", _("see feedback of citizens and its figures")
    FEEDBACK_RECEIVE = "feedback.feedback_receive", _("take in, classify and route feedback of citizens")
    FEEDBACK_ANSWER = "feedback.feedback_answer", _("answer feedback of citizens")
    FEEDBACK_PUBLISH = "feedback.feedback_publish", _("check answers to feedback and publish them redacted")
