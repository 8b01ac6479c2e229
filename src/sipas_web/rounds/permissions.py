"""Permissions over rounds until the sample is drawn."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """NOUN_VERB, as they are stored in roles."""

    ROUND_VIEW = "rounds.round_view", _("see rounds and their state")
    ROUND_CHANGE = "rounds.round_change", _("set up rounds")
    FRAME_IMPORT = "rounds.frame_import", _("import lists of transactions or residents")
    REJECTED_VIEW = "rounds.rejected_view", _("see and download rows of lists that were not taken (identities)")
    DRAW_HOLD = "rounds.draw_hold", _("open a draw, name its witnesses, carry it out")
    DRAW_WITNESS = "rounds.draw_witness", _("take part in a draw as a witness")
    TARGET_CHANGE = "rounds.target_change", _("set target values")
