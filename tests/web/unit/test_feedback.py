"""Feedback from a citizen's phone to the answer and the unit above: states, days, duplicates, units that end."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from tests.web.feedback_cast import ANSWER, PERSON, TEXT, answered, cast, commune, send

from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.feedback import codes, rules
from sipas_web.feedback.actions import answering, following, sorting
from sipas_web.feedback.models import Answer, Feedback, Photograph, Word
from sipas_web.feedback.queries import feedback as reads
from sipas_web.privacy.models import SealedPerson
from sipas_web.shared import working_days
from sipas_web.units import actions as unit_actions
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

__all__ = ["cast", "commune"]
pytestmark = pytest.mark.django_db


# --- codes


def test_a_code_is_long_checked_and_the_same_for_the_same_form() -> None:
    code = codes.code_of("một lần mở")
    assert codes.BITS >= 60
    assert len(code) == codes.LENGTH
    assert code == codes.code_of("một lần mở") != codes.code_of("lần khác")
    assert codes.read_code(f" {codes.in_groups(code).lower()} ") == code


def test_no_single_mistake_and_no_swap_in_a_code_passes() -> None:
    code = codes.code_of("x")
    for place, right in enumerate(code):
        for wrong in "0123456789ABCDEFGHJKMNPQRSTVWXYZ":
            if wrong != right:
                assert codes.read_code(code[:place] + wrong + code[place + 1 :]) == ""
    for place in range(len(code) - 1):
        if code[place] != code[place + 1]:
            swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            assert codes.read_code(swapped) == ""


# --- the way from the phone to the public list


def test_the_way_of_a_piece_of_feedback(commune: Unit, cast: dict[str, Actor]) -> None:
    made, code = send(commune, person=PERSON, photographs=[b"jpeg"])
    today = units.today()
    assert made.classify_by == working_days.after(today, 5)
    assert re.fullmatch(r"PAKN\.\d{8}\.0001", made.number)
    sorting.classify(feedback_id=made.pk, kind="behaviour", topic="delay", by=cast["desk"])
    sorting.route(feedback_id=made.pk, unit=commune, by=cast["desk"])
    made.refresh_from_db()
    assert made.first_due == made.due == working_days.after(today, 15)
    answering.submit(feedback_id=made.pk, text="Sai nội dung hỏi, trả lời việc khác hẳn.", by=cast["agency"])
    answering.send_back(feedback_id=made.pk, reason="Không đúng câu hỏi.", by=cast["head"])
    answering.submit(feedback_id=made.pk, text=ANSWER, by=cast["agency"])
    assert reads.accepted_answers(made) == []
    answering.accept(feedback_id=made.pk, by=cast["head"])
    made.refresh_from_db()
    assert (made.state, made.answered, made.resolved, made.agreed) == ("answered", today, None, None)
    assert [a.text for a in reads.accepted_answers(made)] == [ANSWER]
    answering.resolve(feedback_id=made.pk, evidence="Phiếu trả kết quả số 12.", on=today, by=cast["agency"])
    following.say(code=code, agrees=True, rating=4, text="")
    made.refresh_from_db()
    assert (made.resolved, made.agreed, made.level) == (today, True, 0)


def test_who_wrote_an_answer_does_not_check_it(commune: Unit, cast: dict[str, Actor]) -> None:
    made, _code = send(commune)
    sorting.classify(feedback_id=made.pk, kind="question", topic="other", by=cast["desk"])
    sorting.route(feedback_id=made.pk, unit=commune, by=cast["desk"])
    answering.submit(feedback_id=made.pk, text=ANSWER, by=cast["desk"])
    with pytest.raises(ValidationError):
        answering.accept(feedback_id=made.pk, by=cast["desk"])
    answering.accept(feedback_id=made.pk, by=cast["head"])


def test_a_step_in_another_state_is_refused_and_changes_nothing(commune: Unit, cast: dict[str, Actor]) -> None:
    made, _code = send(commune)
    for act in (
        lambda: sorting.route(feedback_id=made.pk, unit=commune, by=cast["desk"]),
        lambda: sorting.part(feedback_id=made.pk, by=cast["desk"]),
    ):
        with pytest.raises(ValidationError):
            act()
    with pytest.raises(PermissionDenied):
        answering.submit(feedback_id=made.pk, text=ANSWER, by=cast["agency"])
    assert Feedback.objects.get(pk=made.pk).state == "new"
    assert not Answer.objects.exists()


def test_the_same_form_twice_is_one_feedback(commune: Unit) -> None:
    first, _code = send(commune, person=PERSON, photographs=[b"1"])
    second, _code = send(commune, person=PERSON, photographs=[b"1"])
    assert first.pk == second.pk
    assert (Feedback.objects.count(), Photograph.objects.count(), SealedPerson.objects.count()) == (1, 1, 1)
    assert Record.objects.filter(action="feedback.received").count() == 1


def test_numbers_of_a_day_follow_each_other(commune: Unit) -> None:
    numbers = [send(commune, once=str(n))[0].number[-4:] for n in range(3)]
    assert numbers == ["0001", "0002", "0003"]


def test_time_is_extended_once_and_both_last_days_stay(commune: Unit, cast: dict[str, Actor]) -> None:
    made, _code = send(commune)
    sorting.classify(feedback_id=made.pk, kind="rules", topic="fee", by=cast["desk"])
    sorting.route(feedback_id=made.pk, unit=commune, by=cast["desk"])
    made.refresh_from_db()
    latest = working_days.after(made.due, 15)  # type: ignore[arg-type]
    for wrong in (made.due, latest + dt.timedelta(days=1)):
        with pytest.raises(ValidationError):
            answering.extend(feedback_id=made.pk, to=wrong, reason="x", by=cast["agency"])  # type: ignore[arg-type]
    answering.extend(feedback_id=made.pk, to=latest, reason="Phải xác minh thực địa.", by=cast["agency"])
    with pytest.raises(ValidationError):
        answering.extend(feedback_id=made.pk, to=latest, reason="x", by=cast["agency"])
    after = Feedback.objects.get(pk=made.pk)
    assert (after.first_due, after.due) == (made.due, latest)


def test_what_is_late_is_not_extended(commune: Unit, cast: dict[str, Actor]) -> None:
    made, _code = send(commune)
    sorting.classify(feedback_id=made.pk, kind="rules", topic="fee", by=cast["desk"])
    sorting.route(feedback_id=made.pk, unit=commune, by=cast["desk"])
    past = units.today() - dt.timedelta(days=1)
    Feedback.objects.update(due=past, first_due=past)
    with pytest.raises(ValidationError):
        answering.extend(feedback_id=made.pk, to=units.today(), reason="x", by=cast["agency"])


def test_a_template_is_not_sent_with_its_gaps(commune: Unit, cast: dict[str, Actor]) -> None:
    made, _code = send(commune)
    sorting.classify(feedback_id=made.pk, kind="rules", topic="fee", by=cast["desk"])
    sorting.route(feedback_id=made.pk, unit=commune, by=cast["desk"])
    with pytest.raises(ValidationError):
        answering.submit(feedback_id=made.pk, text="Mức thu theo quy định: …", by=cast["agency"])


# --- reopening


def test_who_does_not_agree_reopens_once_with_the_unit_above(
    commune: Unit, tuyen_quang: Unit, cast: dict[str, Actor]
) -> None:
    made, code = answered(commune, cast)
    following.say(code=code, agrees=False, rating=3, text="Vẫn chưa có kết quả.")
    made.refresh_from_db()
    assert (made.state, made.level, made.unit, made.first_unit) == ("routed", 1, tuyen_quang, commune)
    assert (made.agreed, made.answered) == (False, units.today())
    with pytest.raises(PermissionDenied):
        answering.submit(feedback_id=made.pk, text=ANSWER, by=cast["agency"])
    answering.submit(feedback_id=made.pk, text=ANSWER, by=cast["province"])
    answering.accept(feedback_id=made.pk, by=cast["checker"])
    following.say(code=code, agrees=False, rating=1, text="")
    made.refresh_from_db()
    assert (made.state, made.level, made.agreed) == ("answered", 1, False)
    with pytest.raises(ValidationError):
        following.say(code=code, agrees=False, rating=1, text="")
    assert Word.objects.count() == 2


def test_a_bad_rating_reopens_by_itself(commune: Unit, cast: dict[str, Actor]) -> None:
    made, code = answered(commune, cast)
    following.say(code=code, agrees=True, rating=2, text="")
    made.refresh_from_db()
    assert (made.level, made.agreed) == (1, False)


def test_the_first_people_do_not_answer_again(tuyen_quang: Unit, commune: Unit, cast: dict[str, Actor]) -> None:
    made, code = send(commune)
    sorting.classify(feedback_id=made.pk, kind="rules", topic="fee", by=cast["desk"])
    sorting.route(feedback_id=made.pk, unit=commune, by=cast["desk"])
    answering.submit(feedback_id=made.pk, text=ANSWER, by=cast["province"])
    answering.accept(feedback_id=made.pk, by=cast["head"])
    following.say(code=code, agrees=False, rating=1, text="")
    with pytest.raises(ValidationError):
        answering.submit(feedback_id=made.pk, text=ANSWER, by=cast["province"])


def test_silence_is_no_agreement_and_a_word_comes_in_time(commune: Unit, cast: dict[str, Actor]) -> None:
    made, code = answered(commune, cast)
    assert made.agreed is None
    Feedback.objects.update(answered=units.today() - dt.timedelta(days=rules.own().word_within + 1))
    with pytest.raises(ValidationError):
        following.say(code=code, agrees=True, rating=5, text="")


# --- duplicates


def test_joined_feedback_follows_and_each_citizen_is_answered(commune: Unit, cast: dict[str, Actor]) -> None:
    main, _code = send(commune, once="1")
    same, code = send(commune, text=TEXT + " Nhiều người khác cũng vậy.", once="2")
    other, _code = send(commune, text="Phòng chờ thiếu ghế ngồi, trời nắng rất nóng, không có nước uống.", once="3")
    sorting.classify(feedback_id=main.pk, kind="behaviour", topic="delay", by=cast["desk"])
    assert [row.pk for row, _score in reads.alike(same)] == [main.pk]
    assert reads.alike(other) == []
    sorting.join(feedback_id=same.pk, main_id=main.pk, by=cast["desk"])
    sorting.route(feedback_id=main.pk, unit=commune, by=cast["desk"])
    answering.submit(feedback_id=main.pk, text=ANSWER, by=cast["agency"])
    answering.accept(feedback_id=main.pk, by=cast["head"])
    same.refresh_from_db()
    assert (same.state, same.answered, same.unit, same.topic) == ("answered", units.today(), commune, "delay")
    assert [a.text for a in reads.accepted_answers(same)] == [ANSWER]
    following.say(code=code, agrees=False, rating=1, text="")
    main.refresh_from_db()
    same.refresh_from_db()
    assert (same.level, same.state, main.level, main.agreed) == (1, "routed", 0, None)
    answering.submit(feedback_id=same.pk, text=ANSWER + " Lần hai.", by=cast["province"])
    answering.accept(feedback_id=same.pk, by=cast["checker"])
    assert [a.level for a in reads.accepted_answers(same)] == [0, 1]
    assert [a.level for a in reads.accepted_answers(main)] == [0]


def test_a_chain_of_joined_ones_cannot_be_made(commune: Unit, cast: dict[str, Actor]) -> None:
    rows = [send(commune, once=str(n))[0] for n in range(3)]
    for row in rows:
        sorting.classify(feedback_id=row.pk, kind="rules", topic="fee", by=cast["desk"])
    sorting.join(feedback_id=rows[0].pk, main_id=rows[1].pk, by=cast["desk"])
    for pair in ((1, 2), (2, 0), (1, 1)):
        with pytest.raises(ValidationError):
            sorting.join(feedback_id=rows[pair[0]].pk, main_id=rows[pair[1]].pk, by=cast["desk"])
    with pytest.raises(ValidationError):
        sorting.route_out(feedback_id=rows[1].pk, kind="outside", to="x", reason="x", by=cast["desk"])
    sorting.part(feedback_id=rows[0].pk, by=cast["desk"])
    assert Feedback.objects.get(pk=rows[0].pk).state == "classified"


def test_feedback_of_a_dissolved_unit_goes_to_its_successor(
    by: Actor, tuyen_quang: Unit, cast: dict[str, Actor]
) -> None:
    since = tuyen_quang.valid_from
    old, new = (
        unit_actions.add(kind="agency", code=c, name=f"Sở {c}", parent=tuyen_quang, valid_from=since, by=by)
        for c in ("CU", "MOI")
    )
    waits, _code = send(tuyen_quang, once="1")
    done, _code = send(tuyen_quang, once="2")
    for row in (waits, done):
        sorting.classify(feedback_id=row.pk, kind="rules", topic="fee", by=cast["desk"])
        sorting.route(feedback_id=row.pk, unit=old, by=cast["desk"])
    answering.submit(feedback_id=done.pk, text=ANSWER, by=cast["province"])
    answering.accept(feedback_id=done.pk, by=cast["checker"])
    unit_actions.dissolve(unit=old, on=units.today(), successors=[new], by=by)
    waits.refresh_from_db()
    done.refresh_from_db()
    assert (waits.unit, waits.first_unit, waits.state) == (new, new, "routed")
    assert (done.unit, done.first_unit) == (new, old)
    assert Record.objects.filter(action="feedback.handed_over").count() == 2
