"""What the app registers: sentences, menu, long work, what waits, figures of reports, what is kept for how long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas_web.audit.details import LABELS
from sipas_web.audit.sentences import add as add_sentences
from sipas_web.feedback import rules, tasks  # noqa: F401  # registers the handler
from sipas_web.feedback.actions import messaging, retaining
from sipas_web.feedback.actions.rehoming import rehome
from sipas_web.feedback.permissions import Permission
from sipas_web.feedback.queries import figures, retention
from sipas_web.feedback.queries.feedback import State, count_waiting, waiting_rows
from sipas_web.feedback.topics import named
from sipas_web.jobs import notes
from sipas_web.privacy.retention import Kept, keep
from sipas_web.shared import menu, report_figures, waiting
from sipas_web.units.actions.handing_over import hears

SENTENCES: dict[str, StrOrPromise] = {
    "feedback.received": _("took in feedback"),
    "feedback.classified": _("classified feedback"),
    "feedback.routed": _("sent feedback to the unit that answers"),
    "feedback.given_back": _("gave feedback back to the desk"),
    "feedback.routed_out": _("routed out what is not feedback"),
    "feedback.joined": _("joined feedback with another on the same thing"),
    "feedback.parted": _("parted feedback that had been joined"),
    "feedback.answer_written": _("wrote an answer to feedback"),
    "feedback.answer_sent_back": _("sent an answer to feedback back"),
    "feedback.answer_accepted": _("found that an answer to feedback fits"),
    "feedback.answer_letter_made": _("made the letter of an answer to feedback"),
    "feedback.answer_on_paper": _("noted that an answer to feedback was handed over on paper"),
    "feedback.extended": _("extended the time of feedback"),
    "feedback.resolved": _("said that feedback is resolved, with evidence"),
    "feedback.published": _("published feedback redacted"),
    "feedback.taken_down": _("took published feedback down"),
    "feedback.word_given": _("gave their word on an answer"),
    "feedback.reopened": _("reopened feedback with the unit above"),
    "feedback.kept_private": _("asked that feedback is not published"),
    "feedback.person_forgotten": _("destroyed personal data of feedback"),
    "feedback.persons_expired": _("destroyed personal data of feedback kept long enough"),
    "feedback.texts_expired": _("destroyed texts of feedback kept long enough"),
    "feedback.denunciation_opened": _("opened the words of a denunciation"),
    "feedback.handed_over": _("handed feedback over to the successor"),
    "feedback.messages_written": _("wrote messages to citizens"),
    "feedback.message_sent": _("had a message handed over to a citizen who agreed to messages"),
    "feedback.code_sent_again": _("had the code of feedback sent again to the contact on record"),
}
DETAILS: dict[str, StrOrPromise] = {
    "agrees": _("Agrees"),
    "answered": _("Answered"),
    "channel": _("How it came in"),
    "level": _("Reopened (1) or not (0)"),
    "photographs": _("Photographs"),
    "rating": _("Rating, 1 to 5"),
    "topic": _("Topic"),
}
NOTES: dict[str, StrOrPromise] = {messaging.KIND: _("Messages to citizens about their feedback")}
TEXT_DAYS, OUT_DAYS = 1825, 365  # the office's own estimates: five years; one for what was only passed on


def _waits(permission: str, *states: str, level: int | None = None) -> Callable[[Any, int], Sequence[waiting.Waiting]]:
    def rows(by: Any, most: int) -> Sequence[waiting.Waiting]:
        found = waiting_rows(by, permission, states, level)[:most]
        return [
            waiting.Waiting(
                f"feedback.feedback:{row.pk}", f"{row.number}: {named(row.topic)}",
                reverse("feedback_detail", args=[row.pk]), (row.unit or row.place).full_name, row.last_day,
            )
            for row in found
        ]  # fmt: skip

    return rows


RECEIVE, ANSWER, PUBLISH = Permission.FEEDBACK_RECEIVE, Permission.FEEDBACK_ANSWER, Permission.FEEDBACK_PUBLISH
SOURCES = (
    waiting.Source("feedback.to_classify", 48, _("Feedback to classify and route"), RECEIVE,
                   _waits(RECEIVE, State.NEW, State.CLASSIFIED)),
    waiting.Source("feedback.to_answer", 48, _("Feedback to answer"), ANSWER, _waits(ANSWER, State.ROUTED, level=0)),
    waiting.Source("feedback.reopened", 48, _("Reopened feedback to answer"), ANSWER,
                   _waits(ANSWER, State.ROUTED, level=1)),
    waiting.Source("feedback.to_check", 48, _("Answers to feedback to check"), PUBLISH,
                   _waits(PUBLISH, State.CHECKING)),
)  # fmt: skip
Line = report_figures.Line
FIGURES = report_figures.Source(
    "feedback.handled", 48, _("Feedback of citizens"),
    (
        Line("received", _("Feedback received"), url_name="feedback_list"),
        Line("answered", _("answered"), of="received", url_name="feedback_list"),
        Line("answered_on_time", _("answered on time, with extensions"), of="answered", url_name="feedback_list"),
        Line("answered_first_limit", _("answered on time by the first limit"), of="answered",
             url_name="feedback_list"),
        Line("answered_late", _("answered late"), of="answered", url_name="feedback_list"),
        Line("open", _("not answered yet"), of="received", url_name="feedback_list"),
        Line("overdue", _("not answered and overdue"), of="open", url_name="feedback_list"),
        Line("resolved", _("resolved, with evidence"), of="answered", url_name="feedback_list"),
        Line("said", _("the citizen gave their word"), of="answered", url_name="feedback_list"),
        Line("agreed", _("the citizen agrees"), of="said", url_name="feedback_list"),
        Line("reopened", _("reopened with the unit above"), of="answered", url_name="feedback_list"),
        Line("routed_out", _("routed out: complaints, denunciations, outside competence"), url_name="feedback_list"),
    ),
    figures.counts,
)  # fmt: skip


def kept() -> tuple[Kept, ...]:
    """List what is kept for a while."""
    own, ended = rules.own(), _("it was answered or routed out")
    return (
        Kept("feedback.persons", _("Who gave feedback, and their photographs"), ended, own.person_days,
             retention.oldest_person, retaining.forget_persons),
        Kept("feedback.texts", _("Words of feedback, its answers and evidence; what was published stays"),
             _("it was answered"), TEXT_DAYS,
             retention.oldest_text, retaining.empty_texts),
        Kept("feedback.routed_out", _("Words of complaints and denunciations that were routed out"),
             _("it was routed out"), OUT_DAYS, retention.oldest_routed_out, retaining.empty_routed_out),
    )  # fmt: skip


def register() -> None:
    """Register them."""
    add_sentences(SENTENCES)
    for key, label in DETAILS.items():
        LABELS.setdefault(key, label)
    notes.add(NOTES)
    meaning = _("Feedback of citizens: classify, route, answer, check, publish; what surges.")
    menu.add(menu.Entry(48, "feedback_list", _("Feedback"), meaning, Permission.FEEDBACK_VIEW, count_waiting))
    for source in SOURCES:
        waiting.add(source)
    report_figures.add(FIGURES)
    for one in kept():
        keep(one)
    hears(rehome)
