"""What keying leaves behind: until when it is kept, and what a person may ask of it."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.capture.actions import keying_forgetting
from sipas_web.capture.queries.keying import keyings_of_code
from sipas_web.privacy.retention import Kept
from sipas_web.privacy.subjects import Held, Lines
from sipas_web.rounds.queries import Round

KEYED_DAYS = 180  # the office's own estimate, no rule of law: long enough to ask about an error rate

KEYED = Kept(
    "capture.keyings",
    gettext_lazy("What was typed from paper forms, both times"),
    gettext_lazy("it was typed, once its round has left the field"),
    KEYED_DAYS,
    keying_forgetting.oldest_kept_keying,
    keying_forgetting.delete_kept_keyings,
)


def _see(round_: Round, case_code: str) -> Lines:
    said = _("on %(day)s; who asks sees the paper form itself")
    days = [date_format(saved, "SHORT_DATE_FORMAT") for saved in keyings_of_code(round_, case_code)]
    return [(_("Typed from the paper form"), said % {"day": day}) for day in days]


HELD = Held(
    "capture.keyings",
    gettext_lazy("Keying of the paper form"),
    see=_see,
    withdraw=keying_forgetting.forget_of_case,
    delete=keying_forgetting.forget_of_case,
)
