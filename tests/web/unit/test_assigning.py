"""Cases given to offices and interviewers: counts and assignments follow, and nobody else sees a contact."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from tests.web import field_cast
from tests.web.field_cast import Field, check_counts

from sipas_web.accounts.models import Assignment as RoleHeld
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.fieldwork import actions
from sipas_web.fieldwork.actions import planning
from sipas_web.fieldwork.actions.counting import Moves
from sipas_web.fieldwork.models import Assignment, Case, ServedArea, State
from sipas_web.fieldwork.queries.assignments import with_nobody
from sipas_web.fieldwork.queries.holding import held_cases, holds
from sipas_web.rounds.models import Round
from sipas_web.rounds.models import State as RoundState
from sipas_web.units import actions as unit_actions
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"


@pytest.fixture
def field(tuyen_quang: Unit, by: Actor, hire: field_cast.Hire, acting: field_cast.Acting) -> Field:
    return field_cast.staffed(tuyen_quang, by, hire, acting)


def test_cases_go_from_province_to_branch_to_interviewer_and_counts_follow(field: Field) -> None:
    codes = field.codes(0)
    assert field.give(codes, field.office) == 6
    assert field.give(codes[:4], field.office, "one", by="branch") == 4
    assert field.give(codes[:4], field.office, "one", by="branch") == 0
    assert field.give(codes[:1], field.office, "two", by="branch", reason="gần nhà") == 1
    check_counts(field)
    history = Assignment.objects.filter(case__case_id=codes[0]).order_by("pk")
    assert [(a.office, a.interviewer, a.until is None) for a in history] == [
        (field.office, None, False),
        (field.office, field.people["one"], False),
        (field.office, field.people["two"], True),
    ]
    assert history[2].reason == "gần nhà"
    assert Record.objects.filter(action="fieldwork.cases_assigned").count() == 3


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (State.ANSWERED, "fieldwork.case_finished"),
        (State.NOT_ANSWERED, "fieldwork.case_finished"),
        (State.REPLACED, "fieldwork.case_finished"),
        (State.WITHDRAWN, "fieldwork.case_withdrawn"),
        (State.RESERVE, "fieldwork.case_reserve"),
    ],
)
def test_what_is_not_open_is_not_given_and_nothing_with_it(field: Field, state: State, reason: str) -> None:
    codes = field.codes(0)
    Case.objects.filter(case_id=codes[2]).update(state=state)
    with pytest.raises(ValidationError) as refused:
        field.give(codes, field.office)
    assert [e.code for e in refused.value.error_list] == [reason]
    assert codes[2] in refused.value.messages[0]
    assert not Assignment.objects.exists()


def test_cases_of_another_round_and_unknown_ones_are_refused(field: Field, tuyen_quang: Unit, by: Actor) -> None:
    other = field_cast.in_field(tuyen_quang, by, {field.communes[0].code: 1}, year=2025)
    foreign = Case.objects.get(round=other).case_id
    with pytest.raises(ValidationError, match=foreign):
        field.give([foreign, *field.codes(0)], field.office)
    assert not Case.objects.filter(office__isnull=False).exists()


def test_an_interviewer_carries_only_for_offices_of_the_role(field: Field) -> None:
    field.give(field.codes(), field.office)
    for name in ("far", "branch", "department"):
        with pytest.raises(ValidationError):
            field.give(field.codes(0), field.office, name)
    RoleHeld.objects.filter(person=field.people["one"]).update(until=units.today() - dt.timedelta(days=1))
    with pytest.raises(ValidationError):
        field.give(field.codes(0), field.office, "one")
    # An office that serves a commune of the role is one of the role as well.
    ServedArea.objects.create(office=field.other, commune=field.communes[0], set_by="")
    assert field.give(field.codes(0), field.other, "two") == 6


def test_a_branch_gives_only_what_it_has_and_only_inside_its_area(field: Field) -> None:
    codes = field.codes(0)

    def refused(office: Unit, by: str) -> list[str | None]:
        with pytest.raises(ValidationError) as error:
            field.give(codes, office, by=by)
        return [e.code for e in error.value.error_list]

    assert refused(field.office, "branch") == ["fieldwork.case_elsewhere"]  # still with nobody
    field.give(codes, field.other)
    assert refused(field.office, "branch") == ["fieldwork.case_elsewhere"]
    field.give(codes, field.office)
    assert refused(field.other, "branch") == ["fieldwork.office_not_yours"]
    for nobody in ("one", "supervisor"):
        assert refused(field.office, nobody) == ["fieldwork.office_not_yours"]


def test_a_round_that_left_the_field_gives_no_more(field: Field) -> None:
    Round.objects.filter(pk=field.round.pk).update(state=RoundState.FROZEN)
    with pytest.raises(ValidationError):
        field.give(field.codes(), field.office)


def test_the_second_of_two_who_give_the_same_cases_is_told(field: Field) -> None:
    codes = field.codes(0)
    seen: dict[str, tuple[int | None, int | None]] = dict.fromkeys(codes, (None, None))
    assert field.give(codes, field.office, seen=seen) == 6
    with pytest.raises(ValidationError) as refused:
        field.give(codes, field.other, seen=seen, by="department")
    assert [e.code for e in refused.value.error_list] == ["fieldwork.case_moved"]
    assert set(Case.objects.filter(case_id__in=codes).values_list("office", flat=True)) == {field.office.pk}
    check_counts(field)


def test_who_leaves_hands_over_everything_unfinished(field: Field) -> None:
    codes = field.codes(0)
    field.give(codes, field.office, "one")
    moves = Moves(field.round.pk, Case.objects.filter(case_id=codes[0]))
    moves.cases[codes[0]].state = State.ANSWERED
    moves.put()
    moved = actions.hand_over(
        round_id=field.round.pk, giver=field.people["one"], office=field.office, to=field.people["two"], reason="nghỉ",
        by=field.actors["branch"],
    )  # fmt: skip
    assert moved == 5
    assert Case.objects.get(case_id=codes[0]).interviewer == field.people["one"]
    check_counts(field)


def test_cases_of_an_office_that_ended_go_to_the_one_that_took_it_over(field: Field, by: Actor) -> None:
    field.give(field.codes(0), field.office, "one")
    field.give(field.codes(1), field.other, "far")
    nobody = with_nobody(field.round)
    unit_actions.dissolve(unit=field.office, on=units.today(), successors=[field.other], by=by)
    assert set(Case.objects.filter(case_id__in=field.codes(0)).values_list("office", "interviewer")) == {
        (field.other.pk, None)
    }
    assert Case.objects.filter(interviewer=field.people["far"]).count() == 4
    assert with_nobody(field.round) == nobody
    unit_actions.dissolve(unit=field.other, on=units.today(), successors=[], by=by)
    assert not Case.objects.filter(office__isnull=False).exists()
    assert with_nobody(field.round) == 12
    check_counts(field)
    assert Record.objects.filter(action="fieldwork.cases_rehomed").count() == 2


def test_an_office_that_ends_on_a_later_day_is_told_with_those_of_nobody(field: Field, by: Actor) -> None:
    field.give(field.codes(0), field.office, "one")
    type(field.office).objects.filter(pk=field.office.pk).update(valid_to=units.today() - dt.timedelta(days=1))
    assert with_nobody(field.round) == 12
    planning.suggest(round_id=field.round.pk, kind="offices", unit=field.round.unit, by=by)
    assert not Case.objects.filter(office=field.office).exists()
    check_counts(field)


def test_a_reserve_goes_to_whoever_held_the_case(field: Field) -> None:
    code = field.codes(0)[0]
    field.give([code], field.office, "one")
    case, reserve = Case.objects.get(case_id=code), Case.objects.filter(role="reserve").first()
    assert reserve is not None
    actions.assign_like(case=reserve, like=case, by=field.actors["branch"])
    reserve.refresh_from_db()
    assert (reserve.office, reserve.interviewer) == (field.office, field.people["one"])
    check_counts(field)


def test_only_the_holder_holds_a_case_and_only_while_it_is_open(field: Field) -> None:
    code = field.codes(0)[0]

    def holders() -> set[str]:
        case = Case.objects.get(case_id=code)
        found = {name for name, actor in field.actors.items() if holds(actor, case)}
        assert found == {n for n, a in field.actors.items() if held_cases(a, field.round).filter(pk=case.pk).exists()}
        return found

    assert holders() == set()
    field.give([code], field.office)
    assert holders() == {"post_province", "branch"}
    field.give([code], field.office, "one")
    assert holders() == {"post_province", "branch", "one"}
    field.give([code], field.office, "two")
    assert holders() == {"post_province", "branch", "two"}
    field.give([code], field.other, "far")
    assert holders() == {"post_province", "other_branch", "far"}
    for state in (State.VISITED, State.DELIVERED, State.COLLECTED):
        Case.objects.filter(case_id=code).update(state=state)
        assert holders() == {"post_province", "other_branch", "far"}
    for state in (State.RECEIVED, State.KEYED):
        Case.objects.filter(case_id=code).update(state=state)
        assert holders() == {"post_province", "other_branch"}
    for state in (State.ANSWERED, State.NOT_ANSWERED, State.REPLACED, State.WITHDRAWN, State.RESERVE):
        Case.objects.filter(case_id=code).update(state=state)
        assert holders() == set()


def test_a_role_that_ended_and_a_round_that_left_the_field_hold_nothing(field: Field) -> None:
    code = field.codes(0)[0]
    field.give([code], field.office, "one")
    case = Case.objects.get(case_id=code)
    Round.objects.filter(pk=field.round.pk).update(state=RoundState.FROZEN)
    assert not any(holds(actor, case) for actor in field.actors.values())
    Round.objects.filter(pk=field.round.pk).update(state=RoundState.IN_FIELD)
    yesterday = units.today() - dt.timedelta(days=1)
    RoleHeld.objects.filter(person=field.people["one"]).update(until=yesterday)
    del field.people["one"]._held  # type: ignore[attr-defined]  # as the next request finds it
    assert not holds(field.actors["one"], case)
