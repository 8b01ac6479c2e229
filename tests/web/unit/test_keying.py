"""Keying: a form opened by one, kept as it is typed, finished once, keyed again blind, reconciled by a third."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from tests.web.keying_cast import EDITION, Acting, Hire, _folders, issued, keyed, keyers, official, share, whole

from sipas.capture import import_responses
from sipas_web.accounts.actions.assigning import write_assignment
from sipas_web.accounts.models import Person, Role
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.capture.actions.keying import Sent, open_keying, put_back, save_keying
from sipas_web.capture.actions.keying_end import finish_keying, is_double
from sipas_web.capture.actions.reconciling import reconcile
from sipas_web.capture.models import KeyedForm, Keying, KeyingError, Response
from sipas_web.capture.queries import responses_table
from sipas_web.fieldwork.models import Case, FormStep, State
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import Round
from sipas_web.rounds.models import State as RoundState

pytestmark = pytest.mark.django_db
__all__ = ["_folders", "issued", "keyers"]  # fixtures


def test_keyed_once_a_form_is_accepted_at_once(issued: Round, keyers: list[Actor]) -> None:
    share(issued, 0)
    case = official(issued)
    form = keyed(case, keyers[0], remark="Cần nhanh hơn")
    case.refresh_from_db()
    assert (form.state, case.state, case.form_step) == ("accepted", State.ANSWERED, FormStep.Step.KEYED)
    answer = Response.objects.get(case=case)
    assert (answer.mode, answer.is_valid, answer.is_chosen) == ("paper", True, True)
    assert answer.answers["seats"] == 4
    assert answer.answers["remark"] == "Cần nhanh hơn"
    assert [answer.answers[f"expectations_{n}"] for n in (1, 2, 3, 99)] == [1, 0, 1, 0]
    assert "apology" not in answer.answers
    assert form.marks == {}


def test_two_equal_keyings_are_accepted_without_a_third(issued: Round, keyers: list[Actor]) -> None:
    case = official(issued)
    form = keyed(case, keyers[0], remark="cần  NHANH hơn")
    case.refresh_from_db()
    assert (form.state, case.state) == ("second", State.KEYED)
    assert not Response.objects.exists()
    form = keyed(case, keyers[1], remark="Cần nhanh hơn")
    assert form.state == "accepted"
    assert Response.objects.get().answers["remark"] == "cần NHANH hơn"
    assert not KeyingError.objects.exists()
    assert Keying.objects.filter(is_compared=True).count() == 2


def test_nobody_keys_a_form_twice_nor_two_at_once(issued: Round, keyers: list[Actor]) -> None:
    case = official(issued)
    first = open_keying(round_id=issued.pk, code=case.case_id, by=keyers[0])
    again = open_keying(round_id=issued.pk, code=case.case_id.lower().replace("0", "o"), by=keyers[0])
    assert again.pk == first.pk
    with pytest.raises(ValidationError, match=r"đang nhập|keying form"):
        open_keying(round_id=issued.pk, code=case.case_id, by=keyers[1])
    put_back(keying_id=first.pk, by=keyers[0])
    assert not KeyedForm.objects.exists()
    keyed(case, keyers[0])
    with pytest.raises(ValidationError):
        open_keying(round_id=issued.pk, code=case.case_id, by=keyers[0])
    assert open_keying(round_id=issued.pk, code=case.case_id, by=keyers[1]).number == 2


@pytest.mark.parametrize(
    ("code", "said"),
    [("", "10"), ("AAAAAAAAAA", "không đúng"), ("short", "10"), ("AAAAAAA17X", "")],
)
def test_a_wrong_code_is_refused_with_a_sentence(issued: Round, keyers: list[Actor], code: str, said: str) -> None:
    with pytest.raises(ValidationError) as error:
        open_keying(round_id=issued.pk, code=code, by=keyers[0])
    assert said in " ".join(error.value.messages)


def test_reserves_and_withdrawn_forms_are_not_keyed(issued: Round, keyers: list[Actor]) -> None:
    reserve = Case.objects.filter(round=issued, role="reserve").first()
    assert reserve is not None
    with pytest.raises(ValidationError):
        open_keying(round_id=issued.pk, code=reserve.case_id, by=keyers[0])
    case = official(issued)
    opened = open_keying(round_id=issued.pk, code=case.case_id, by=keyers[0])
    Case.objects.filter(pk=case.pk).update(state=State.WITHDRAWN, withdrawn_because="theo yêu cầu")
    with pytest.raises(ValidationError):
        finish_keying(keying_id=opened.pk, sent=Sent(typed=whole()), by=keyers[0])
    with pytest.raises(ValidationError):
        open_keying(round_id=issued.pk, code=official(issued).case_id, by=keyers[1])
    assert not Response.objects.exists()


def test_sent_twice_it_is_one_keying_and_one_answer(issued: Round, keyers: list[Actor]) -> None:
    share(issued, 0)
    opened = open_keying(round_id=issued.pk, code=official(issued).case_id, by=keyers[0])
    sent = Sent(typed=whole(), page="p", saves=3)
    for _time in range(3):
        assert finish_keying(keying_id=opened.pk, sent=sent, by=keyers[0]).state == "accepted"
    save_keying(keying_id=opened.pk, sent=Sent(typed={"seats": "1"}, page="p", saves=4), by=keyers[0])
    assert Response.objects.count() == 1
    assert Record.objects.filter(action="capture.keying_finished").count() == 1
    assert Keying.objects.get().draft == {}


def test_what_is_typed_is_kept_as_it_goes_and_an_older_page_does_not_undo_it(
    issued: Round, keyers: list[Actor]
) -> None:
    opened = open_keying(round_id=issued.pk, code=official(issued).case_id, by=keyers[0])

    def save(typed: dict[str, str], page: str, saves: int, version: int = 0) -> dict[str, str]:
        sent = Sent(typed=typed, page=page, saves=saves, version=version)
        return dict(save_keying(keying_id=opened.pk, sent=sent, by=keyers[0]).draft)

    assert save({"trips": "1", "seats": "7"}, "a", 1) == {"trips": "1", "seats": "7"}
    assert save({"trips": "1", "seats": "7", "polite": "3"}, "a", 2)["polite"] == "3"
    assert save({"trips": "2"}, "a", 1)["trips"] == "1", "late, and older"
    version = Keying.objects.get().version
    assert save({"trips": "4"}, "b", 1, version) == {"trips": "4"}, "another window goes on"
    with pytest.raises(ValidationError):
        save({"trips": "1"}, "a", 3)
    with pytest.raises(ValidationError):
        finish_keying(keying_id=opened.pk, sent=Sent(typed=whole(), page="a", saves=4), by=keyers[0])
    with pytest.raises(PermissionDenied):
        save_keying(keying_id=opened.pk, sent=Sent(page="c", version=version + 1), by=keyers[1])


@pytest.mark.parametrize(
    ("name", "typed", "kept", "code"),
    [
        ("seats", "7", "7G", "capture.option_unknown"),
        ("apology", "1", "1G", "capture.not_asked"),
        ("expectations", "1234", "1234G", "capture.too_many_ticks"),
    ],
)
def test_what_the_form_does_not_allow_is_refused_unless_the_paper_says_so(
    issued: Round, keyers: list[Actor], name: str, typed: str, kept: str, code: str
) -> None:
    share(issued, 0)
    opened = open_keying(round_id=issued.pk, code=official(issued).case_id, by=keyers[0])
    with pytest.raises(ValidationError) as error:
        finish_keying(keying_id=opened.pk, sent=Sent(typed=whole(**{name: typed})), by=keyers[0])
    assert list(error.value.message_dict) == [name]
    form = finish_keying(keying_id=opened.pk, sent=Sent(typed=whole(**{name: kept})), by=keyers[0])
    assert form.marks[name]["mark"] == "kept"
    assert form.marks[name]["code"] == code
    answers = Response.objects.get().answers
    assert not [n for n in answers if n.startswith(name)], "it is missing, as in a file"


def test_marks_of_the_paper_and_what_was_passed_over(issued: Round, keyers: list[Actor]) -> None:
    share(issued, 0)
    opened = open_keying(round_id=issued.pk, code=official(issued).case_id, by=keyers[0])
    lacking = whole(seats="", ethnicity="2", education="x")
    with pytest.raises(ValidationError) as error:
        finish_keying(keying_id=opened.pk, sent=Sent(typed=lacking), by=keyers[0])
    assert set(error.value.message_dict) == {"seats", "ethnicity_other", "education"}
    marked = whole(seats="t", trips="k", lateness="n", ethnicity="2", ethnicity_other="Tày", remark="K")
    form = finish_keying(keying_id=opened.pk, sent=Sent(typed=marked), by=keyers[0])
    assert {name: mark["mark"] for name, mark in form.marks.items()} == {
        "seats": "blank", "trips": "illegible", "lateness": "several", "remark": "illegible",
    }  # fmt: skip
    assert Response.objects.get().answers["ethnicity_other"] == "Tày"


def test_a_form_left_mostly_blank_is_taken_as_not_valid(issued: Round, keyers: list[Actor]) -> None:
    share(issued, 0)
    case = official(issued)
    form = keyed(case, keyers[0], **{q.name: "T" for q in EDITION.items()[:15]})
    answer = Response.objects.get()
    assert (form.state, answer.is_valid, answer.invalid_reason) == ("accepted", False, "capture.invalid_too_few")


def test_what_was_keyed_is_what_the_library_takes_when_the_round_is_frozen(issued: Round, keyers: list[Actor]) -> None:
    share(issued, 0)
    kinds = {"person": 2, "organisation": 1}
    for kind, count in kinds.items():
        for n in range(count):
            keyed(
                official(issued, n, kind), keyers[0], trips="K", seats="9G", expectations="0B", expectations_other="x"
            )
    frame = pl.read_parquet(folder_of(issued) / "frame.parquet").select("unit_id", "respondent_kind")
    sample = pl.read_parquet(folder_of(issued) / "sample.parquet").join(frame, on="unit_id")
    taken = import_responses(responses_table(issued), EDITION, sample)
    assert (taken.report.taken, taken.report.valid, taken.findings.height) == (3, 3, 0)
    assert taken.responses["expectations_99"].to_list() == [1, 1, 1]


def test_a_third_person_settles_what_differs(issued: Round, keyers: list[Actor]) -> None:
    case = official(issued)
    keyed(case, keyers[0], seats="3", polite="2", remark="Tốt")
    form = keyed(case, keyers[1], seats="4", polite="2", remark="Tot", trips="2")
    assert (form.state, set(form.differing)) == ("differs", {"seats", "remark", "trips"})
    case.refresh_from_db()
    assert case.state == State.KEYED
    for keyer in keyers[:2]:
        with pytest.raises(PermissionDenied):
            reconcile(form_id=form.pk, typed={}, by=keyer)
    with pytest.raises(ValidationError) as error:
        reconcile(form_id=form.pk, typed={"seats": "8"}, by=keyers[2])
    assert set(error.value.message_dict) == {"seats", "trips", "remark"}
    decided = {"seats": "5", "trips": "2", "remark": "Tốt", "polite": "1"}
    for _time in range(2):
        form = reconcile(form_id=form.pk, typed=decided, by=keyers[2])
    answer = Response.objects.get()
    told = (answer.answers["seats"], answer.answers["trips"], answer.answers["polite"])
    assert told == (5, 2, 2), "what both agree on is not for the third to change"
    wrong = {(e.keying.number, e.field): (e.typed, e.taken) for e in KeyingError.objects.select_related("keying")}
    assert wrong == {
        (1, "seats"): ("3", "5"), (1, "trips"): ("1", "2"), (2, "seats"): ("4", "5"), (2, "remark"): ("Tot", "Tốt"),
    }  # fmt: skip


def test_who_keyed_a_form_does_not_reconcile_it(issued: Round, keyers: list[Actor], hire: Hire, acting: Acting) -> None:
    both = Person.objects.get(pk=int(keyers[0].key[7:]))
    role = Role.objects.get(code="department")
    write_assignment(person=both, role=role, unit=issued.unit, since=issued.unit.valid_from, until=None)
    keyed(official(issued), acting(both), seats="1")
    form = keyed(official(issued), keyers[1], seats="2")
    with pytest.raises(ValidationError):
        reconcile(form_id=form.pk, typed={"seats": "1"}, by=acting(both))
    assert reconcile(form_id=form.pk, typed={"seats": "1"}, by=keyers[2]).state == "accepted"


def test_routing_that_the_third_opens_must_be_keyed_too(issued: Round, keyers: list[Actor]) -> None:
    keyed(official(issued), keyers[0], lateness="1")
    form = keyed(official(issued), keyers[1], lateness="2")
    with pytest.raises(ValidationError) as error:
        reconcile(form_id=form.pk, typed={"lateness": "3"}, by=keyers[2])
    assert list(error.value.message_dict) == ["apology"]
    reconcile(form_id=form.pk, typed={"lateness": "3", "apology": "2"}, by=keyers[2])
    assert Response.objects.get().answers["apology"] == 2


def test_the_share_is_drawn_by_a_keyed_hash(issued: Round, settings: Any) -> None:
    codes = [f"{n:010d}" for n in range(4_000)]
    drawn = {percent: {c for c in codes if is_double(issued, c, Fraction(percent))} for percent in (0, 20, 50, 100)}
    assert (len(drawn[0]), len(drawn[100])) == (0, len(codes))
    assert abs(len(drawn[20]) - 800) < 120
    assert drawn[20] < drawn[50], "a greater share takes none away"
    again = {c for c in codes if is_double(issued, c, Fraction(Decimal("20.00")))}
    assert again == drawn[20]
    settings.SECRET_KEY = "another installation" * 3
    assert {c for c in codes if is_double(issued, c, Fraction(20))} != drawn[20]


def test_after_the_freeze_nothing_is_keyed(issued: Round, keyers: list[Actor]) -> None:
    opened = open_keying(round_id=issued.pk, code=official(issued).case_id, by=keyers[0])
    Round.objects.filter(pk=issued.pk).update(state=RoundState.FROZEN)
    for act in (save_keying, finish_keying):
        with pytest.raises(ValidationError):
            act(keying_id=opened.pk, sent=Sent(typed=whole()), by=keyers[0])


def test_a_keyer_who_went_home_is_let_go_by_who_reconciles(issued: Round, keyers: list[Actor]) -> None:
    opened = open_keying(round_id=issued.pk, code=official(issued).case_id, by=keyers[0])
    with pytest.raises(PermissionDenied):
        put_back(keying_id=opened.pk, by=keyers[1])
    put_back(keying_id=opened.pk, by=keyers[2])
    assert open_keying(round_id=issued.pk, code=official(issued).case_id, by=keyers[1]).number == 1
    assert Record.objects.filter(action="capture.keying_put_back").count() == 1


def test_kept_for_no_reason_is_an_answer(issued: Round, keyers: list[Actor]) -> None:
    keyed(official(issued), keyers[0], seats="4G")
    assert keyed(official(issued), keyers[1], seats="4").state == "accepted"
