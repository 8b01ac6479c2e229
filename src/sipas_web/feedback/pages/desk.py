"""What the pages of officials show."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from sipas.errors import SipasError
from sipas.instrument import load
from sipas_web.audit.actors import Actor
from sipas_web.feedback import redaction, rules, surges, topics
from sipas_web.feedback.pages.public import receipt, standings
from sipas_web.feedback.permissions import Permission
from sipas_web.feedback.queries import feedback as reads
from sipas_web.feedback.queries import figures
from sipas_web.feedback.queries.feedback import Feedback, Kind, State
from sipas_web.feedback.queries.messages import messages_of

TONES = {State.ANSWERED: "good", State.ROUTED_OUT: "info", State.JOINED: "info"}
MESSAGE_TONES = {"sent": "good", "failed": "bad"}
EDITIONS = ("sipas-2017", "sipas-2023")
MOST_SURGES = 6


def line(row: Feedback) -> dict[str, Any]:
    """Give a row of the list."""
    day = row.last_day
    is_late = day is not None and day < timezone.localdate()
    return {
        "row": row,
        "topic": topics.label_of(row.topic),
        "day": day,
        "is_late": is_late,
        "tone": "bad" if is_late else TONES.get(State(row.state), "warning"),
    }


def facts(found: Feedback, by: Actor) -> dict[str, Any]:
    """Give what the page of one shows."""
    at_desk = by.may(Permission.FEEDBACK_RECEIVE, found.place)
    is_locked = found.kind == Kind.DENUNCIATION
    checked = reads.answer_in_check(found)
    return {
        "found": found,
        "line": line(found),
        "standings": standings(found) if found.is_handled else [],
        "receipt": receipt(found),
        "answers": reads.answers_of(found) if found.is_handled else [],
        "in_check": checked,
        "sent_back": reads.last_sent_back(found) if found.state == State.ROUTED else None,
        "steps": reads.steps_of(found),
        "words": found.words.all(),
        "followers": reads.joined_to(found, by) if found.is_handled else [],
        "main": reads.one_for(by, found.joined_to_id) if found.joined_to_id else None,
        "publication": reads.publication_of(found),
        "photographs": [] if is_locked else reads.photographs_of(found),
        "is_locked": is_locked,
        "told": [(m, MESSAGE_TONES.get(m.state, "info")) for m in messages_of(found)] if at_desk else [],
        "alike": reads.alike(found) if at_desk and found.state in {State.NEW, State.CLASSIFIED} else [],
        "limits": rules.limits_on(found.received),
        "check_rule": rules.check_rule(),
        **_steps(found, by, at_desk=at_desk, is_own_answer=bool(checked and checked.by_key == by.key)),
    }


def _steps(found: Feedback, by: Actor, *, at_desk: bool, is_own_answer: bool) -> dict[str, bool]:
    """Say what the actor may do next."""
    answers = found.unit is not None and by.may(Permission.FEEDBACK_ANSWER, found.unit)
    checks = found.unit is not None and by.may(Permission.FEEDBACK_PUBLISH, found.unit)
    state = found.state
    return {
        "at_desk": at_desk,
        "may_classify": at_desk and state in {State.NEW, State.CLASSIFIED},
        "may_route": at_desk and state in {State.CLASSIFIED, State.ROUTED} and not found.level,
        "may_part": at_desk and state == State.JOINED,
        "may_answer": answers and state == State.ROUTED,
        "may_give_back": answers and state == State.ROUTED and not found.level,
        "may_extend": answers and state in {State.ROUTED, State.CHECKING} and not found.level
        and found.due == found.first_due and found.due is not None and timezone.localdate() <= found.due,
        "may_check": checks and state == State.CHECKING and not is_own_answer,
        "is_own_answer": checks and state == State.CHECKING and is_own_answer,
        "may_paper": state == State.ANSWERED and not found.is_emptied and reads.may_answer_on_paper(by, found),
        "may_resolve": answers and state == State.ANSWERED and found.resolved is None,
        "may_publish": checks and state == State.ANSWERED and not found.is_not_to_publish,
    }  # fmt: skip


def template_of(found: Feedback, code: str) -> str:
    """Fill the template of an answer."""
    unit = found.unit.full_name if found.unit else ""
    received = date_format(found.received, "d/m/Y")
    return topics.reply_to(code or found.topic, number=found.number, received=received, unit=unit)


def to_publish(found: Feedback) -> dict[str, Any]:
    """Give both texts with what looks like a person, marked and replaced."""
    answers = reads.accepted_answers(found)
    said = answers[-1].text if answers else ""
    return {
        "question_pieces": redaction.pieces(found.text),
        "answer_pieces": redaction.pieces(said),
        "initial": {"question": redaction.redacted(found.text), "answer": redaction.redacted(said)},
    }


def early_warnings(by: Actor) -> list[dict[str, Any]]:
    """List what surges in the actor's areas."""
    found = figures.surging(figures.areas(by))[:MOST_SURGES]
    names = figures.names_of(key for what, key, _number, _past in found if what == "unit")
    return [
        {
            "what": what,
            "key": key,
            "name": topics.label_of(key) if what == "topic" else names.get(key, ""),
            "number": number,
            "mean": sum(past) / len(past),
            "limit": surges.limit(past),
        }
        for what, key, number, past in found
    ]


def figures_page(by: Actor, first: dt.date, last: dt.date) -> dict[str, Any]:
    """Give the page of figures."""
    areas = figures.areas(by)
    total = figures.total(areas, first, last)
    by_unit = figures.counts(areas, first, last)
    names = figures.names_of(by_unit)
    units = sorted(by_unit.items(), key=lambda pair: (-pair[1]["received"], names.get(pair[0], "")))
    return {
        "total": total,
        "units": [(key, names.get(key, ""), row) for key, row in units if row["received"] or row["routed_out"]],
        "topics": [(topics.label_of(code), row) for code, row in figures.by_topic(areas, first, last).items()],
        "editions": [(_title(name), _items(areas, first, last, name)) for name in EDITIONS],
        "silence": _silence(total),
        "first": first,
        "last": last,
    }


def _silence(total: dict[str, int]) -> dict[str, float] | None:
    """Give the two ratios in which silence counts as satisfied; None where nothing came in."""
    of = total["received"]
    if not of:
        return None
    return {
        "of": of, "on_time": 100 * total["answered_on_time"] / of,
        "satisfied": 100 * (of - total["late_or_disagreed"]) / of,
    }  # fmt: skip


def _items(areas: Any, first: dt.date, last: dt.date, edition: str) -> list[tuple[str, dict[str, int]]]:
    counted = figures.beside_items(areas, first, last, edition)
    try:
        texts = {q.name: q.text for q in load(edition).questions()}
    except SipasError:
        texts = {}
    return [(texts.get(code, code), row) for code, row in counted.items()]


def _title(edition: str) -> str:
    return edition.upper().replace("-", " ")
