"""Where a case stands: any order of what comes in gives one state, and people's acts keep to the table."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from itertools import permutations
from typing import Any

import polars as pl
import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.web import field_cast

from sipas.quality import case_dispositions, dispositions
from sipas.tables import RESPONSES
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork import actions
from sipas_web.fieldwork.actions.importing import VisitRow
from sipas_web.fieldwork.actions.standing import (
    ALLOWED,
    Act,
    stand_by_answer,
    stand_by_step,
    stand_by_visits,
    stand_in_place,
)
from sipas_web.fieldwork.models import (
    Case,
    CaseCount,
    DayCount,
    FileImport,
    FormStep,
    Replacement,
    State,
    Visit,
)
from sipas_web.fieldwork.queries import visits_table
from sipas_web.rounds.models import Round
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 2)
GROUP = {d.code: d.group for d in dispositions()}
PAPER = [d.code for d in dispositions() if "paper" in d.modes and d.code != "3.11"]
REACHED = {"R": "ended", "O": "ended", "NE": "ended"}
STEPS = ["delivered", "collected", "received", "keyed"]


def plain_state(facts: dict[str, Any], disposition: str) -> str:
    """Say the rule again, slowly: each state asks for itself everything that must and must not be so."""
    here = []
    out = facts["official"] or facts["placed"] or facts["visits"] or facts["steps"] or facts["answer"]
    far = max((STEPS.index(s) for s in facts["steps"]), default=-1)
    free = not facts["withdrawn"] and not facts["answer"] and not facts["replaced"]
    ended = disposition != "" and GROUP[disposition] in REACHED
    here += ["withdrawn"] if facts["withdrawn"] else []
    here += ["answered"] if facts["answer"] and not facts["withdrawn"] else []
    here += ["replaced"] if facts["replaced"] and not facts["withdrawn"] and not facts["answer"] else []
    here += ["reserve"] if free and not out else []
    here += [STEPS[far]] if free and far >= 1 else []
    here += ["not_answered"] if free and out and far < 1 and ended else []
    here += ["delivered"] if free and far == 0 and not ended else []
    here += ["visited"] if free and far == -1 and facts["visits"] and not ended else []
    here += ["issued"] if free and out and far == -1 and not facts["visits"] else []
    assert len(here) == 1, (facts, here)
    return here[0]


def blank(role: str) -> Case:
    is_official = role == "official"
    state, disposition = (State.ISSUED, "3.11") if is_official else (State.RESERVE, "")
    return Case(case_id="0" * 10, role=role, state=state, disposition=disposition)


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("visit"), st.sampled_from(PAPER)),
        st.tuples(st.just("step"), st.sampled_from(STEPS)),
        st.tuples(st.just("replaced"), st.just("")),
        st.tuples(st.just("placed"), st.just("")),
    ),
    max_size=4,
)


@settings(deadline=None, max_examples=200)
@given(EVENTS, st.sampled_from(["", "valid", "invalid"]), st.sampled_from(["official", "reserve"]))
def test_the_order_in_which_things_come_in_is_no_matter(events: list[tuple[str, str]], answer: str, role: str) -> None:
    """A visit that comes late by file, a form that comes early, an answer in between: one end."""
    numbered = list(enumerate(events + ([("answer", answer)] if answer else [])))
    ends = set()
    for order in permutations(numbered):
        case, visits = blank(role), dict[int, Visit]()
        for number, (kind, what) in order:
            if kind == "visit":
                visits[number] = Visit(number=number, day=DAY, outcome=what)
                stand_by_visits(case, [v for _n, v in sorted(visits.items())])
            elif kind == "step":
                stand_by_step(case, what)
            elif kind == "answer":
                stand_by_answer(case, is_valid=what == "valid")
            elif kind == "placed":
                stand_in_place(case, Case(case_id="1" * 10))
            else:
                case.replaced_by = "2" * 10
                stand_by_step(case, "")
        ends.add((case.state, case.disposition, case.form_step, case.visits_made, case.last_outcome))
    assert len(ends) == 1
    state, disposition = next(iter(ends))[:2]
    facts = {
        "official": role == "official",
        "placed": role == "reserve" and ("placed", "") in events,
        "visits": any(kind == "visit" for kind, _what in events),
        "steps": {what for kind, what in events if kind == "step"},
        "answer": answer,
        "replaced": ("replaced", "") in events,
        "withdrawn": False,
    }
    # A reserve named by nobody, said to be replaced, is replaced still: a file said so.
    assert state == plain_state(facts, disposition)


class Field(RuleBasedStateMachine):
    """People and files at work on a few cases; a plain twin keeps the facts."""

    case_of: Callable[[int], Case]
    start: Callable[[], tuple[Round, Actor]]

    @initialize()
    def begin(self) -> None:
        self.round, self.by = type(self).start()
        self.codes = list(Case.objects.filter(round=self.round).order_by("order").values_list("case_id", flat=True))
        self.twin: dict[str, dict[str, Any]] = {
            c.case_id: {
                "official": c.role == "official", "placed": False, "visits": [], "steps": set(), "answer": "",
                "replaced": "", "withdrawn": False,
            }
            for c in Case.objects.filter(round=self.round)
        }  # fmt: skip

    def case(self, n: int) -> Case:
        return Case.objects.get(round=self.round, case_id=self.codes[n])

    def attempt(self, act: Act, case: Case, do: Callable[[], Any], *, also: bool = True) -> bool:
        """Do it; it must succeed exactly where the table, and ``also``, say so, and change nothing where not."""
        before = Case.objects.filter(pk=case.pk).values().get()
        legal = State(case.state) in ALLOWED[act] and also
        try:
            do()
        except ValidationError:
            assert not legal, (act, case.state)
            assert Case.objects.filter(pk=case.pk).values().get() == before
            return False
        assert legal, (act, case.state)
        return True

    CASES = st.integers(0, 4)

    @rule(n=CASES, outcome=st.sampled_from(["2.22", "2.22", "2.27", "1.1", "2.11", "3.18", "4.10", "2.31"]))
    def visit(self, n: int, outcome: str) -> None:
        case = self.case(n)
        step = {"2.27": "" if case.form_step else "delivered", "1.1": "collected"}.get(outcome, "")
        act = {"": Act.VISIT, "delivered": Act.DELIVER, "collected": Act.COLLECT}[step]
        twin = self.twin[case.case_id]

        def do() -> None:
            made = actions.log_visit(case_pk=case.pk, mode="paper", outcome=outcome, by=self.by)
            twin["visits"].append((made.number, outcome, step))
            twin["steps"] |= {step} if step else set()

        self.attempt(act, case, do, also=case.interviewer_id is not None)  # nobody's case is visited by nobody

    @rule(n=CASES)
    def take_back(self, n: int) -> None:
        case, twin = self.case(n), self.twin[self.codes[n]]
        last = Visit.objects.filter(case=case).order_by("-number").first()
        if last is None:
            return
        further = last.step and case.form_step != last.step
        logged = last.at is not None
        legal = logged and not case.replaced_by and case.state != State.WITHDRAWN and not further
        if last.person_id is None or not logged:
            return
        if legal:
            actions.take_back_visit(visit_pk=last.pk, by=self.by)
            twin["visits"] = [v for v in twin["visits"] if v[0] != last.number]
            twin["steps"] -= {last.step}
        else:
            with pytest.raises(ValidationError):
                actions.take_back_visit(visit_pk=last.pk, by=self.by)

    @rule(n=CASES, outcome=st.sampled_from(["2.20", "2.11", "1.1", "3.30"]))
    def file(self, n: int, outcome: str) -> None:
        """Import a visit: it tells of the past and is bound by no table."""
        case = self.case(n)
        number = (Visit.every.filter(case=case).order_by("-number").values_list("number", flat=True).first() or 0) + 1
        file = FileImport.objects.create(
            round=self.round, kind="visits", name="x", stored="x", size=1, sha256="0", created_by="x",
            report={"rows": 1, "rejected": 0, "taken": 0, "repeated": 0, "beside": 0, "listed": 0},
        )  # fmt: skip
        row = VisitRow(1, case.case_id, number, DAY, "paper", outcome, "BD1", "")
        actions.take_visits(file_id=file.pk, rows=[row], upto=1, by=self.by)
        self.twin[case.case_id]["visits"].append((number, outcome, ""))

    @rule(n=CASES)
    def receive(self, n: int) -> None:
        case, twin = self.case(n), self.twin[self.codes[n]]

        def do() -> None:
            again = bool(twin["steps"] & {"received", "keyed"})
            _case, is_new = actions.receive_form(round_id=self.round.pk, code=case.case_id.lower(), by=self.by)
            assert is_new is not again
            twin["steps"] |= {"received"} if is_new else set()

        if twin["steps"] & {"received", "keyed"}:
            do()  # twice is once, whatever the state
        else:
            self.attempt(Act.RECEIVE, case, do)

    @rule(n=CASES)
    def key(self, n: int) -> None:
        actions.put_keyed(self.round, {self.codes[n]: self.by.name})
        self.twin[self.codes[n]]["steps"].add("keyed")

    @rule(n=CASES, is_valid=st.booleans())
    def answer(self, n: int, is_valid: bool) -> None:
        twin = self.twin[self.codes[n]]
        if twin["answer"] == "valid":
            return  # capture keeps the first valid one
        actions.put_answers(self.round.pk, {self.codes[n]: is_valid}, Counter())
        twin["answer"] = "valid" if is_valid else "invalid"

    @rule(n=CASES)
    def replace(self, n: int) -> None:
        case, twin = self.case(n), self.twin[self.codes[n]]
        waiting = [c for c in self.codes if self.plain(c) == "reserve"]
        group = GROUP.get(case.disposition, "")
        ready = group in REACHED or case.visits_made >= 3
        legal = not twin["replaced"] and ready and bool(waiting)
        legal = legal and not (twin["answer"] == "valid" and not twin["withdrawn"])

        def do() -> None:
            made = actions.replace(case_pk=case.pk, by=self.by)
            assert made.reserve.case_id == waiting[0]  # the next in order, never by choice
            if not twin["visits"]:
                twin["visits"].append((1, case.disposition, ""))
            twin["replaced"] = waiting[0]
            self.twin[waiting[0]]["placed"] = True

        if twin["replaced"]:
            do_again = Replacement.objects.get(case=case)
            assert actions.replace(case_pk=case.pk, by=self.by) == do_again
        else:
            self.attempt(Act.REPLACE, case, do, also=legal)

    @rule(n=CASES)
    def withdraw(self, n: int) -> None:
        case, twin = self.case(n), self.twin[self.codes[n]]

        def do() -> None:
            actions.withdraw(case_pk=case.pk, outcome="2.11", because="Người dân xin rút", by=self.by)
            number = Visit.objects.filter(case=case).order_by("-number")[0].number
            twin["visits"].append((number, "2.11", ""))
            twin["withdrawn"] = True

        if not twin["withdrawn"]:
            self.attempt(Act.WITHDRAW, case, do)

    def plain(self, code: str) -> str:
        return plain_state(self.twin[code], Case.objects.get(round=self.round, case_id=code).disposition)

    @invariant()
    def every_case_stands_as_its_facts_say(self) -> None:
        if not hasattr(self, "round"):
            return
        for case in Case.objects.filter(round=self.round):
            twin = self.twin[case.case_id]
            assert case.state == self.plain(case.case_id)
            assert case.visits_made == len(twin["visits"])
            assert case.form_step == max(twin["steps"], key=STEPS.index, default="")
            assert case.replaced_by == twin["replaced"]

    def teardown(self) -> None:
        if not hasattr(self, "round"):
            return
        self._counts_equal_a_recount()
        self._dispositions_are_those_of_the_library()

    def _counts_equal_a_recount(self) -> None:
        cases = Case.objects.filter(round=self.round)
        recount = Counter((c.agency_id, c.state, c.disposition, bool(c.replaced_by)) for c in cases)
        rows = CaseCount.objects.filter(round=self.round, count__gt=0)
        assert recount == {(c.agency_id, c.state, c.disposition, c.is_replaced): c.count for c in rows}
        assert field_cast.held_counts(self.round) == field_cast.held_recount(self.round)
        days = Counter(Visit.objects.filter(case__round=self.round).values_list("day", "mode"))
        kept = {(d.day, d.mode): d.visits for d in DayCount.objects.filter(round=self.round) if d.visits}
        assert kept == days
        steps = FormStep.objects.filter(case__round=self.round).values_list("case__case_id", "step")
        assert sorted(steps) == sorted((c, s) for c, t in self.twin.items() for s in t["steps"])

    def _dispositions_are_those_of_the_library(self) -> None:
        cases = list(Case.objects.filter(round=self.round))
        sample = pl.DataFrame(
            [(c.case_id, c.case_id, c.stratum, c.role, c.order) for c in cases],
            schema=["case_id", "unit_id", "stratum", "role", "order"], orient="row",
        )  # fmt: skip
        given = [(c.case_id, c.answer == "valid") for c in cases if c.answer and c.state != State.WITHDRAWN]
        answers = pl.concat([
            RESPONSES.empty(),
            pl.DataFrame(given, schema={"case_id": pl.String, "valid": pl.Boolean}, orient="row"),
        ], how="diagonal")  # fmt: skip
        truth = case_dispositions(sample, visits_table(self.round), answers)
        steps_alone = {c.case_id for c in cases if c.role == "reserve" and c.form_step and not c.visits_made}
        kept = {c.case_id: (c.disposition, c.replaced_by or None) for c in cases if c.disposition}
        library = {row["case_id"]: (row["disposition"], row["replaced_by"]) for row in truth.to_dicts()}
        assert {code: told for code, told in kept.items() if code in library or code not in steps_alone} == library


def test_any_order_of_acts_keeps_states_counts_and_dispositions_right(
    tuyen_quang: Unit, by: Actor, hire: Callable[..., Person]
) -> None:
    post = field_cast.post_office("BC-1", tuyen_quang, by)
    commune = field_cast.communes_of(tuyen_quang, 1)[0]
    interviewer = hire("interviewer", post)

    def start() -> tuple[Round, Actor]:
        round_ = field_cast.in_field(tuyen_quang, by, {commune.code: 3}, reserves=2)
        codes = Case.objects.filter(round=round_, role="official").values_list("case_id", flat=True)
        actions.assign(round_id=round_.pk, codes=codes, office=post, interviewer=interviewer, by=by)
        return round_, Actor(
            f"person:{interviewer.pk}", "Người ở quầy", "", "web", by.holder
        )  # carries the cases, and may everything besides

    machine = type("Machine", (Field,), {"start": staticmethod(start)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
        ),
    )  # fmt: skip


def test_every_state_is_in_the_table_and_none_is_left_out() -> None:
    assert set(ALLOWED) == set(Act)
    assert State.RESERVE not in set().union(*ALLOWED.values())
    for act in (Act.VISIT, Act.DELIVER, Act.COLLECT):
        assert not ALLOWED[act] & {State.ANSWERED, State.NOT_ANSWERED, State.REPLACED, State.WITHDRAWN}
