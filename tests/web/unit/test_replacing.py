"""Replacement and withdrawal: only after a final outcome with its evidence, the next in order, never by choice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from tests.web.carrying_cast import Acting, Field, Hire

from sipas.quality import case_dispositions, check_replacements
from sipas.tables import RESPONSES
from sipas_web.audit.actors import Actor
from sipas_web.capture.actions import taking
from sipas_web.capture.queries.answers import responses_table
from sipas_web.fieldwork import actions
from sipas_web.fieldwork.models import Case, FieldRules, FormStep, Replacement, State, Visit
from sipas_web.fieldwork.queries import rules_of, visits_table
from sipas_web.fieldwork.queries.alerts import late_of, many_replaced, odd_times, tail
from sipas_web.fieldwork.queries.holders import HolderFigures, by_interviewer, by_office
from sipas_web.fieldwork.queries.progress import progress_of
from sipas_web.rounds.models import Milestone, Round
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 2)


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Any) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"


@pytest.fixture
def field(tuyen_quang: Unit, by: Actor, hire: Hire, acting: Acting) -> Field:
    return Field(tuyen_quang, by, hire, acting)


def reserves(round_: Round) -> list[Case]:
    return list(Case.objects.filter(round=round_, role="reserve").order_by("order"))


def library_finds(round_: Round, least: int = 3) -> list[str]:
    """Ask the library's own check of the same tables."""
    cases = list(Case.objects.filter(round=round_))
    sample = pl.DataFrame(
        [(c.case_id, c.case_id, c.stratum, c.role, c.order) for c in cases],
        schema=["case_id", "unit_id", "stratum", "role", "order"],
        orient="row",
    )
    truth = case_dispositions(sample, visits_table(round_), RESPONSES.empty())
    return check_replacements(truth, sample, least_visits=least)["code"].to_list()


def test_a_refusal_is_replaced_at_once_by_the_next_reserve_for_the_same_hands(field: Field) -> None:
    field.visit(outcome="2.11")
    made = actions.replace(case_pk=field.case().pk, remark="Từ chối ngay", by=field.head)
    first, second = reserves(field.round)
    assert made.reserve == first
    assert (first.state, first.replaces, first.office, first.interviewer) == (
        State.ISSUED, field.codes[0], field.office, field.carrier,
    )  # fmt: skip
    assert (field.case().state, field.case().replaced_by) == (State.REPLACED, first.case_id)
    assert second.state == State.RESERVE
    assert (made.outcome, made.visits, made.interviewer, made.decided_by) == ("2.11", 1, field.carrier, field.head.name)
    assert made.evidence.startswith("Từ chối ngay | ")
    assert "2.11" in made.evidence
    assert visits_table(field.round)["replaced_by"].to_list() == [first.case_id]
    assert library_finds(field.round) == []


def test_a_person_not_met_is_replaced_only_after_the_visits_of_the_rules(field: Field) -> None:
    for _visit in range(2):
        field.visit(outcome="2.22")
    with pytest.raises(ValidationError) as caught:
        actions.replace(case_pk=field.case().pk, by=field.head)
    assert caught.value.code == "fieldwork.not_final"
    assert not Replacement.objects.exists()
    field.visit(outcome="2.22")
    actions.replace(case_pk=field.case().pk, by=field.head)
    assert library_finds(field.round) == []
    assert library_finds(field.round, least=4) == ["quality.replaced_too_early"]


def test_the_rules_of_the_round_decide_how_many(field: Field, by: Actor) -> None:
    actions.set_rules(round_id=field.round.pk, rules={"least_visits": 1}, by=by)
    field.visit(outcome="2.22")
    actions.replace(case_pk=field.case().pk, by=field.head)
    assert rules_of(field.round).least_visits == 1


def test_visits_taken_back_are_no_evidence(field: Field) -> None:
    for _visit in range(2):
        field.visit(outcome="2.22")
    actions.take_back_visit(visit_pk=field.visit(outcome="2.22").pk, by=field.me)
    with pytest.raises(ValidationError):
        actions.replace(case_pk=field.case().pk, by=field.head)


def test_reserves_go_out_in_order_and_end(field: Field) -> None:
    for n in (2, 0, 1):
        field.visit(n, outcome="4.10", by=field.other if n == 2 else field.me)
    used = [actions.replace(case_pk=field.case(n).pk, by=field.head).reserve.order for n in (2, 0)]
    assert used == sorted(used)
    with pytest.raises(ValidationError) as caught:
        actions.replace(case_pk=field.case(1).pk, by=field.head)
    assert caught.value.code == "fieldwork.no_reserve"
    assert field.case(1).state == State.NOT_ANSWERED
    assert library_finds(field.round) == []


