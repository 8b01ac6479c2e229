"""What citizens read: the notice, where their feedback stands, what is published."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django.core.signing import TimestampSigner
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sipas_web.feedback import codes, rules, topics
from sipas_web.feedback.actions.following import may_say
from sipas_web.feedback.forms.public import SALT
from sipas_web.feedback.queries import feedback as reads
from sipas_web.feedback.queries.feedback import Feedback, State, Step

YEAR = 365  # days
SHOWN_STEPS = {
    Step.What.RECEIVED, Step.What.ROUTED, Step.What.JOINED, Step.What.EXTENDED, Step.What.ANSWERED, Step.What.PAPER,
    Step.What.RESOLVED,
    Step.What.SAID, Step.What.REOPENED, Step.What.ROUTED_OUT, Step.What.PUBLISHED, Step.What.TAKEN_DOWN,
    Step.What.HANDED_OVER, Step.What.FORGOTTEN,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """One of the three things that are told apart."""

    label: str
    text: str
    tone: str


def new_mark() -> str:
    """Make the mark of a form that is opened."""
    return TimestampSigner(salt=SALT).sign(secrets.token_hex(16))


def notice() -> dict[str, Any]:
    """Give what is read before sending."""
    words = rules.read("notice")
    years = rules.own().person_days // YEAR
    said = [text.format(years=years) for text in words["en" if get_language() == "en" else "vi"]]
    return {"paragraphs": said, "version": words["version"], "acts": words["acts"]}


def following(feedback: Feedback, code: str) -> dict[str, Any]:
    """Give what the page of a code shows."""
    return {
        "found": feedback,
        "code": codes.in_groups(codes.read_code(code)),
        "topic": topics.label_of(feedback.topic),
        "standings": standings(feedback),
        "answers": [] if feedback.state == State.ROUTED_OUT else reads.accepted_answers(feedback),
        "steps": [step for step in reads.steps_of(feedback) if step.what in SHOWN_STEPS],
        "is_out": feedback.state == State.ROUTED_OUT,
        "receipt": receipt(feedback),
        "may_say": may_say(feedback),
        "limits": rules.limits_on(feedback.received),
    }


def receipt(feedback: Feedback) -> str:
    """Say where it was routed out to; empty where it was not."""
    if feedback.state != State.ROUTED_OUT:
        return ""
    way = rules.way_out(feedback.kind)
    return way.receipt(to=feedback.routed_out_to, number=feedback.number, language=get_language() or "vi")


def standings(feedback: Feedback) -> list[Standing]:
    """Say answered, resolved and agreed apart."""
    day = feedback.answered_again or feedback.answered
    is_answered = feedback.state == State.ANSWERED
    answered = (
        Standing(_("Answered"), _("on %(day)s") % {"day": f"{day:%d/%m/%Y}"}, "good") if day and is_answered
        else Standing(_("Answered"), _("reopened, to be answered again") if day else _("not yet"), "warning")
    )  # fmt: skip
    resolved = (
        Standing(_("Resolved"), _("on %(day)s") % {"day": f"{feedback.resolved:%d/%m/%Y}"}, "good")
        if feedback.resolved else Standing(_("Resolved"), _("no evidence yet"), "info")
    )  # fmt: skip
    words = {True: (_("agrees"), "good"), False: (_("does not agree"), "bad"), None: (_("has not said"), "info")}
    return [answered, resolved, Standing(_("The citizen"), *words[feedback.agreed])]
