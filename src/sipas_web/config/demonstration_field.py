"""A round in the field to try: post offices, interviewers, visits, forms keyed twice, answers on the web.

Simulated throughout. Everything is done by the acts that people do on screen, in the name of demonstration accounts.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.core.exceptions import ValidationError
from django.db import transaction

from sipas.rounds import answer_columns, simulated_field
from sipas_web.accounts import demonstration as accounts_made
from sipas_web.accounts import queries as accounts
from sipas_web.accounts.actions import assigning as roles
from sipas_web.accounts.actions import people
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.capture.actions import Given, accept
from sipas_web.capture.actions.keying import Sent, open_keying
from sipas_web.capture.actions.keying_end import finish_keying
from sipas_web.capture.keying_form import KEEP, PaperForm
from sipas_web.capture.queries.keying import form_of
from sipas_web.config.demonstration_people import actor_of
from sipas_web.fieldwork.actions import assigning, form_steps, planning, replacing, rules, serving, visiting
from sipas_web.fieldwork.queries import Case, State
from sipas_web.jobs.worker import work_off
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.queries import Round
from sipas_web.units import actions as unit_actions
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

SEED = 11
DAYS = 6  # of work so far
ON_THE_WEB, KEYED, RECEIVED = 40, 60, 30  # cases that end so; the others collected or still under way
ERROR_OF = {"keyer": 0.010, "keyer-2": 0.025}  # share of the fields that each keys wrongly
BRANCHES = (  # office, its interviewers; the first one's accounts are those of make_accounts
    ("Bưu cục 1 (mô phỏng)", ("interviewer", "interviewer-2")),
    ("Bưu cục 2 (mô phỏng)", ("interviewer-3", "interviewer-4")),
    ("Bưu cục 3 (mô phỏng)", ("interviewer-5", "interviewer-6")),
)
NAMES = {
    "interviewer-2": "Hoàng Thị Yên",
    "interviewer-3": "Lý Văn Ẩm",
    "interviewer-4": "Quan Thị Ỷ",
    "interviewer-5": "Đặng Văn Ưu",
    "interviewer-6": "Sùng Thị Ánh",
    "keyer-2": "Lộc Thị Én",
}


@dataclass(frozen=True, slots=True)
class Office:
    """A branch and who carries its forms."""

    unit: Unit
    carriers: tuple[str, ...]


def walk(round_: Round) -> None:
    """Bring a round that is in the field to the middle of its field work; does nothing the second time."""
    if Case.objects.filter(round=round_, office__isnull=False).exists():
        return
    offices = _offices(round_)
    _assign(round_, offices)
    _carry(round_, random.Random(SEED))


def _offices(round_: Round) -> list[Office]:
    """Make the branches, each in a commune, and the people who carry and key."""
    by = actor_of("department")
    communes = list(units.communes_of(round_.unit, units.today()))
    made = []
    for place, (name, carriers) in zip(communes[:: max(1, len(communes) // len(BRANCHES))], BRANCHES, strict=False):
        code = f"BC-{place.code}"
        unit = units.by_code(code, units.today()) or unit_actions.add(
            kind="post_office", code=code, name=name, parent=place, valid_from=place.valid_from, by=by
        )
        for username in carriers:
            _hire(username, "interviewer", unit, by)
        made.append(Office(unit, carriers))
    _hire("keyer-2", "keyer", round_.unit, by)
    return made


@transaction.atomic
def _hire(username: str, role: str, unit: Unit, by: Actor) -> None:
    if accounts.by_username(username) is not None:
        return
    person = people.new_person(
        username=username,
        full_name=f"{NAMES[username]} (mô phỏng)",
        email="",
        password=accounts_made.PASSWORD,
        is_demonstration=True,
    )
    held = accounts.role(role)
    assert held is not None, "roles are loaded before"
    made = roles.write_assignment(person=person, role=held, unit=unit, since=units.today(), until=None)
    record(by=by, action="accounts.person_created", subject=person, unit=unit, details=roles.told(made))


def _assign(round_: Round, offices: list[Office]) -> None:
    """Share the communes out to the branches, and the cases of each branch to its interviewers."""
    by = actor_of("post-province")
    communes = list(units.communes_of(round_.unit, units.today()))
    part = -(-len(communes) // len(offices))
    areas = {place.code: offices[at // part].unit.pk for at, place in enumerate(communes)}
    serving.set_served(round_id=round_.pk, areas=areas, by=by)
    _plan(round_, "offices", round_.unit, by)
    left = Case.objects.filter(round=round_, state=State.ISSUED, office=None).order_by("case_id")
    codes = list(left.values_list("case_id", flat=True))  # of people whose commune the lists do not tell
    for at, office in enumerate(offices):
        assigning.assign(
            round_id=round_.pk, codes=codes[at :: len(offices)], office=office.unit, reason="Không rõ xã", by=by
        )
    for office in offices:
        _plan(round_, "people", office.unit, by)


def _plan(round_: Round, kind: str, unit: Unit, by: Actor) -> None:
    plan = planning.suggest(round_id=round_.pk, kind=kind, unit=unit, by=by)
    planning.accept(plan_id=plan.pk, by=by)
    work_off()


def _carry(round_: Round, chance: random.Random) -> None:
    """Visit cases as the library's simulation says; forms come back and are keyed, some people answer on the web."""
    rules.set_rules(round_id=round_.pk, rules={"allows_web": True}, by=actor_of("department"))
    field, _truth = simulated_field(folder_of(round_))
    answers = {row["case_id"]: row for row in field.forms.iter_rows(named=True)}
    outcomes = {case: rows for (case,), rows in field.visits.group_by("case_id", maintain_order=True)}
    held = list(Case.objects.filter(round=round_, role="official", interviewer__isnull=False).order_by("case_id"))
    chance.shuffle(held)
    web, keyed, received = 0, 0, 0
    for at, case in enumerate(held[: len(held) * 2 // 3]):
        told = (
            [row["outcome"] for row in outcomes[case.case_id].iter_rows(named=True)] if case.case_id in outcomes else []
        )
        if case.case_id not in answers:
            _not_reached(case, told, chance)
        elif web < ON_THE_WEB and chance.random() < 0.2:
            web += _answered_on_the_web(round_, case, answers[case.case_id])
        elif _handed_over(case, chance) and at % 4:
            form_steps.step_form(case_pk=case.pk, step="collected", by=_carrier(case))
            if received < KEYED + RECEIVED:
                received += _received(round_, case)
                keyed += received <= KEYED and _keyed(round_, case, answers[case.case_id], chance)


def _not_reached(case: Case, told: list[str], chance: random.Random) -> None:
    """Log the visits to somebody who does not answer; the last ones are replaced."""
    for at, outcome in enumerate(told[:3]):
        visiting.log_visit(case_pk=case.pk, mode="paper", outcome=outcome, day=_day(at, chance), by=_carrier(case))
    case.refresh_from_db()
    try:
        replacing.replace(case_pk=case.pk, remark="", by=_carrier_office())
    except ValidationError:  # too few visits for its outcome: it stays to be visited again
        return


def _handed_over(case: Case, chance: random.Random) -> bool:
    form_steps.step_form(case_pk=case.pk, step="delivered", day=_day(0, chance), by=_carrier(case))
    return True


def _received(round_: Round, case: Case) -> bool:
    form_steps.receive_form(round_id=round_.pk, code=case.case_id, by=_carrier_office())
    return True


def _answered_on_the_web(round_: Round, case: Case, row: Mapping[str, Any]) -> bool:
    columns = answer_columns(folder_of(round_))  # the file holds texts
    there = {c.name: c.dtype for c in columns if row.get(c.name) not in {None, ""}}
    answers = {name: row[name] if dtype == pl.String else int(row[name]) for name, dtype in there.items()}
    given = Given(case.case_id, "web", units.today(), answers, True, "", "mô phỏng")
    accept(round_, [given])
    return True


def _keyed(round_: Round, case: Case, row: Mapping[str, Any], chance: random.Random) -> bool:
    """Have two people key a form, each with slips of their own."""
    for username, error in ERROR_OF.items():
        by = actor_of(username)
        try:
            keying = open_keying(round_id=round_.pk, code=case.case_id, by=by)
        except ValidationError:  # one keying was enough for this form
            return True
        typed = dict(_typed(form_of(round_, keying.form.kind), row, error, chance))
        _finished(keying.pk, typed, 45.0 + 20.0 * chance.random(), by)
    return True


def _finished(keying_id: int, typed: dict[str, str], seconds: float, by: Actor) -> None:
    """Finish a keying as the screen lets one: what it asks about stands so on the paper, and is kept."""
    while True:
        sent = Sent(typed=typed, keystrokes=len(typed) + 12, seconds=seconds)
        try:
            finish_keying(keying_id=keying_id, sent=sent, by=by)
        except ValidationError as error:
            kept = {name: f"{typed[name]}{KEEP}" if typed.get(name) else "T" for name in error.message_dict}
            if kept.keys() <= {name for name, text in typed.items() if text.endswith(KEEP)}:
                raise
            typed = typed | kept
        else:
            return


def _typed(paper: PaperForm, row: Mapping[str, Any], error: float, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Type what the paper says; now and then the key beside it."""
    for field in paper.fields:
        if field.kind == "ticks":
            yield field.name, "".join(k for k, o in field.options if row.get(f"{field.name}_{o.value}") == 1) or "T"
            continue
        value = row.get(field.name)
        if value is None:
            yield field.name, "T"
        elif field.kind == "choice" and chance.random() < error:
            yield field.name, chance.choice([key for key, _option in field.options])
        else:
            key = {str(option.value): key for key, option in field.options}
            yield field.name, key.get(str(value), str(value)) if field.kind == "choice" else str(value)


def _day(at: int, chance: random.Random) -> dt.date:
    return units.today() - dt.timedelta(days=max(0, DAYS - 2 * at - chance.randrange(2)))


def _carrier(case: Case) -> Actor:
    assert case.interviewer is not None, "only cases with an interviewer are visited"
    return actor_of(case.interviewer.username)


def _carrier_office() -> Actor:
    return actor_of("post-province")