def test_a_reserve_may_be_replaced_too(field: Field) -> None:
    field.visit(outcome="2.11")
    reserve = actions.replace(case_pk=field.case().pk, by=field.head).reserve
    actions.log_visit(case_pk=reserve.pk, mode="paper", outcome="2.31", by=field.me)
    again = actions.replace(case_pk=reserve.pk, by=field.head)
    assert again.reserve == reserves(field.round)[1]
    assert library_finds(field.round) == []


def test_twice_is_once_and_an_interviewer_replaces_nobody(field: Field, hire: Hire, acting: Acting) -> None:
    field.visit(outcome="2.11")
    pk = field.case().pk
    for stranger in (field.me, acting(hire("post_branch", field.other_office)), acting(hire("keyer", field.office))):
        with pytest.raises(PermissionDenied):
            actions.replace(case_pk=pk, by=stranger)
    assert actions.replace(case_pk=pk, by=field.head) == actions.replace(case_pk=pk, by=field.head)
    assert Replacement.objects.count() == 1


def test_a_form_that_is_not_valid_may_be_replaced_and_a_valid_one_may_not(field: Field) -> None:
    """Without a visit too: the library learns of the replacement from a row among visits."""
    given = [taking.Given(c, "web", DAY, {"a": 1}, n == 1, "", "x") for n, c in enumerate(field.codes[:2])]
    taking.accept(field.round, given)
    with pytest.raises(ValidationError):
        actions.replace(case_pk=field.case(1).pk, by=field.head)
    made = actions.replace(case_pk=field.case(0).pk, by=field.head)
    assert made.outcome == "2.12"
    assert field.case(0).state == State.ANSWERED
    assert visits_table(field.round)["replaced_by"].to_list() == [made.reserve.case_id]


def test_a_withdrawn_person_counts_as_what_it_is_and_the_answer_does_not_count(
    field: Field, by: Actor, monkeypatch: Any
) -> None:
    monkeypatch.setattr("sipas_web.capture.queries.answers.answer_columns", lambda _folder: [])
    taking.accept(field.round, [taking.Given(field.codes[0], "web", DAY, {"a": 1}, True, "", "x")])
    assert responses_table(field.round).height == 1
    with pytest.raises(PermissionDenied):
        actions.withdraw(case_pk=field.case().pk, outcome="2.11", because="Xin rút", by=field.head)
    with pytest.raises(ValidationError):
        actions.withdraw(case_pk=field.case().pk, outcome="2.11", because=" ", by=by)
    for _again in range(2):
        actions.withdraw(case_pk=field.case().pk, outcome="2.11", because="Xin rút", by=by)
    assert (field.case().state, field.case().disposition) == (State.WITHDRAWN, "2.11")
    assert responses_table(field.round).height == 0
    assert Visit.objects.filter(case=field.case()).count() == 1
    assert actions.replace(case_pk=field.case().pk, by=field.head).reserve.state == State.ISSUED
    assert progress_of(field.round).total.valid == 0


# The register, figures and alerts


def test_ticked_cases_are_replaced_and_the_register_tells_them(field: Field) -> None:
    for n in (0, 1):
        field.visit(n, outcome="2.11")
    client = Client()
    client.force_login(field.head_person)
    root = f"/thuc-dia/{field.round.pk}/thay-the/"
    assert client.get(f"{root}cho/").content.decode().count('name="case"') == 2
    client.post(f"{root}cho/", {"case": field.codes[:2]})
    assert Replacement.objects.count() == 2
    page = client.get(root).content.decode()
    assert all(code in page for code in field.codes[:2])
    assert reserves(field.round)[0].case_id in page
    text = b"".join(client.get(f"{root}xuat/csv/").streaming_content).decode()  # type: ignore[attr-defined]
    assert text.count("mô phỏng") == 2
    assert client.post(f"{root}cho/", {"case": ["0000000000"]}).status_code == 404


def test_the_rules_page_sets_and_refuses(field: Field, hire: Hire, tuyen_quang: Unit, monkeypatch: Any) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    client = Client()
    client.force_login(hire("department", tuyen_quang))
    url = f"/thuc-dia/{field.round.pk}/quy-tac/"
    sent = {
        "least_visits": "2", "undo_minutes": "10", "allows_web": "on", "web_until": "30/11/2026",
        "second_keying": "12,5", "reverification": "20", "quiet_days": "7", "collect_days": "4", "keying_days": "3",
    }  # fmt: skip
    assert client.post(url, sent).status_code == 302
    row = FieldRules.objects.get(round=field.round)
    assert (row.least_visits, str(row.second_keying), row.web_until, row.asks_place) == (
        2, "12.50", dt.date(2026, 11, 30), False,
    )  # fmt: skip
    assert client.post(url, sent | {"least_visits": "0"}).status_code == 200
    assert FieldRules.objects.get(round=field.round).least_visits == 2


