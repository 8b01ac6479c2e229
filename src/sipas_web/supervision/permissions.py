"""Permissions over supervision."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """NOUN_VERB, as they are stored in roles."""

    SAMPLE_DRAW = "supervision.sample_draw", _("draw a check sample of one's own")
    SAMPLE_VIEW = "supervision.sample_view", _("see check samples before their release")
    CASE_REVERIFY = "supervision.case_reverify", _("re-verify cases of a check sample")
    FINDING_VIEW = "supervision.finding_view", _("see released findings")
    FINDING_ANSWER = "supervision.finding_answer", _("carry out the procedure on failed forms")
    ORDER_GIVE = "supervision.order_give", _("ask for a re-verification")
