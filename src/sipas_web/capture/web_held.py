"""What answering on the web leaves behind: until when it is kept, and what a person may ask of it."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.capture.actions import web_forgetting
from sipas_web.capture.queries.self_completion import drafts_of_code
from sipas_web.privacy.retention import Kept
from sipas_web.privacy.subjects import Held, Lines
from sipas_web.rounds.queries import Round

# The office's own estimates, no rule of law.
DRAFT_DAYS, MARK_DAYS = 7, 30

DRAFTS = Kept(
    "capture.drafts",
    gettext_lazy("Answers begun on the web and not sent"),
    gettext_lazy("they were last saved, once their round has left the field"),
    DRAFT_DAYS,
    web_forgetting.oldest_left_draft,
    web_forgetting.delete_left_drafts,
)
MARKS = Kept(
    "capture.marks",
    gettext_lazy("Keyed hashes of devices and networks"),
    gettext_lazy("the answers came in, where the round is over and the quality check was not closed"),
    MARK_DAYS,
    web_forgetting.oldest_left_mark,
    web_forgetting.delete_left_marks,
)


def _see(round_: Round, case_code: str) -> Lines:
    said = _("begun on %(begun)s, saved on %(saved)s; nobody but its writer can read it")
    return [
        (
            _("Answer begun on the web"),
            said % {"begun": date_format(begun, "SHORT_DATE_FORMAT"), "saved": date_format(saved, "SHORT_DATE_FORMAT")},
        )
        for begun, saved in drafts_of_code(round_, case_code)
    ]


HELD = Held(
    "capture.drafts",
    gettext_lazy("Answering on the web"),
    see=_see,
    withdraw=web_forgetting.delete_of_case,
    delete=web_forgetting.delete_of_case,
)