def test_figures_by_holder_equal_the_cases(field: Field) -> None:
    Milestone.objects.create(round=field.round, kind="field", first=DAY, last=DAY + dt.timedelta(days=9))
    field.visit(0, outcome="2.27")
    field.visit(1, outcome="2.11")
    field.visit(2, outcome="1.1", by=field.other)
    people = {row.interviewer: row for row in by_interviewer(field.round, None).rows}
    mine, other = people[field.carrier.pk], people[field.other_person.pk]
    assert (mine.issued, mine.delivered, mine.refused, mine.not_reached) == (2, 1, 1, 0)
    assert (other.issued, other.collected, other.valid) == (2, 1, 0)
    offices = by_office(field.round, None)
    assert [(row.name, row.issued) for row in offices.rows] == [(field.office.name, 4)]
    assert offices.total.due is not None
    assert by_office(field.round, Unit.objects.filter(pk=field.other_office.pk).values("pk")).rows == []


@pytest.mark.parametrize("n", [5, 20, 60])
def test_the_tail_of_chance_is_exact(n: int) -> None:
    from math import comb

    for least in range(n + 1):
        slow = sum(comb(n, k) * 0.2**k * 0.8 ** (n - k) for k in range(least, n + 1))
        assert tail(n, least, 0.2) == pytest.approx(slow, rel=1e-9)


def carriers(*pairs: tuple[int, int]) -> list[HolderFigures]:
    made = []
    for person, (issued, replaced) in enumerate(pairs, 1):
        row = HolderFigures(office=1, interviewer=person)
        row.issued, row.replaced = issued, replaced
        made.append(row)
    return made


def test_one_who_has_far_more_replaced_than_others_is_told_with_numbers() -> None:
    found = many_replaced(carriers((60, 18), (60, 3), (60, 2), (60, 4)))
    assert [(alert.interviewer, alert.count) for alert in found] == [(1, 18)]
    assert found[0].facts == {"issued": 60, "share": 30.0, "others": pytest.approx(5.0)}
    assert many_replaced(carriers((60, 5), (60, 3), (60, 2), (60, 4))) == []
    assert many_replaced(carriers((5, 3), (60, 3))) == []
    assert many_replaced(carriers((60, 18))) == []  # nobody to compare with


def test_odd_times_are_found_and_ordinary_days_are_not() -> None:
    start = dt.datetime(2026, 11, 3, 9, 0, tzinfo=dt.UTC)
    ordinary = [(1, 1, start + dt.timedelta(minutes=20 * n)) for n in range(20)]
    assert odd_times(ordinary) == []
    burst = [(2, 1, start + dt.timedelta(seconds=n)) for n in range(5)]
    night = [(3, 1, start.replace(hour=23))]
    hour = [(4, 1, start + dt.timedelta(minutes=3 * n)) for n in range(18)]
    found = {(alert.kind, alert.interviewer): alert.count for alert in odd_times(ordinary + burst + night + hour)}
    assert found == {("minute", 2): 5, ("night", 3): 1, ("hour", 4): 18}


def test_what_waits_longer_than_the_rules_say_is_late(field: Field) -> None:
    old = dt.date.today() - dt.timedelta(days=30)  # noqa: DTZ011  # any day long ago
    field.visit(0, outcome="2.27", day=old)
    field.visit(1, outcome="2.22", day=old)
    field.visit(2, outcome="1.1", by=field.other)
    actions.receive_form(round_id=field.round.pk, code=field.codes[2], by=field.head)
    assert sorted((a.kind, a.interviewer) for a in late_of(field.round, rules_of(field.round))) == [
        ("collect", field.carrier.pk),
        ("quiet", field.carrier.pk),
    ]
    FormStep.objects.filter(step="received").update(day=old)
    kinds = {alert.kind: alert for alert in late_of(field.round, rules_of(field.round))}
    assert (kinds["keying"].count, kinds["keying"].oldest) == (1, old)


def test_alerts_are_listed_with_their_numbers_and_filtered(field: Field) -> None:
    for n in (0, 1):
        field.visit(n, outcome="2.22")
    Case.objects.filter(round=field.round, state=State.VISITED).update(last_day=DAY - dt.timedelta(days=300))
    client = Client()
    client.force_login(field.head_person)
    url = f"/thuc-dia/{field.round.pk}/canh-bao/"
    page = client.get(url).content.decode()
    assert field.carrier.full_name in page
    assert "06/01/2026" in page
    assert field.carrier.full_name not in client.get(f"{url}?kind=keying").content.decode()
