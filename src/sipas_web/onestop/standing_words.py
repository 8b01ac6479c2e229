"""How a dossier's standing towards an apology is called, and in which tone."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas_web.onestop.apology_rules import Standing

LABELS: dict[Standing, StrOrPromise] = {
    Standing.NO_RULE: _("no rule of that time"),
    Standing.NOT_LATE: _("none owed"),
    Standing.SENT_AHEAD: _("apologised for, not late yet"),
    Standing.DUE: _("apology due"),
    Standing.MISSED: _("last day of the apology missed"),
    Standing.BEFORE: _("late, apologised for before the due date"),
    Standing.AFTER: _("late, apologised for afterwards"),
    Standing.EXCEPTED: _("late, no apology owed"),
    Standing.WITHOUT: _("late without an apology"),
}
TONES = {
    Standing.DUE: "warning",
    Standing.MISSED: "bad",
    Standing.WITHOUT: "bad",
    Standing.AFTER: "warning",
    Standing.BEFORE: "good",
    Standing.SENT_AHEAD: "good",
}
