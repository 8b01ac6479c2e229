"""Permissions over cases in the field."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """NOUN_VERB, as they are stored in roles."""

    CASE_VIEW = "fieldwork.case_view", _("see cases (without identities)")
    CASE_ISSUE = "fieldwork.case_issue", _("issue the cases of a drawn round")
    PROGRESS_VIEW = "fieldwork.progress_view", _("see the figures of the field work")
    VISIT_IMPORT = "fieldwork.visit_import", _("import visits")
