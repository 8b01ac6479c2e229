"""The interviewer's pages on the telephone: what is to be done, and one case with its buttons."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.actions.standing import ALLOWED, Act
from sipas_web.fieldwork.outcomes import Kind, kinds_of
from sipas_web.fieldwork.queries import Case, FieldRules, State, Visit, mine, rules_of
from sipas_web.fieldwork.wording import mode_label, state_label, told_label
from sipas_web.privacy.queries import Identity

MODES = ("paper", "face_to_face", "phone", "mail")  # nobody carries an answer on the web
COMPLETE, PARTIAL, NOT_RETURNED, NOTHING_BACK = "1.1", "1.2", "2.27", "3.19"


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the list."""

    case: Case
    commune: str
    state: tuple[str, str]
    last: str
    contact: Identity | None


@dataclass(frozen=True, slots=True)
class Button:
    """An outcome that is pressed at once."""

    outcome: str
    label: str
    is_main: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """A visit in the history of a case."""

    visit: Visit
    mode: str
    outcome: str
    at: dt.datetime | None  # missing where it was written down on another day
    may_take_back: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case on the telephone."""

    case: Case
    commune: str
    state: tuple[str, str]
    mode: str
    modes: tuple[tuple[str, str], ...]
    buttons: tuple[Button, ...]
    kinds: tuple[Kind, ...]
    visits: tuple[Seen, ...]
    token: str
    asks_place: bool
    is_open: bool


def tabs(by: Actor, chosen: str) -> list[tuple[str, StrOrPromise, int, bool]]:
    """Give the tabs of the list: key, label, cases, whether it is this one."""
    labels = {
        "visit": _("To visit"), "collect": _("To collect"), "hand_in": _("To hand in"), "done": _("Done"),
    }  # fmt: skip
    counts = mine.tab_counts(by)
    return [(key, label, counts[key], key == chosen) for key, label in labels.items()]


def rows(cases: Sequence[Case], contacts: Mapping[str, Identity]) -> list[Row]:
    """Give the cases as the list shows them, by commune; by address where addresses are open."""
    names = mine.commune_names(case.commune for case in cases)
    made = [
        Row(case, names.get(case.commune, case.commune), state_label(case), _last(case), contacts.get(case.case_id))
        for case in cases
    ]
    return sorted(made, key=lambda r: (r.commune, r.contact.address if r.contact else "", r.case.case_id))


def case_page(case: Case, mode: str, by: Actor) -> CasePage:
    """Work out the page of one case."""
    rules = rules_of(case.round)
    is_open = State(case.state) in ALLOWED[Act.VISIT]
    visits = list(mine.visits_with_returned(case))
    mode = mode if mode in MODES else _usual_mode(visits)
    buttons = _buttons(case, mode) if is_open else ()
    taken = frozenset(button.outcome for button in buttons)
    return CasePage(
        case=case,
        commune=mine.commune_names([case.commune]).get(case.commune, case.commune),
        state=state_label(case),
        mode=mode,
        modes=tuple((m, mode_label(m)) for m in MODES),
        buttons=buttons,
        kinds=kinds_of(mode, without=taken) if is_open else (),
        visits=_seen(case, visits, rules, by),
        token=secrets.token_hex(12),
        asks_place=rules.asks_place,
        is_open=is_open,
    )


def _usual_mode(visits: Sequence[Visit]) -> str:
    return visits[-1].mode if visits and visits[-1].mode in MODES else MODES[0]


def _buttons(case: Case, mode: str) -> tuple[Button, ...]:
    """Give what happens most: the way of the form, and nobody there."""
    if mode == "paper" and case.state == State.DELIVERED:
        found = [(COMPLETE, _("Form collected"), True), (NOT_RETURNED, _("Not filled in yet, I come again"), False)]
    elif mode == "paper":
        found = [(NOT_RETURNED, _("Form handed over"), True), (COMPLETE, _("Form collected"), False)]
    elif mode == "mail":
        found = [(NOTHING_BACK, _("Form sent, nothing back yet"), True)]
    else:
        found = [(COMPLETE, _("Interview done"), True)]
    if mode in {"paper", "face_to_face"}:
        found.append(("2.22", _("Nobody at home"), False))
    if mode == "phone":
        found.append(("2.22", _("Nobody answers"), False))
    return tuple(Button(*one) for one in found)


def _seen(case: Case, listed: Sequence[Visit], rules: FieldRules, by: Actor) -> tuple[Seen, ...]:
    """Give the visits, the newest first; the last one may be taken back for some minutes."""
    standing = [v for v in listed if v.voided is None]
    since = timezone.now() - dt.timedelta(minutes=rules.undo_minutes)
    last = standing[-1] if standing else None
    fresh = last is not None and last.at is not None and last.at >= since and last.person_id == by.person
    if case.replaced_by or case.state == State.WITHDRAWN or (last and last.step and last.step != case.form_step):
        fresh = False
    return tuple(Seen(v, mode_label(v.mode), _told(v), hour_of(v), fresh and v is last) for v in reversed(listed))


def _told(visit: Visit) -> str:
    return told_label(visit.outcome, visit.step, is_with_person=visit.at is not None)


def hour_of(visit: Visit) -> dt.datetime | None:
    """Give when a visit was written down, if that was on its day."""
    return visit.at if visit.at and timezone.localdate(visit.at) == visit.day else None


def _last(case: Case) -> str:
    if not case.last_day:
        return ""
    return _("%(day)s: %(outcome)s") % {
        "day": case.last_day.strftime("%d/%m"),
        "outcome": told_label(case.last_outcome, case.form_step),
    }
