"""How long the register of discipline is kept."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.improvement.actions.discipline import forget_old
from sipas_web.improvement.queries.registers import first_decision
from sipas_web.privacy.retention import Kept

DAYS = 5 * 365  # the office's own estimate, no rule of law: the operator sets others (SIPAS_KEEP_DAYS)


def _oldest() -> dt.datetime | None:
    day = first_decision()
    return timezone.make_aware(dt.datetime.combine(day, dt.time())) if day else None


DISCIPLINE = Kept(
    "improvement.discipline",
    _("Decisions on officials, with their names"),
    _("the decision was taken"),
    DAYS,
    _oldest,
    lambda before, by: forget_old(before=before, by=by),
)
