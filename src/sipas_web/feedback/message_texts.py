"""The words of messages to citizens."""

from __future__ import annotations

from django.conf import settings

from sipas_web.feedback import codes, rules
from sipas_web.feedback.queries.feedback import Feedback, accepted_answers
from sipas_web.feedback.queries.messages import What
from sipas_web.shared.messages import SMS


def words_of(feedback: Feedback, what: str, way: str, code: str) -> tuple[str, str]:
    """Give subject and text. An answer goes by e-mail in full; a text message says only that it is there."""
    told = rules.read("messages")
    mark = told["simulated"] if settings.DEMONSTRATION else ""
    filled = {"number": feedback.number, "code": codes.in_groups(code)}
    said = told["sms"][what].format(**filled)
    subject = mark + told["subject"].format(**filled)
    if way == SMS:
        return subject, mark + said
    mail = told["email"]
    lines = [mail["opening"], said, *(_answer(feedback, mail) if what == What.ANSWERED else []), mail["closing"]]
    return subject, mark + "\n\n".join(lines)


def _answer(feedback: Feedback, mail: dict[str, str]) -> list[str]:
    answers = [answer for answer in accepted_answers(feedback) if answer.level == feedback.level]
    if not answers:
        return []
    last = [] if feedback.level else [mail["word"]]
    return [mail["answer"].format(unit=answers[-1].unit.full_name), answers[-1].text, *last]
