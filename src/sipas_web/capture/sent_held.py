"""What is held of answers that came in, and what the person behind their case may ask of them."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.capture.actions.answer_forgetting import empty_of_case
from sipas_web.capture.queries.answers import arrivals_of_code
from sipas_web.fieldwork.wording import mode_label
from sipas_web.privacy.subjects import Held, Lines
from sipas_web.rounds.queries import Round


def _see(round_: Round, case_code: str) -> Lines:
    """Say that answers came in, not what they say: whoever handles the request would read them beside a name."""
    said = _("on %(day)s, %(way)s; nobody in the office reads answers beside a name")
    return [
        (_("Answers that came in"), said % {"day": date_format(day, "SHORT_DATE_FORMAT"), "way": mode_label(mode)})
        for day, mode in arrivals_of_code(round_, case_code)
    ]


# The field withdraws the case afterwards (``fieldwork.case``): a withdrawn case's answers do not count.
HELD = Held("capture.sent", gettext_lazy("Answers that came in"), see=_see, delete=empty_of_case)
