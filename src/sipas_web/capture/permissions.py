"""Permissions over answers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """NOUN_VERB, as they are stored in roles."""

    RESPONSE_IMPORT = "capture.response_import", _("import answers")
    RESPONSE_COUNT = "capture.response_count", _("see how many answers came in")
    FORM_KEY = "capture.form_key", _("key forms, first and second")
    KEYING_RECONCILE = "capture.keying_reconcile", _("reconcile two keyings")
    KEYING_VIEW = "capture.keying_view", _("see error rates of keying")
    WEB_VIEW = "capture.web_view", _("see how answering on the web goes, and its flags")
