"""What the pages of apologies show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from sipas_web.audit.actors import Actor
from sipas_web.onestop import apology_rules as rules
from sipas_web.onestop.actions import sending
from sipas_web.onestop.apology_documents import form_of
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import apologies as reads
from sipas_web.onestop.queries.apologies import Apology, ApologyState, Dossier, Outcome
from sipas_web.onestop.standing_words import LABELS, TONES

LETTER_TONES = {
    ApologyState.WAITING: "warning",
    ApologyState.RETURNED: "bad",
    ApologyState.SIGNED: "info",
    ApologyState.SENT: "good",
    ApologyState.WITHDRAWN: "quiet-badge",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A dossier in a list."""

    dossier: Any
    unit: str
    last_day: dt.date | None
    days_left: int | None
    label: StrOrPromise
    tone: str
    letter_state: str
    letter_tone: str


def lines(rows: Iterable[Any], on: dt.date) -> list[Line]:
    """Give the rows of a list of dossiers."""
    return [_line(row, on) for row in rows]


def dossier_facts(dossier: Dossier, by: Actor) -> dict[str, Any]:
    """Give what the page of a dossier's apology shows."""
    on = reads.today()
    standing = reads.standing_of(dossier, on)
    rule = rules.deadline_on(dossier.received)
    letter = reads.letter_of(dossier)
    unit = reads.unit_of(dossier)
    may_draft = reads.may(by, Permission.APOLOGY_DRAFT, dossier)
    is_open = dossier.outcome == Outcome.OPEN
    return {
        "dossier": dossier,
        "unit": unit,
        "office": reads.office_of(unit),
        "standing": LABELS[standing],
        "tone": TONES.get(standing, "info"),
        "is_missing": standing in {rules.Standing.DUE, rules.Standing.MISSED, rules.Standing.WITHOUT},
        "last_day": rules.last_day(dossier.received, dossier.due),
        "rule": rule,
        "letter": letter,
        "letters": reads.all_letters_of(dossier),
        "exception": reads.exception_of(dossier),
        "exception_text": _exception_text(dossier),
        "may_draft": may_draft and (letter is None or is_open),
        "may_enter": may_draft and letter is None and dossier.due is not None,
        "may_except": by.may(Permission.APOLOGY_SIGN, unit),
        "promise_broken": _broken(dossier, on),
        "is_open": is_open,
    }


def letter_facts(apology: Apology, by: Actor) -> dict[str, Any]:
    """Give what the page of a letter shows, and what its reader may do next."""
    dossier = apology.dossier
    may_draft = by.may(Permission.APOLOGY_DRAFT, apology.unit) or reads.may(by, Permission.APOLOGY_DRAFT, dossier)
    may_sign = by.may(Permission.APOLOGY_SIGN, apology.unit)
    messages = list(reads.messages_of(apology))
    is_under_way = reads.is_under_way(apology)
    unsigned = apology.state in {ApologyState.WAITING, ApologyState.RETURNED}
    return {
        "apology": apology,
        "dossier": dossier,
        "tone": LETTER_TONES[ApologyState(apology.state)],
        "form": form_of(apology),
        "office": apology.office or reads.office_of(apology.unit),
        "reason": rules.reasons().get(apology.reason, ""),
        "faults": [rules.faults().get(code, code) for code in apology.faults],
        "messages_of_it": [_message(m) for m in messages],
        "may_change": may_draft and unsigned,
        "may_sign": may_sign and apology.state == ApologyState.WAITING,
        "may_send": may_draft and apology.state == ApologyState.SIGNED and not is_under_way,
        "may_message": bool(dossier.applicant),
        "may_withdraw": _may_withdraw(apology, may_draft=may_draft, may_sign=may_sign) and not is_under_way,
        "may_open": (may_draft or may_sign) and apology.state != ApologyState.WITHDRAWN,
        "is_late_itself": bool(apology.sent and apology.last_day and apology.sent > apology.last_day),
    }


def letter_lines(rows: Iterable[Apology], on: dt.date, by: Actor) -> list[dict[str, Any]]:
    """Give the rows of the list of letters."""
    signs, sends = by.may(Permission.APOLOGY_SIGN), by.may(Permission.APOLOGY_DRAFT)
    can = {ApologyState.WAITING: signs, ApologyState.SIGNED: sends}
    return [
        {
            "apology": row,
            "tone": LETTER_TONES[ApologyState(row.state)],
            "may_choose": can.get(ApologyState(row.state), False),
            "is_urgent": row.state in reads.UNFINISHED and row.last_day is not None and row.last_day <= on,
        }
        for row in rows
    ]


def said_of_signing(done: int, refused: list[tuple[Apology, str]]) -> list[str]:
    """Say which letters were left and why."""
    told = [_("%(letter)s was not signed: %(reason)s.") % {"letter": a, "reason": why} for a, why in refused]
    return told if done or told else [_("No letter was chosen.")]


def rule_rows() -> dict[str, Any]:
    """Give the rules and forms as they are looked up, with their sources."""
    return {
        "deadlines": rules.deadlines(),
        "forms": rules.forms(),
        "alert": rules.alert(),
        "exceptions": list(rules.exceptions().values()),
        "exceptions_source": rules.source_of("exceptions"),
        "faults": list(rules.faults().values()),
        "faults_source": rules.source_of("faults"),
    }


def _line(row: Any, on: dt.date) -> Line:
    standing = rules.Standing(row.standing)
    last = rules.last_day(row.received, row.due)
    left = (last - on).days if last is not None and standing == rules.Standing.DUE else None
    state = ApologyState(row.letter_state) if row.letter_state else None
    return Line(
        row, reads.unit_of(row).full_name, last, left, LABELS[standing], TONES.get(standing, "info"),
        str(state.label) if state else "", LETTER_TONES[state] if state else "",
    )  # fmt: skip


def _exception_text(dossier: Dossier) -> str:
    found = reads.exception_of(dossier)
    return rules.exceptions().get(found.code, found.code) if found else ""


def _broken(dossier: Dossier, on: dt.date) -> bool:
    """Say whether the one new date was not kept either."""
    if dossier.promised_again is None or dossier.outcome not in {Outcome.OPEN, Outcome.LATE}:
        return False
    return (dossier.finished or on) > dossier.promised_again


def _may_withdraw(apology: Apology, *, may_draft: bool, may_sign: bool) -> bool:
    if apology.state in {ApologyState.WAITING, ApologyState.RETURNED}:
        return may_draft
    is_entered = apology.state == ApologyState.SENT and apology.entered is not None
    return may_sign and (apology.state == ApologyState.SIGNED or is_entered)


def _message(message: Any) -> dict[str, Any]:
    is_failed = message.state == reads.MessageState.FAILED
    is_untouched = message.state == reads.MessageState.QUEUED and message.attempts == 0
    faults = {
        sending.NO_ADDRESS: _("nothing is known of the applicant's address for this way"),
        sending.WITHDRAWN: _("the letter was withdrawn"),
        "letter_not_set": _("the letter could not be set as a file"),
        "not_opened": _("the contact store could not be opened"),
    }
    fault = faults.get(message.fault, _("the gateway did not take it") if message.fault else "")
    return {
        "message": message,
        "fault": fault,
        "tone": {"sent": "good", "failed": "bad", "queued": "info"}.get(message.state, "quiet-badge"),
        "may_try": is_failed,
        "may_call_off": is_failed or is_untouched,
    }
