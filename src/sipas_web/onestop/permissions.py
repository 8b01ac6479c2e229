"""Permissions of this app."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """NOUN_VERB, as they are stored in roles."""

    DOSSIER_VIEW = "onestop.dossier_view", _("see dossiers of the one-stop desks and figures on time")
    DOSSIER_IMPORT = "onestop.dossier_import", _("import dossiers from the files of one-stop systems")
    APOLOGY_VIEW = "onestop.apology_view", _("see apologies and who sent none")
    APOLOGY_DRAFT = "onestop.apology_draft", _("draft and send apologies for late dossiers")
    APOLOGY_SIGN = "onestop.apology_sign", _("sign apologies for late dossiers")
    FACILITY_VIEW = "onestop.facility_view", _("see the facilities of one-stop desks and online services")
    FACILITY_REVIEW = "onestop.facility_review", _("review the facilities of one-stop desks")
    SERVICE_CHANGE = "onestop.service_change", _("keep the list of online services")
