"""What apologies and reviews of facilities keep for a while, and for how long."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sipas_web.onestop.actions import retaining
from sipas_web.privacy.retention import Kept

# The office's own estimates, no rule of law: the operator sets others (SIPAS_KEEP_DAYS).
LETTER_DAYS, PHOTOGRAPH_DAYS = 1825, 1825

LETTERS = Kept(
    "onestop.apology_words",
    _("Own words of letters of apology; their dates and codes stay"),
    _("the letter was sent or withdrawn and the dossier ended"),
    LETTER_DAYS,
    retaining.oldest_words,
    retaining.empty_words,
)
PHOTOGRAPHS = Kept(
    "onestop.facility_photographs",
    _("Photographs of one-stop desks; what was found stays"),
    _("the photograph was added"),
    PHOTOGRAPH_DAYS,
    retaining.oldest_photograph,
    retaining.drop_photographs,
)
