"""Permissions over identities."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """NOUN_VERB, as they are stored in roles. Nobody may see contacts by role: who holds a case sees that one."""

    DUTY_VIEW = "privacy.duty_view", _("see the duties on personal data: retention, requests, breaches")
    REQUEST_HANDLE = "privacy.request_handle", _("handle people's requests about their data")
    BREACH_HANDLE = "privacy.breach_handle", _("keep the register of breaches")
    JOIN_DROP = "privacy.join_drop", _("drop contacts, after which cases have no identity")
    KEY_ROTATE = "privacy.key_rotate", _("change the key of the contact store")
