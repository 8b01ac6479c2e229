"""A supervisor's own check sample from its list to its release: seen by nobody else, blind, and recomputed."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.web import results_cast
from tests.web.supervision_cast import BAD, GOOD, TEXT, drawn, first_answers, plan, released, verify_all

from sipas import sampling
from sipas.quality import recheck_form, verdict_of
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.capture.models import Response
from sipas_web.capture.queries import responses_table
from sipas_web.fieldwork.models import Case, CaseCount
from sipas_web.jobs.worker import work_off
from sipas_web.privacy import actions as privacy
from sipas_web.results.queries import work
from sipas_web.rounds.models import Round
from sipas_web.supervision import actions
from sipas_web.supervision.actions import Told
from sipas_web.supervision.models import CheckCase, CheckSample, Remedy
from sipas_web.supervision.queries import checks_table
from sipas_web.supervision.queries import samples as reads
from sipas_web.units.models import Unit
from sipas_web.units.queries import today

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]


@pytest.fixture
def field(tuyen_quang: Unit, by: Actor) -> Round:
    return results_cast.in_field(tuyen_quang, by)


@pytest.fixture
def front(hire: Hire, acting: Acting, tuyen_quang: Unit) -> Actor:
    """Somebody of the Fatherland Front."""
    return acting(hire("supervisor", tuyen_quang, name="Nguyễn Thị Lụa"))


def test_the_sample_is_drawn_from_the_fixed_list_with_known_chances(field: Round, front: Actor) -> None:
    sample = drawn(field, front)
    listed = reads.listed_of(sample)
    returned = Case.objects.filter(round=field).exclude(answer="").count()
    assert listed.height == sample.list_cases == returned
    cases = list(CheckCase.objects.filter(sample=sample))
    assert len(cases) == -(-returned * 20 // 100)
    for check in cases:
        of_list = listed.filter(pl.col("agency") == check.agency).height
        in_sample = sum(c.agency == check.agency for c in cases)
        assert check.probability == pytest.approx(in_sample / of_list)
    assert sum(1 / c.probability for c in cases) == pytest.approx(returned)
    assert len(sample.questions) == recheck_form().repeated.count


def test_by_risk_every_form_keeps_a_chance_and_risky_ones_a_greater(
    field: Round, front: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = list(
        Case.objects.filter(round=field).exclude(answer="").order_by("case_id").values_list("case_id", flat=True)
    )
    risky = set(codes[::5])
    monkeypatch.setattr("sipas_web.quality.queries.scores_of", lambda round_: dict.fromkeys(risky, 4.0))
    sample = drawn(field, front, way="risk", balance="", share=Decimal(10), floor=Decimal(40))
    listed = reads.listed_of(sample)
    sizes = dict(listed.select("unit_id", "size").iter_rows())
    chance = {c.case.case_id: c.probability for c in CheckCase.objects.filter(sample=sample).select_related("case")}
    n = len(chance)
    assert min(sizes.values()) > 0
    for code, probability in chance.items():
        assert probability == pytest.approx(n * sizes[code] / sum(sizes.values()))
    assert sizes[codes[0]] > 5 * sizes[codes[1]]


def test_the_certificate_repeats_the_draw_and_tampering_is_found(field: Round, front: Actor) -> None:
    sample = drawn(field, front)
    listed, made = reads.listed_of(sample), reads.drawn_of(sample)
    certificate = sample.certificate.encode()
    assert sampling.verify_check_sample(listed, made, certificate) == []
    assert json.loads(sample.certificate)["frame"]["sha256"] == sample.list_sha256
    other = listed.with_columns(agency=pl.lit("Sở khác"))
    assert sampling.verify_check_sample(other, made, certificate)
    swapped = made.with_columns(pl.col("probability") * 0.5)
    assert sampling.verify_check_sample(listed, swapped, certificate)
    typed = json.loads(sample.certificate)
    typed["seed"]["parts"][0]["text"] = "một nội dung khác hẳn"
    assert sampling.verify_check_sample(listed, made, json.dumps(typed).encode())
    assert reads.rows_that_differ(sample) == []
    CheckCase.objects.filter(sample=sample).first().delete()  # type: ignore[union-attr]
    assert len(reads.rows_that_differ(sample)) == 1


def test_the_same_list_and_text_draw_the_same_and_the_list_is_salted(field: Round, front: Actor) -> None:
    one = actions.open_sample(round_id=field.pk, plan=plan(), by=front)
    two = actions.open_sample(round_id=field.pk, plan=plan(), by=front)
    assert one.list_sha256 != two.list_sha256  # nobody can try texts on a list they can make themselves
    listed = reads.listed_of(one)
    design = sampling.check_design(listed.height, listed["agency"].n_unique(), 0.2, balance="agency")
    draws = [
        sampling.draw_check_sample(listed, design, supervisor="A", text=TEXT, operator="SIPAS", version="0").sample
        for _ in range(2)
    ]
    assert draws[0].equals(draws[1])


def test_nobody_draws_twice_from_a_list_nor_with_the_same_text(field: Round, front: Actor) -> None:
    sample = drawn(field, front)
    with pytest.raises(ValidationError):
        actions.draw_sample(sample_id=sample.pk, text="một nội dung khác", by=front)
    again = actions.open_sample(round_id=field.pk, plan=plan(), by=front)
    with pytest.raises(ValidationError, match=r"text|Nội dung"):
        actions.draw_sample(sample_id=again.pk, text=TEXT.upper(), by=front)
    with pytest.raises(ValidationError):
        actions.draw_sample(sample_id=again.pk, text="ngắn", by=front)


def test_a_form_said_to_be_met_needs_every_answer_and_an_attempt_its_day(field: Round, front: Actor) -> None:
    sample = drawn(field, front)
    check = reads.cases_of(sample)[0]
    for told in (
        Told(today(), "visit", "met", {"is_person": 1}),
        Told(today() + dt.timedelta(days=1), "visit", "met", GOOD),
        Told(today() - dt.timedelta(days=400), "visit", "met", GOOD),
        Told(today(), "phone", "no_address"),
        Told(today(), "visit", "nonsense"),
        Told(today(), "visit", "met", GOOD | {"gift": 77}),
    ):
        with pytest.raises(ValidationError):
            actions.log_attempt(check_id=check.pk, told=told, by=front)
    actions.log_attempt(check_id=check.pk, told=Told(today(), "phone", "absent"), by=front)
    done = actions.log_attempt(check_id=check.pk, told=Told(today(), "visit", "met", BAD), by=front)
    assert (done.verdict, done.reasons, done.is_done) == ("fail", ["filled_by.4"], True)
    assert done.attempts.count() == 2
    with pytest.raises(ValidationError):
        actions.log_attempt(check_id=check.pk, told=Told(today(), "visit", "met", GOOD), by=front)
    actions.reopen(check_id=check.pk, reason="Ghi nhầm câu trả lời", by=front)
    assert actions.log_attempt(check_id=check.pk, told=Told(today(), "visit", "met", GOOD), by=front).verdict == "pass"


def test_the_matching_equals_a_slow_count_by_hand(field: Round, front: Actor) -> None:
    sample = drawn(field, front)
    chance = random.Random(3)
    weight: dict[str, float] = {}
    differ = dict.fromkeys((q["name"] for q in sample.questions), 0.0)
    both = dict(differ)
    failed = verified = 0.0
    for place, check in enumerate(reads.cases_of(sample)):
        first = first_answers(check)
        fails = place % 5 == 0  # by chance there would be none in some samples
        again = {}
        w = 1 / check.probability
        for q in sample.questions:
            if first.get(q["name"]) is None or check.case.answer != "valid":  # what does not count is not matched
                continue
            again[q["name"]] = chance.choice([value for value, _label in q["options"]])
            both[q["name"]] += w
            differ[q["name"]] += w * (again[q["name"]] != first[q["name"]])
        weight[check.case.case_id] = w
        verified += w
        failed += w * fails
        told = Told(today(), "phone", "met", BAD if fails else GOOD, again)
        actions.log_attempt(check_id=check.pk, told=told, by=front)
    actions.close(sample_id=sample.pk, by=front)
    work_off()
    sample.refresh_from_db()
    result: Any = sample.result
    rate = next(r for r in result["rates"] if r["group_kind"] == "all" and r["measure"] == "fail")
    assert rate["percent"] == pytest.approx(100 * failed / verified)
    assert rate["low"] < rate["percent"] < rate["high"]
    for item in result["items"]:
        assert item["gross_difference"] == pytest.approx(differ[item["item"]] / both[item["item"]])
    pooled = next(r for r in result["rates"] if r["group_kind"] == "all" and r["measure"] == "differ")
    assert pooled["percent"] == pytest.approx(100 * sum(differ.values()) / sum(both.values()))
    groups = {
        r["group"]: r["n"] for r in result["rates"] if r["group_kind"] == "interviewer" and r["measure"] == "fail"
    }
    assert sum(groups.values()) == len(weight)
    assert all(r["small"] == (r["n"] < 30) for r in result["rates"])


def test_a_failed_form_is_dropped_with_a_reason_and_the_freeze_carries_it(
    field: Round, front: Actor, hire: Hire, acting: Acting, tuyen_quang: Unit
) -> None:
    sample = released(field, front)
    department, office = (acting(hire(role, tuyen_quang)) for role in ("department", "post_province"))
    steps = list(Remedy.objects.filter(check_case__sample=sample, kind=Remedy.Kind.DROP))
    assert len(steps) == 2
    code = steps[0].check_case.case.case_id
    with pytest.raises(PermissionDenied):
        actions.carry_out(remedy_id=steps[0].pk, reason="Không đạt phúc tra", by=office)
    with pytest.raises(PermissionDenied):
        actions.carry_out(remedy_id=steps[0].pk, reason="Không đạt phúc tra", by=front)
    before = Response.objects.get(case__case_id=code, case__round=field, is_chosen=True).answers
    actions.carry_out(remedy_id=steps[0].pk, reason="Không đạt phúc tra", by=department)
    response = Response.objects.get(case__case_id=code, case__round=field, is_chosen=True)
    assert (response.answers, response.is_valid, response.invalid_reason) == (before, False, "capture.set_aside")
    row = responses_table(field).filter(pl.col("case_id") == code)
    assert row.height == 1
    assert row.drop("case_id", "mode", "received_on").null_count().sum_horizontal()[0] == row.width - 3
    assert Case.objects.get(round=field, case_id=code).answer == "invalid"
    counted = sum(
        CaseCount.objects.filter(round=field, state="answered", disposition="2.12").values_list("count", flat=True)
    )
    assert counted == Case.objects.filter(round=field, state="answered", disposition="2.12").count() >= 1
    with pytest.raises(ValidationError):
        actions.carry_out(remedy_id=steps[0].pk, reason="Lần nữa", by=department)
    actions.decline(remedy_id=steps[1].pk, reason="Người trả lời xác nhận lại", by=department)
    assert Remedy.objects.get(pk=steps[1].pk).state == "declined"


def test_a_replacement_follows_the_drop_and_takes_the_next_reserve(
    field: Round, front: Actor, hire: Hire, acting: Acting, tuyen_quang: Unit
) -> None:
    sample = released(field, front)
    department = acting(hire("department", tuyen_quang))
    drop, replace = (Remedy.objects.filter(check_case__sample=sample, kind=k).first() for k in ("drop", "replace"))
    assert drop is not None
    assert replace is not None
    with pytest.raises(ValidationError):
        actions.carry_out(remedy_id=replace.pk, reason="Thay phiếu", by=department)
    actions.carry_out(remedy_id=drop.pk, reason="Bỏ phiếu", by=department)
    actions.carry_out(remedy_id=replace.pk, reason="Thay phiếu", by=department)
    replace.refresh_from_db()
    reserve = Case.objects.get(round=field, case_id=replace.replacement)
    assert reserve.replaces == drop.check_case.case.case_id
    assert reserve.stratum == drop.check_case.case.stratum


def test_checks_reach_the_freeze_only_when_released(field: Round, front: Actor) -> None:
    sample = drawn(field, front)
    made = verify_all(sample, front)
    actions.close(sample_id=sample.pk, by=front)
    work_off()
    assert checks_table(field).height == 0
    actions.release(sample_id=sample.pk, conclusion="Xong.", proposal="", by=front)
    table = checks_table(field)
    failed = sorted(c.case.case_id for c in made["fail"])
    assert table.filter(pl.col("flag") == "quality.reverified_failed")["case_id"].to_list() == failed
    assert table.filter(pl.col("flag") == "quality.reverified_passed").height == len(made["pass"])
    assert work.tables_of(field).checks.filter(pl.col("flag").str.starts_with("quality.reverified")).equals(table)


def test_the_rest_of_an_interviewer_is_checked_without_those_checked_before(field: Round, front: Actor) -> None:
    sample = released(field, front)
    step = Remedy.objects.filter(check_case__sample=sample, kind=Remedy.Kind.REST).first()
    if step is None:
        pytest.skip("no interviewer is known in this simulated field")
    who = step.check_case.interviewer
    rest = actions.open_sample(
        round_id=field.pk, plan=plan(only_interviewer=who, share=Decimal(100), balance=""), by=front
    )
    rest = actions.draw_sample(sample_id=rest.pk, text="đò dọc sang sông buổi sớm", by=front)
    again = set(reads.cases_of(rest).values_list("case", flat=True))
    assert again.isdisjoint(reads.cases_of(sample).values_list("case", flat=True))
    assert set(reads.cases_of(rest).values_list("interviewer", flat=True)) == {who}
    verify_all(rest, front, failing=0, absent=0)
    actions.close(sample_id=rest.pk, by=front)
    work_off()
    actions.release(sample_id=rest.pk, conclusion="Đạt.", proposal="", by=front)
    step.refresh_from_db()
    assert step.state == Remedy.State.DONE


def test_points_of_ones_own_weigh_the_draw_and_bad_rows_are_named(field: Round, front: Actor, client: Client) -> None:
    codes_ = list(
        Case.objects.filter(round=field).exclude(answer="").order_by("case_id").values_list("case_id", flat=True)
    )
    client.force_login(Person.objects.get(pk=int(front.key.removeprefix("person:"))))
    url = reverse("check_open", args=[field.pk])
    given = {
        "body": "Mặt trận", "source": "returned", "way": "own", "balance": "", "share": "10", "floor": "20",
        "until": (today() + dt.timedelta(days=9)).strftime("%d/%m/%Y"),
    }  # fmt: skip

    def send(text: str) -> Any:
        file = SimpleUploadedFile("diem.csv", text.encode())
        return client.post(url, given | {"points": file})

    spaced = f"{codes_[0][:5].lower()}-{codes_[0][5:].lower()}"
    for bad in (f"Mã phiếu,Điểm\n{codes_[0]},-1\n", f"Mã phiếu,Điểm\n{codes_[0]},x\n", "Mã phiếu,Điểm\n0000000001,3\n"):
        answer = send(bad)
        assert answer.status_code == 200
        assert not CheckSample.objects.exists()
        assert answer.context["form"].errors["points"]
    assert send(f"Mã phiếu;Điểm\n{spaced};4,5\n").status_code == 302
    sample = CheckSample.objects.get()
    sizes = dict(reads.listed_of(sample).select("unit_id", "size").iter_rows())
    assert sizes[codes_[0]] == round(1000 * (0.2 + 0.8 * len(codes_)))
    assert {sizes[code] for code in codes_[1:]} == {200}


def test_verdicts_of_the_short_form() -> None:
    assert verdict_of(GOOD) == ("pass", ())
    assert verdict_of(GOOD | {"gift": 2}) == ("pass", ())
    assert verdict_of(GOOD | {"gift": 9, "filled_by": 5}) == ("fail", ("filled_by.5", "gift.9"))
    assert verdict_of({}, "refused") == (None, ())
    assert verdict_of({}, "unknown_person") == ("doubt", ("unknown_person",))


def test_orders_are_overdue_until_reported(field: Round, front: Actor, hire: Hire, acting: Acting, by: Actor) -> None:
    from sipas_web.supervision.models import Order
    from sipas_web.supervision.queries import orders
    from sipas_web.units.queries import root

    ministry = acting(hire("ministry", root()))
    with pytest.raises(PermissionDenied):
        actions.give_order(round_id=field.pk, letter="1/BNV", text="x", share=Decimal(20), due=today(), by=front)
    order = actions.give_order(
        round_id=field.pk, letter="1234/BNV-CCHC ngày 10/11/2026", text="Phúc tra 25 % số phiếu", share=Decimal(25),
        due=today(), by=ministry,
    )  # fmt: skip
    assert not orders.stand_of(order).is_overdue
    Order.objects.filter(pk=order.pk).update(due=today() - dt.timedelta(days=1))
    order.refresh_from_db()
    assert orders.stand_of(order).is_overdue
    actions.report_order(order_id=order.pk, text="Đã phúc tra.", sample=None, body="Mặt trận", by=front)
    found = orders.order_of(ministry, order.pk)
    assert found is not None
    assert not orders.stand_of(found).is_overdue


def test_papers_are_made_and_the_list_holds_the_contact(
    field: Round, front: Actor, client: Client, by: Actor, tmp_path: Path
) -> None:
    sample = drawn(field, front)
    rows = [(c.case.case_id, {"name": "Nguyễn Văn Phúc Tra", "address": "Tổ 3"}) for c in reads.cases_of(sample)]
    privacy.put_contacts(round_=field, rows=rows, by=by)
    client.force_login(Person.objects.get(pk=int(front.key.removeprefix("person:"))))
    listing = client.post(reverse("check_list", args=[sample.pk]))
    assert listing.content.startswith(b"%PDF")
    verify_all(sample, front)
    actions.close(sample_id=sample.pk, by=front)
    work_off()
    for name, form, start in (
        ("check_certificate", "pdf", b"%PDF"), ("check_certificate", "json", b"{"), ("check_minutes", "pdf", b"%PDF"),
        ("check_minutes", "docx", b"PK"),
    ):  # fmt: skip
        answer = client.get(reverse(name, args=[sample.pk, form]))
        assert answer.content.startswith(start), name
    assert client.get(reverse("check_verify", args=[sample.pk])).status_code == 200
