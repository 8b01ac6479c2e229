"""Apologies: one new date only, the head signs, the record names nobody, figures by head against a slow count."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from tests.web.apologies_cast import NAMES, TODAY, Desk, desk_of, dossier, row

from sipas.reporting.blocks import Signature, Title
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.onestop import apology_rules as rules
from sipas_web.onestop.actions import apologies as actions
from sipas_web.onestop.actions.apologies import Content
from sipas_web.onestop.apology_documents import build
from sipas_web.onestop.models import Apology, ApologyException, ApologyState, Dossier, Outcome
from sipas_web.onestop.queries import apologies as reads
from sipas_web.onestop.queries import apology_figures as figures
from sipas_web.onestop.queries.apologies import Wanted
from sipas_web.privacy.queries import Identity
from sipas_web.shared import working_days
from sipas_web.units import actions as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
DAY = dt.timedelta(days=1)
DUE = dt.date(2026, 11, 24)  # tomorrow
NEW = dt.date(2026, 11, 30)
LATE = Content("load", new_date=NEW)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sipas_web.onestop.queries.apologies.today", lambda: TODAY)


@pytest.fixture
def place(tuyen_quang: Unit, by: Actor) -> Desk:
    return desk_of(tuyen_quang, by)


@pytest.fixture
def clerk(hire: Hire, acting: Callable[[Person], Actor], place: Desk) -> Actor:
    return acting(hire("onestop_clerk", place.desk))


@pytest.fixture
def head(hire: Hire, acting: Callable[[Person], Actor], place: Desk) -> Actor:
    return acting(hire("head", place.agency))


@pytest.mark.parametrize(
    ("form", "dated", "undated", "paper"),
    [
        ("tt01-2018-04", ("PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ", ""), ("PHIẾU XIN LỖI", ""), "a5"),
        ("tt03-2025-04", ("VĂN BẢN XIN LỖI", "và đề nghị gia hạn thời gian giải quyết"), ("VĂN BẢN XIN LỖI", ""), "a4"),
    ],
)
def test_a_letter_puts_off_only_what_it_gives_a_new_date_for(
    place: Desk,
    clerk: Actor,
    tuyen_quang: Unit,
    form: str,
    dated: tuple[str, str],
    undated: tuple[str, str],
    paper: str,
) -> None:
    running, ended = dossier(place, due=DUE), dossier(place, due=DUE - DAY * 30, finished=TODAY)
    for one, content, title in ((running, LATE, dated), (ended, Content("load"), undated)):
        letter = actions.draft(dossier_id=one.pk, content=content, by=clerk)
        letter.form = form
        made = build(letter, Identity())
        assert [(b.kind, b.about) for b in made.blocks if isinstance(b, Title)] == [title]
        assert made.paper == paper
        assert [b.position for b in made.blocks if isinstance(b, Signature)] == [("GIÁM ĐỐC",)]
        letter.unit = tuyen_quang
        signers = [b.position for b in build(letter, Identity()).blocks if isinstance(b, Signature)]
        assert signers == [("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")]


def test_from_the_list_to_the_letter(place: Desk, clerk: Actor, head: Actor) -> None:
    one = dossier(place, due=DUE)
    assert [d.pk for d in reads.to_apologise(clerk, TODAY, Wanted())] == [one.pk]
    assert reads.to_apologise(clerk, TODAY, Wanted()).get().standing == "due"
    apology = actions.draft(dossier_id=one.pk, content=LATE, by=clerk)
    assert (apology.unit, apology.last_day) == (place.agency, TODAY)
    with pytest.raises(PermissionDenied):
        actions.sign(apology_ids=[apology.pk], by=clerk)
    done = actions.sign(apology_ids=[apology.pk], by=head)
    assert [a.pk for a in done.done] == [apology.pk]
    apology.refresh_from_db()
    assert (apology.office, apology.form, apology.signed) == ("Giám đốc", "tt03-2025-04", TODAY)
    one.refresh_from_db()
    assert one.promised_again is None  # nothing was promised before it left
    actions.note_paper(apology_id=apology.pk, on=TODAY, way="paper", number="12/VBXL", by=clerk)
    one.refresh_from_db()
    assert one.promised_again == NEW
    assert reads.standing_of(one, TODAY) == "sent_ahead"
    assert reads.standing_of(one, DUE + DAY) == "before"


def test_a_second_new_date_is_refused_with_the_rule_named(place: Desk, clerk: Actor, head: Actor) -> None:
    one = dossier(place, due=DUE)
    apology = actions.draft(dossier_id=one.pk, content=LATE, by=clerk)
    actions.sign(apology_ids=[apology.pk], by=head)
    actions.note_paper(apology_id=apology.pk, on=TODAY, way="paper", number="", by=clerk)
    for again in (
        lambda: actions.draft(dossier_id=one.pk, content=Content("staff", new_date=NEW + DAY * 7), by=clerk),
        lambda: actions.enter_sent(dossier_id=one.pk, content=LATE, on=TODAY, way="sms", number="", by=clerk),
    ):
        with pytest.raises(ValidationError, match="118/2025"):
            again()
    with pytest.raises(ValidationError):
        actions.withdraw(apology_id=apology.pk, by=head)
    with pytest.raises(IntegrityError), transaction.atomic():  # and the database itself holds it
        Apology.objects.create(dossier=one, unit=place.agency, reason="load", drafted_by="x")
    # Another fault of the same dossier may still be apologised for; it gives no date.
    other = actions.draft(dossier_id=one.pk, content=Content("", faults=("loss",), is_for_delay=False), by=clerk)
    assert other.new_date is None


def test_an_older_dossier_names_the_decree_of_its_day(place: Desk, clerk: Actor) -> None:
    one = dossier(place, received=dt.date(2025, 6, 2), due=dt.date(2025, 7, 2))
    actions.draft(dossier_id=one.pk, content=LATE, by=clerk)
    with pytest.raises(ValidationError, match="khoản 9 Điều 19, Nghị định 61/2018"):
        actions.draft(dossier_id=one.pk, content=LATE, by=clerk)


@pytest.mark.parametrize(
    ("content", "place_of_fault"),
    [
        (Content("load"), "new_date"),
        (Content("load", new_date=DUE), "new_date"),
        (Content("load", new_date=dt.date(2026, 11, 28)), "new_date"),  # a Saturday
        (Content("load", new_date=dt.date(2027, 1, 1)), "new_date"),
        (Content("other", new_date=NEW), "reason_text"),
        (Content("none", new_date=NEW), "reason"),
        (Content("load", new_date=NEW, faults=("theft",)), "faults"),
        (Content("", is_for_delay=False), "faults"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(
    content: Content, place_of_fault: str, place: Desk, clerk: Actor
) -> None:
    one = dossier(place, due=DUE)
    with pytest.raises(ValidationError) as raised:
        actions.draft(dossier_id=one.pk, content=content, by=clerk)
    assert list(raised.value.message_dict) == [place_of_fault]


def test_the_new_date_of_the_one_stop_system_is_the_one(place: Desk, clerk: Actor) -> None:
    one = dossier(place, due=DUE, promised_again=NEW)
    with pytest.raises(ValidationError, match="30/11/2026"):
        actions.draft(dossier_id=one.pk, content=Content("load", new_date=NEW + DAY), by=clerk)
    assert actions.draft(dossier_id=one.pk, content=LATE, by=clerk).new_date == NEW


def test_a_dossier_that_ended_in_time_needs_none_and_a_late_one_gets_no_date(place: Desk, clerk: Actor) -> None:
    early = dossier(place, due=DUE, finished=TODAY)
    with pytest.raises(ValidationError):
        actions.draft(dossier_id=early.pk, content=Content("load"), by=clerk)
    late = dossier(place, due=TODAY - DAY * 5, finished=TODAY - DAY)
    with pytest.raises(ValidationError):
        actions.draft(dossier_id=late.pk, content=LATE, by=clerk)
    assert actions.draft(dossier_id=late.pk, content=Content("load"), by=clerk).new_date is None


def test_several_are_signed_at_once_and_good_ones_are_kept(place: Desk, clerk: Actor, head: Actor) -> None:
    ones = [dossier(place, due=DUE) for _ in range(4)]
    made = [actions.draft(dossier_id=one.pk, content=LATE, by=clerk) for one in ones]
    Dossier.objects.filter(pk=ones[1].pk).update(outcome=Outcome.EARLY, finished=TODAY)
    actions.send_back(apology_id=made[2].pk, note="Ngày hẹn quá xa", by=head)
    result = actions.sign(apology_ids=[a.pk for a in made], by=head)
    assert [a.pk for a in result.done] == [made[0].pk, made[3].pk]
    assert [a.pk for a, _why in result.refused] == [made[1].pk, made[2].pk]
    assert Record.objects.filter(action="onestop.apology_signed").count() == 2
    actions.change(apology_id=made[2].pk, content=Content("load", new_date=NEW - DAY * 3), by=clerk)
    assert actions.sign(apology_ids=[made[2].pk], by=head).done


def test_who_has_no_hand_in_a_dossier_does_nothing_to_it(
    place: Desk, clerk: Actor, head: Actor, hire: Hire, acting: Callable[[Person], Actor], dong_nai: Unit, by: Actor
) -> None:
    foreign = desk_of(dong_nai, by)
    strangers = [acting(hire("onestop_clerk", foreign.desk)), acting(hire("head", foreign.agency))]
    one = dossier(place, due=DUE)
    apology = actions.draft(dossier_id=one.pk, content=LATE, by=clerk)
    for stranger in strangers:
        assert not reads.to_apologise(stranger, TODAY, Wanted()).exists()
        assert reads.letter_for(stranger, apology.pk) is None
        assert reads.dossier_for(stranger, one.pk) is None
        for act in (
            lambda by: actions.draft(dossier_id=one.pk, content=LATE, by=by),
            lambda by: actions.change(apology_id=apology.pk, content=LATE, by=by),
            lambda by: actions.sign(apology_ids=[apology.pk], by=by),
            lambda by: actions.send_back(apology_id=apology.pk, note="x", by=by),
            lambda by: actions.withdraw(apology_id=apology.pk, by=by),
            lambda by: actions.except_dossier(dossier_id=one.pk, code="secret", ground="x", by=by),
            lambda by: actions.enter_sent(dossier_id=one.pk, content=LATE, on=TODAY, way="paper", number="", by=by),
        ):
            with pytest.raises(PermissionDenied):
                act(stranger)
    # Another head of the same province does not sign for this agency.
    with pytest.raises(PermissionDenied):
        actions.sign(apology_ids=[apology.pk], by=acting(hire("head", place.other)))


def test_the_record_names_no_dossier_and_nobody(place: Desk, clerk: Actor, head: Actor, by: Actor) -> None:
    one = dossier(place, by=by, who={"name": NAMES[0], "phone": "0912777555"}, due=DUE)
    content = Content("other", "bà Lụa chưa nộp bản vẽ", NEW)
    apology = actions.draft(dossier_id=one.pk, content=content, by=clerk)
    actions.send_back(apology_id=apology.pk, note="gọi cho bà Lụa trước", by=head)
    actions.change(apology_id=apology.pk, content=content, by=clerk)
    actions.sign(apology_ids=[apology.pk], by=head)
    actions.note_paper(apology_id=apology.pk, on=TODAY, way="in_person", number="7", by=clerk)
    everything = " ".join(str(record.values()) for record in Record.objects.all())
    for secret in ("Lụa", "777555", one.number):
        assert secret not in everything
    known = {r.action for r in Record.objects.filter(subject=f"onestop.apology:{apology.pk}")}
    assert known == {"onestop.apology_drafted", "onestop.apology_sent_back", "onestop.apology_changed",
                     "onestop.apology_signed", "onestop.apology_sent"}  # fmt: skip


def test_an_exception_is_the_heads_and_can_be_taken_back(place: Desk, clerk: Actor, head: Actor) -> None:
    one = dossier(place, due=TODAY - DAY * 3)
    with pytest.raises(PermissionDenied):
        actions.except_dossier(dossier_id=one.pk, code="force_majeure", ground="Công văn 5", by=clerk)
    actions.except_dossier(dossier_id=one.pk, code="force_majeure", ground="Công văn 5", by=head)
    assert reads.late(head, TODAY, Wanted()).get().standing == "excepted"
    with pytest.raises(ValidationError):
        actions.except_dossier(dossier_id=one.pk, code="secret", ground="x", by=head)
    actions.lift_exception(dossier_id=one.pk, by=head)
    assert reads.late(head, TODAY, Wanted()).get().standing == "without"


def test_a_letter_sent_elsewhere_counts_from_its_day_and_says_that_it_was_entered_later(
    place: Desk, clerk: Actor, head: Actor
) -> None:
    one = dossier(place, due=TODAY - DAY * 4, finished=TODAY - DAY)
    content = Content("load", new_date=TODAY - DAY)
    made = actions.enter_sent(
        dossier_id=one.pk, content=content, on=TODAY - DAY * 6, way="paper", number="3/PXL", by=clerk
    )
    assert reads.late(clerk, TODAY, Wanted()).get().standing == "before"
    told = figures.figures(head, TODAY, TODAY - DAY * 30, TODAY)
    assert (told.total.before, told.total.entered, told.total.coverage) == (1, 1, 100)
    with pytest.raises(PermissionDenied):
        actions.withdraw(apology_id=made.pk, by=clerk)
    actions.withdraw(apology_id=made.pk, by=head)  # entered by mistake
    one.refresh_from_db()
    assert one.promised_again is None
    assert reads.late(clerk, TODAY, Wanted()).get().standing == "without"


def test_letters_of_a_unit_that_ended_go_to_its_successor(
    place: Desk, clerk: Actor, head: Actor, tuyen_quang: Unit, by: Actor, monkeypatch: pytest.MonkeyPatch,
    hire: Hire, acting: Callable[[Person], Actor],
) -> None:  # fmt: skip
    waiting = actions.draft(dossier_id=dossier(place, due=DUE).pk, content=LATE, by=clerk)
    sent = actions.draft(dossier_id=dossier(place, due=DUE).pk, content=LATE, by=clerk)
    actions.sign(apology_ids=[sent.pk], by=head)
    actions.note_paper(apology_id=sent.pk, on=TODAY, way="paper", number="", by=clerk)
    units.dissolve(unit=place.agency, on=TODAY, successors=[place.other], legal_act="NQ 1", by=by)
    monkeypatch.setattr("sipas_web.onestop.queries.apologies.today", lambda: TODAY + DAY)
    actions.hand_over(by=by)
    waiting.refresh_from_db()
    sent.refresh_from_db()
    assert (waiting.unit, sent.unit) == (place.other, place.agency)
    successor = acting(hire("head", place.other))
    assert actions.sign(apology_ids=[waiting.pk], by=successor).done


# What the database works out, against the pure rule and a slow count.


def scattered(place: Desk, seed: int, count: int) -> list[tuple[Dossier, rules.Case]]:
    """Make dossiers of every kind, with letters and exceptions."""
    dice = random.Random(seed)
    made = []
    for _ in range(count):
        received = dice.choice((dt.date(2018, 6, 1), dt.date(2025, 5, 20), TODAY - DAY * dice.randrange(5, 40)))
        due = received + DAY * dice.randrange(0, 45) if dice.random() < 0.95 else None
        finished = received + DAY * dice.randrange(0, 60) if dice.random() < 0.4 else None
        if finished is not None and finished > TODAY:
            finished = None
        stopped = finished is not None and dice.random() < 0.1
        waiting = received + DAY * dice.randrange(0, 40) if finished is None and dice.random() < 0.2 else None
        waiting = waiting if waiting is not None and waiting <= TODAY else None
        columns: dict[str, Any] = {"agency": dice.choice((place.agency, place.other, None))}
        if stopped:
            columns["outcome"] = Outcome.STOPPED
        columns |= {"received": received, "due": due, "finished": finished, "waiting_since": waiting}
        one = Dossier.objects.create(**row(place, **columns))
        sent = None
        if dice.random() < 0.4 and due is not None:
            near = due + DAY * dice.choice((-6, -3, -1, 0, 1, 5))
            sent = min(max(near, received), TODAY) if dice.random() < 0.7 else None
            state = ApologyState.SENT if sent else dice.choice((ApologyState.WAITING, ApologyState.SIGNED))
            Apology.objects.create(
                dossier=one, unit=place.agency, reason="load", state=state, sent=sent, drafted_by="x"
            )
            Apology.objects.create(
                dossier=one, unit=place.agency, reason="load", state=ApologyState.WITHDRAWN, sent=received,
                drafted_by="x",
            )  # fmt: skip
        excepted = dice.random() < 0.15
        if excepted:
            ApologyException.objects.create(
                dossier=one, unit=place.agency, code="secret", ground="x", decided=TODAY, decided_by="x"
            )
        made.append((one, rules.Case(received, due, finished, sent, excepted, waiting, stopped)))
    return made


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_database_says_of_every_dossier_what_the_rule_says(seed: int, place: Desk, by: Actor) -> None:
    made = scattered(place, seed, 250)
    expected = {one.pk: rules.standing(case, TODAY).value for one, case in made}
    listed = {d.pk: d.standing for d in reads.to_apologise(by, TODAY, Wanted())}
    late = {d.pk: d.standing for d in reads.late(by, TODAY, Wanted())}
    assert late == {pk: s for pk, s in expected.items() if s in rules.LATE}
    wanting = {"due", "missed"}
    assert {pk: s for pk, s in listed.items() if s in wanting} == {k: s for k, s in expected.items() if s in wanting}
    assert listed.keys() <= expected.keys()
    assert all(listed[pk] == expected[pk] for pk in listed)
    assert len(set(expected.values())) >= 8
    for one, _case in made:
        assert reads.standing_of(one, TODAY) == expected[one.pk]


@pytest.mark.parametrize("seed", [4, 5])
def test_figures_by_head_are_a_slow_count(seed: int, place: Desk, by: Actor) -> None:
    made = scattered(place, seed, 250)
    first, last = TODAY - DAY * 30, TODAY - DAY * 2
    count: dict[int, Counter[str]] = {}
    for one, case in made:
        state = rules.standing(case, TODAY).value
        if state in rules.LATE and case.due is not None and first <= case.due <= last:
            unit = one.agency or place.desk
            count.setdefault(unit.pk, Counter())[state] += 1
    told = figures.figures(by, TODAY, first, last)
    found = {
        line.unit.pk: Counter({s: getattr(line.tally, s) for s in ("before", "after", "excepted", "without")})
        for line in told.heads
    }
    assert {pk: +tally for pk, tally in found.items()} == count
    assert told.total.late == sum(tally.total() for tally in count.values())
    assert sum(tally.late for _month, tally in told.months) == told.total.late
    share = 100 * sum(tally["before"] for tally in count.values()) / told.total.late
    assert told.total.coverage == pytest.approx(share)
    alone = figures.tallies({place.other.pk}, TODAY, first, last)
    assert {pk: tally.without for pk, tally in alone.items()} == {place.other.pk: count[place.other.pk]["without"]}


def test_a_dossier_beyond_its_due_date_is_in_no_list_twice(place: Desk, clerk: Actor) -> None:
    one = dossier(place, due=TODAY - DAY * 9)
    found = reads.to_apologise(clerk, TODAY, Wanted(standings=("without",)))
    assert [d.pk for d in found] == [one.pk]
    assert working_days.is_working(TODAY)
