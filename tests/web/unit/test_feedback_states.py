"""Any order of acts by any people: the states follow an obvious table, and every figure equals a slow twin's."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sipas_web.audit.actors import Actor
from sipas_web.feedback import codes, rules, topics
from sipas_web.feedback.actions import answering, following, publishing, sorting
from sipas_web.feedback.actions.receiving import receive
from sipas_web.feedback.actions.steps import CITIZEN
from sipas_web.feedback.models import HANDLED, Answer, Feedback, Publication, Word
from sipas_web.feedback.queries import figures
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
FIRST, SECOND, CHECKER = "first", "second", "checker"
# (state, level, act) -> (state, level); what is not here is refused and changes nothing.
TABLE = {
    ("new", 0, "classify"): ("classified", 0),
    ("classified", 0, "classify"): ("classified", 0),
    ("new", 0, "route_out"): ("routed_out", 0),
    ("classified", 0, "route_out"): ("routed_out", 0),
    ("classified", 0, "route"): ("routed", 0),
    ("routed", 0, "route"): ("routed", 0),
    ("routed", 0, "give_back"): ("classified", 0),
    ("routed", 0, "submit"): ("checking", 0),
    ("checking", 0, "send_back"): ("routed", 0),
    ("checking", 0, "accept"): ("answered", 0),
    ("answered", 0, "resolve"): ("answered", 0),
    ("answered", 0, "publish"): ("answered", 0),
    ("answered", 0, "yes"): ("answered", 0),
    ("answered", 0, "no"): ("routed", 1),
    ("routed", 1, "submit_again"): ("checking", 1),
    ("checking", 1, "send_back"): ("routed", 1),
    ("checking", 1, "accept"): ("answered", 1),
    ("answered", 1, "resolve"): ("answered", 1),
    ("answered", 1, "publish"): ("answered", 1),
    ("answered", 1, "yes"): ("answered", 1),
    ("answered", 1, "no"): ("answered", 1),
}
ALSO_BY_OTHERS = {("routed", 0, "submit_again"): ("checking", 0)}  # before it was reopened anybody of the unit answers
ACTS = sorted({act for _state, _level, act in TABLE})
ANSWER = "Đơn vị đã kiểm tra và khắc phục trong ngày, xin lỗi ông/bà."


def people(by: Actor) -> dict[str, Actor]:
    return {n: Actor(f"test:{n}", n, "", "web", by.holder) for n in (FIRST, SECOND, CHECKER)}


def acts(pk: int, code: str, unit: Unit, who: dict[str, Actor], topic: str) -> dict[str, Callable[[], Any]]:
    desk = who[FIRST]
    return {
        "classify": lambda: sorting.classify(feedback_id=pk, kind="behaviour", topic=topic, by=desk),
        "route_out": lambda: sorting.route_out(feedback_id=pk, kind="complaint", to="x", reason="x", by=desk),
        "route": lambda: sorting.route(feedback_id=pk, unit=unit, by=desk),
        "give_back": lambda: sorting.give_back(feedback_id=pk, reason="x", by=desk),
        "submit": lambda: answering.submit(feedback_id=pk, text=ANSWER, by=who[FIRST]),
        "submit_again": lambda: answering.submit(feedback_id=pk, text=ANSWER, by=who[SECOND]),
        "send_back": lambda: answering.send_back(feedback_id=pk, reason="x", by=who[CHECKER]),
        "accept": lambda: answering.accept(feedback_id=pk, by=who[CHECKER]),
        "resolve": lambda: answering.resolve(feedback_id=pk, evidence="Biên bản", on=units.today(), by=desk),
        "publish": lambda: publishing.publish(
            feedback_id=pk, question="hỏi", answer="đáp", is_rest_checked=True, by=desk
        ),
        "yes": lambda: following.say(code=code, agrees=True, rating=5, text=""),
        "no": lambda: following.say(code=code, agrees=False, rating=3, text=""),
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_of_acts(by: Actor, tuyen_quang: Unit, data: st.DataObject) -> None:
    commune = units.communes_of(tuyen_quang, units.today())[1]
    with transaction.atomic():
        rows = [begun(commune, f"{n}") for n in range(2)]
        for pk, code in rows:
            walk(pk, code, commune, people(by), data)
        compare_with_twin([commune.pk, tuyen_quang.pk])
        transaction.set_rollback(True)


def begun(place: Unit, once: str) -> tuple[int, str]:
    code = codes.code_of(once)
    made = receive(code=code, place=place, channel="web", text="Phòng chờ thiếu ghế ngồi quá.", by=CITIZEN)
    return made.pk, code


def walk(pk: int, code: str, unit: Unit, who: dict[str, Actor], data: st.DataObject) -> None:
    topic = data.draw(st.sampled_from(sorted(topics.topics())))
    todo = acts(pk, code, unit, who, topic)
    state, said, is_resolved, agreed = ("new", 0), set[int](), False, None
    straight = ["classify", "route", "submit", "accept", "no", "submit_again", "accept"]  # else it rarely goes far
    head = straight[: data.draw(st.integers(0, len(straight)))]
    for act in [*head, *data.draw(st.lists(st.sampled_from(ACTS), max_size=8))]:
        after = (TABLE | ALSO_BY_OTHERS).get((*state, act))
        if act in {"yes", "no"} and state[1] in said:
            after = None
        try:
            todo[act]()
        except (ValidationError, PermissionDenied):
            assert after is None, (state, act)
            after = state
        else:
            assert after is not None, (state, act)
            if act in {"yes", "no"}:
                said.add(state[1])
                agreed = act == "yes"
            is_resolved = (is_resolved or act == "resolve") and after[1] == state[1]
        state = after
        check(pk, state, said, is_resolved, agreed)


def check(pk: int, state: tuple[str, int], said: set[int], is_resolved: bool, agreed: bool | None) -> None:
    row = Feedback.objects.get(pk=pk)
    assert (row.state, row.level) == state
    assert (row.resolved is not None) == is_resolved
    assert row.agreed is agreed
    assert (row.kind in HANDLED) == (row.state not in {"new", "routed_out"})
    accepted = sorted(Answer.objects.filter(feedback=row, is_accepted=True).values_list("level", flat=True))
    assert accepted == sorted(set(accepted))
    assert (0 in accepted) == (row.answered is not None)
    assert (1 in accepted) == (row.answered_again is not None)
    assert set(Word.objects.filter(feedback=row).values_list("level", flat=True)) == said
    assert Answer.objects.filter(feedback=row, checked=None).count() == (row.state == "checking")
    for answer in Answer.objects.filter(feedback=row, checked__isnull=False):
        assert answer.by_key != answer.checked_by_key
    if row.state == "routed_out":
        assert not Publication.objects.filter(feedback=row).exists()
        assert row.unit is None


def compare_with_twin(unit_ids: list[int]) -> None:
    today = units.today()
    first = today - dt.timedelta(days=30)
    assert figures.counts(unit_ids, first, today) == slow_counts(unit_ids, first, today)
    assert figures.beside_items(unit_ids, first, today) == slow_items(unit_ids, first, today)


def slow_counts(unit_ids: list[int], first: dt.date, last: dt.date) -> dict[int, dict[str, int]]:
    """Count row by row, as the page says it is counted."""
    found: dict[int, dict[str, int]] = {}
    for row in Feedback.objects.all():
        at = row.first_unit_id or row.place_id
        if at in unit_ids and first <= row.received <= last:
            line = found.setdefault(at, dict.fromkeys(figures.lines(last), 0))
            for name, is_counted in slow_lines(row).items():
                line[name] += is_counted
    return found


def slow_lines(row: Feedback) -> dict[str, bool]:
    ours, today = row.kind in HANDLED, units.today()
    is_answered = ours and row.answered is not None
    is_late = ours and row.due is not None and (row.answered or today) > row.due
    return {
        "received": ours or not row.kind,
        "answered": is_answered,
        "answered_on_time": is_answered and row.answered <= row.due,
        "answered_first_limit": is_answered and row.answered <= row.first_due,
        "answered_late": is_answered and row.answered > row.due,
        "open": (ours or not row.kind) and row.answered is None,
        "overdue": is_late and row.answered is None,
        "resolved": ours and row.resolved is not None,
        "said": ours and row.agreed is not None,
        "agreed": ours and row.agreed is True,
        "reopened": ours and row.level == 1,
        "routed_out": bool(row.kind) and not ours,
        "late_or_disagreed": is_late or (ours and row.agreed is False),
    }  # type: ignore[return-value]


def slow_items(unit_ids: list[int], first: dt.date, last: dt.date) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in Feedback.objects.all():
        is_here = (row.first_unit_id or row.place_id) in unit_ids and first <= row.received <= last
        if is_here and row.kind in HANDLED:
            for code in topics.topics()[row.topic].all_items():
                for name in ("received", "answered_on_time", "resolved", "agreed"):
                    found[code][name] += slow_lines(row)[name]
    return {code: dict(counts) for code, counts in found.items()}


days = st.integers(-40, 20)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    made=st.lists(
        st.tuples(
            st.sampled_from(["", "behaviour", "rules", "question", "complaint", "outside"]), st.integers(0, 60),
            days, days,
            st.booleans(), st.sampled_from([None, True, False]), st.sampled_from(sorted(topics.topics())),
            st.integers(0, 2),
        ),
        max_size=14,
    )
)  # fmt: skip
def test_figures_of_any_rows_equal_the_slow_twin(tuyen_quang: Unit, made: list[Any]) -> None:
    communes = list(units.communes_of(tuyen_quang, units.today())[:3])
    with transaction.atomic():
        for number, row in enumerate(made):
            put(communes, number, row)
        compare_with_twin([communes[0].pk, communes[1].pk])
        transaction.set_rollback(True)


def put(communes: list[Unit], number: int, row: Any) -> None:
    kind, ago, answered, extended, is_resolved, agreed, topic, place = row
    received = units.today() - dt.timedelta(days=ago)
    routed = kind in HANDLED and ago > 2
    due = rules.answer_by(received, received) if routed else None
    is_answered = routed and answered < 0
    Feedback.objects.create(
        number=f"P{number}", code_hash=str(number), token=str(number), place=communes[place], channel="web", kind=kind,
        first_unit=communes[(place + 1) % 3] if routed else None, text="x", topic=topic, received=received,
        state="new" if not kind else "routed_out" if kind not in HANDLED else ("classified", "answered")[is_answered],
        classify_by=received, first_due=due, due=due + dt.timedelta(days=max(extended, 0)) if due else None,
        answered=units.today() + dt.timedelta(days=answered) if is_answered else None,
        resolved=units.today() if is_resolved and is_answered else None, agreed=agreed if is_answered else None,
    )  # fmt: skip


def test_a_topic_that_surges_is_warned_of(tuyen_quang: Unit) -> None:
    commune, other = units.communes_of(tuyen_quang, units.today())[:2]
    for week in range(9):
        for number in range(6 if week == 0 else 1):
            day = units.today() - dt.timedelta(days=7 * week + number % 7)
            put_on(commune, day, "online", f"{week}-{number}")
        put_on(other, units.today() - dt.timedelta(days=7 * week), "fee", f"x{week}")
    found = figures.surging([commune.pk, other.pk])
    assert figures.surging([other.pk]) == []
    assert found == []  # six after one a week is not yet beyond chance; seven is
    put_on(commune, units.today(), "online", "one more")
    found = figures.surging([commune.pk, other.pk])
    assert {(what, key, number) for what, key, number, _past in found} == {
        ("topic", "online", 7),
        ("unit", commune.pk, 7),
    }
    assert all(past == [1] * 8 for _what, _key, _number, past in found)


def put_on(place: Unit, day: dt.date, topic: str, number: str) -> None:
    Feedback.objects.create(
        number=number, code_hash=number, token=number, place=place, channel="web", text="x", topic=topic, received=day,
        classify_by=day,
    )  # fmt: skip
