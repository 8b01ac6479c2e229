"""Commitments: shares against a slow twin, a closed year that nothing changes, who signs and who judges."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.config import strays
from sipas_web.improvement.actions import commitments as actions
from sipas_web.improvement.actions import commitments_closing as closing
from sipas_web.improvement.actions.commitments import Promise
from sipas_web.improvement.commitment_share import Line, share_of, total
from sipas_web.improvement.evidence_files import FOLDER, place_of
from sipas_web.improvement.models import Commitment, CommitmentItem, FrozenYear, ItemEvidence, ItemReview
from sipas_web.improvement.queries import commitments as reads
from sipas_web.units import actions as units
from sipas_web.units.models import Unit

Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]
YEAR = 2025
SIGNED = dt.date(2025, 8, 1)
ITEMS = [Promise("100 % hồ sơ đúng hạn", "Tỷ lệ trên hệ thống"), Promise("Tập huấn hai lớp", "Sổ tập huấn")]


@pytest.fixture(autouse=True)
def _second_factor(monkeypatch: Any) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)


@pytest.fixture
def agencies(tuyen_quang: Unit, by: Actor) -> list[Unit]:
    return [
        units.add(kind="agency", code=f"A-{n}", name=f"Sở {n}", parent=tuyen_quang,
                  valid_from=tuyen_quang.valid_from, by=by)
        for n in (1, 2, 3)
    ]  # fmt: skip


def signed(agency: Unit, to: Unit, by: Actor, year: int = YEAR) -> Commitment:
    (made,) = actions.ask(units=[agency], to_unit=to, year=year, by=by)
    actions.put_items(commitment_id=made.pk, items=ITEMS, by=by)
    return actions.sign(commitment_id=made.pk, signed=SIGNED, position="Giám đốc Sở", document="12/CK", by=by)


def items(commitment: Commitment) -> list[CommitmentItem]:
    return list(commitment.items.order_by("number"))


def judge(item: CommitmentItem, verdict: str, by: Actor) -> ItemReview:
    return actions.review(item_id=item.pk, verdict=verdict, reason="Theo báo cáo", by=by)


# The share

VERDICTS = st.sampled_from(["fulfilled", "partly", "not", ""])
LINES = st.lists(st.tuples(st.booleans(), st.lists(VERDICTS, max_size=6)), max_size=12)


@given(LINES)
def test_the_share_equals_a_slow_count(lines: list[tuple[bool, list[str]]]) -> None:
    share = total(share_of(Line(is_signed, tuple(verdicts))) for is_signed, verdicts in lines)
    asked = signed_ = complete = promised = kept = 0
    for is_signed, verdicts in lines:
        asked += 1
        if not is_signed:
            continue
        signed_ += 1
        all_kept = len(verdicts) > 0
        for verdict in verdicts:
            promised += 1
            if verdict == "fulfilled":
                kept += 1
            else:
                all_kept = False
        if all_kept:
            complete += 1
    assert (share.asked, share.signed, share.complete, share.items) == (asked, signed_, complete, promised)
    assert (share.fulfilled, share.unsigned) == (kept, asked - signed_)
    assert share.fulfilled + share.partly + share.not_kept + share.unreviewed == promised
    assert share.percent == (pytest.approx(kept * 100 / promised) if promised else None)
    assert share.percent_complete == (pytest.approx(complete * 100 / asked) if asked else None)


@given(LINES, st.randoms())
def test_counting_in_parts_in_any_order_gives_the_same(lines: list[tuple[bool, list[str]]], random: Any) -> None:
    shares = [share_of(Line(is_signed, tuple(verdicts))) for is_signed, verdicts in lines]
    whole = total(shares)
    random.shuffle(shares)
    middle = len(shares) // 2
    parts = total(shares[:middle]) + total(shares[middle:])
    assert [parts.count(v) for v in ("fulfilled", "partly", "not", "")] == [
        whole.count(v) for v in ("fulfilled", "partly", "not", "")
    ]
    assert (parts.asked, parts.signed, parts.complete, parts.items) == (
        whole.asked, whole.signed, whole.complete, whole.items,
    )  # fmt: skip


@pytest.mark.django_db
def test_the_newest_review_counts_and_who_has_not_signed_is_told_apart(
    tuyen_quang: Unit, agencies: list[Unit], by: Actor
) -> None:
    first = signed(agencies[0], tuyen_quang, by)
    actions.ask(units=agencies, to_unit=tuyen_quang, year=YEAR, by=by)
    assert Commitment.objects.count() == 3  # who was asked before is left out
    one, two = items(first)
    for verdict in ("not", "partly", "fulfilled"):
        judge(one, verdict, by)
    shares = reads.share([a.pk for a in agencies], YEAR)
    assert {pk: (s.signed, s.items, s.fulfilled, s.unreviewed) for pk, s in shares.items()} == {
        agencies[0].pk: (1, 2, 1, 1), agencies[1].pk: (0, 0, 0, 0), agencies[2].pk: (0, 0, 0, 0)
    }  # fmt: skip
    judge(two, "fulfilled", by)
    whole = total(reads.share([a.pk for a in agencies], YEAR).values())
    assert (whole.percent, whole.complete, whole.unsigned) == (100, 1, 2)
    assert whole.percent_complete == pytest.approx(100 / 3)
    assert reads.share([agencies[0].pk], YEAR, dt.date(2025, 7, 31))[agencies[0].pk].signed == 0


# Writing and signing


@pytest.mark.django_db
def test_items_stand_once_signed(tuyen_quang: Unit, agencies: list[Unit], by: Actor) -> None:
    (empty,) = actions.ask(units=agencies[:1], to_unit=tuyen_quang, year=YEAR, by=by)
    with pytest.raises(ValidationError):  # nothing to sign yet
        actions.sign(commitment_id=empty.pk, signed=SIGNED, position="Giám đốc", document="", by=by)
    with pytest.raises(ValidationError):
        actions.put_items(commitment_id=empty.pk, items=[Promise("Không có thước đo", "")], by=by)
    actions.put_items(commitment_id=empty.pk, items=ITEMS, by=by)
    actions.put_items(commitment_id=empty.pk, items=ITEMS[:1], by=by)
    for wrong in ({"signed": dt.date(2999, 1, 1)}, {"position": " "}):
        values: dict[str, Any] = {"signed": SIGNED, "position": "Giám đốc", "document": ""}
        with pytest.raises(ValidationError):
            actions.sign(commitment_id=empty.pk, by=by, **values | wrong)
    actions.sign(commitment_id=empty.pk, signed=SIGNED, position="Giám đốc", document="", by=by)
    for change in (
        lambda: actions.put_items(commitment_id=empty.pk, items=ITEMS, by=by),
        lambda: actions.sign(commitment_id=empty.pk, signed=SIGNED, position="x", document="", by=by),
        lambda: actions.take_back(commitment_id=empty.pk, reason="x", by=by),
    ):
        with pytest.raises(ValidationError):
            change()
    assert [item.text for item in items(empty)] == [ITEMS[0].text]


@pytest.mark.django_db
def test_who_signs_reports_and_judges(
    tuyen_quang: Unit, agencies: list[Unit], by: Actor, hire: Hire, acting: Acting
) -> None:
    (made,) = actions.ask(units=agencies[:1], to_unit=tuyen_quang, year=YEAR, by=by)
    head, clerk = acting(hire("head", agencies[0])), acting(hire("agency", agencies[0]))
    other_head, own_tracker = acting(hire("head", agencies[1])), acting(hire("tracker", agencies[0]))
    tracker = acting(hire("tracker", tuyen_quang))
    actions.put_items(commitment_id=made.pk, items=ITEMS, by=head)
    for someone in (clerk, other_head, tracker):
        with pytest.raises(PermissionDenied):
            actions.sign(commitment_id=made.pk, signed=SIGNED, position="Giám đốc", document="", by=someone)
    actions.sign(commitment_id=made.pk, signed=SIGNED, position="Giám đốc", document="", by=head)
    one = items(made)[0]
    with pytest.raises(PermissionDenied):
        actions.report(item_id=one.pk, result="Xong", evidence="", by=other_head)
    actions.report(item_id=one.pk, result="Xong", evidence="BC 5", by=clerk)
    assert [i.pk for i in reads.to_review(tracker, dt.date(2025, 9, 1))] == [one.pk]
    for someone in (head, clerk, own_tracker):  # nobody judges what their own unit promised
        with pytest.raises(PermissionDenied):
            judge(one, "fulfilled", someone)
        assert not reads.to_review(someone, dt.date(2025, 9, 1))
    judge(one, "fulfilled", tracker)
    assert not reads.to_review(tracker, dt.date(2025, 9, 1))
    stranger = acting(hire("agency", agencies[1]))
    assert reads.commitment_for(stranger, made.pk) is None
    assert reads.commitment_for(clerk, made.pk) is not None


# A closed year


@pytest.mark.django_db
def test_nothing_changes_in_a_closed_year_and_a_correction_is_a_new_version(
    tuyen_quang: Unit, agencies: list[Unit], by: Actor
) -> None:
    first = signed(agencies[0], tuyen_quang, by)
    (unsigned,) = actions.ask(units=[agencies[1]], to_unit=tuyen_quang, year=YEAR, by=by)
    one, two = items(first)
    judge(one, "fulfilled", by)
    judge(two, "not", by)
    version = closing.close_year(unit=tuyen_quang, year=YEAR, by=by)

    def state() -> list[Any]:
        kinds = (Commitment, CommitmentItem, ItemReview)
        return [list(kind._default_manager.order_by("pk").values()) for kind in kinds]

    before, rows = state(), FrozenYear.objects.get().rows
    changes: list[Callable[[], object]] = [
        lambda: actions.ask(units=[agencies[2]], to_unit=tuyen_quang, year=YEAR, by=by),
        lambda: actions.take_back(commitment_id=unsigned.pk, reason="x", by=by),
        lambda: actions.put_items(commitment_id=unsigned.pk, items=ITEMS, by=by),
        lambda: actions.sign(commitment_id=unsigned.pk, signed=SIGNED, position="x", document="", by=by),
        lambda: actions.report(item_id=one.pk, result="x", evidence="", by=by),
        lambda: judge(one, "not", by),
        lambda: closing.close_year(unit=tuyen_quang, year=YEAR, by=by),
        lambda: closing.correct_year(unit=tuyen_quang, year=YEAR, verdicts={two.pk: "fulfilled"}, reason=" ", by=by),
        lambda: closing.correct_year(unit=tuyen_quang, year=YEAR, verdicts={two.pk: "not"}, reason="x", by=by),
        lambda: closing.correct_year(unit=tuyen_quang, year=YEAR, verdicts={0: "not"}, reason="x", by=by),
        lambda: closing.correct_year(unit=tuyen_quang, year=YEAR, verdicts={two.pk: "no"}, reason="x", by=by),
    ]
    for change in changes:
        with pytest.raises(ValidationError):
            change()
    written = {n for n, f in vars(actions).items() if callable(f) and getattr(f, "__module__", "") == actions.__name__}
    tried = {"ask", "take_back", "put_items", "sign", "report", "review", "hand_over_ended"}
    assert {n for n in written if n[0].islower()} == tried | {"hold_year"}  # a new action is to be tried above
    actions.hand_over_ended(by=by)
    assert state() == before
    closing.correct_year(
        unit=tuyen_quang, year=YEAR, verdicts={two.pk: "fulfilled"}, reason="Tính thiếu một lớp", by=by
    )
    assert state() == before
    kept, corrected = FrozenYear.objects.order_by("version")
    assert kept.pk == version.pk
    assert kept.rows == rows
    assert (corrected.version, corrected.reason) == (2, "Tính thiếu một lớp")
    assert reads.share([agencies[0].pk], YEAR)[agencies[0].pk].percent == 100
    assert reads.share([agencies[0].pk], YEAR, SIGNED)[agencies[0].pk].unreviewed == 2  # as it stood then
    assert [row.is_corrected for row in reads.items_of(Commitment.objects.get(pk=first.pk))] == [False, True]
    said = Record.objects.filter(action="improvement.commitments_corrected").get()
    assert "Tính thiếu một lớp" in said.details


@pytest.mark.django_db
def test_a_year_is_closed_at_its_end_by_who_reviews_there(
    tuyen_quang: Unit, dong_nai: Unit, agencies: list[Unit], by: Actor, hire: Hire, acting: Acting
) -> None:
    signed(agencies[0], tuyen_quang, by)
    signed(agencies[0], tuyen_quang, by, year=2026)
    with pytest.raises(ValidationError):  # 2026 is not over
        closing.close_year(unit=tuyen_quang, year=timezone.localdate().year + 1, by=by)
    with pytest.raises(ValidationError):  # nothing there
        closing.close_year(unit=dong_nai, year=YEAR, by=by)
    for role, unit in (("head", tuyen_quang), ("tracker", dong_nai), ("agency", tuyen_quang)):
        with pytest.raises(PermissionDenied):
            closing.close_year(unit=tuyen_quang, year=YEAR, by=acting(hire(role, unit)))
    closing.close_year(unit=tuyen_quang, year=YEAR, by=acting(hire("tracker", tuyen_quang)))
    open_ = Commitment.objects.get(year=2026)
    judge(items(open_)[0], "fulfilled", by)  # another year goes on


@pytest.mark.django_db
def test_open_commitments_go_to_the_one_successor_of_a_unit_that_ends(
    tuyen_quang: Unit, agencies: list[Unit], by: Actor, hire: Hire, acting: Acting
) -> None:
    mine = signed(agencies[0], tuyen_quang, by)
    units.dissolve(unit=agencies[0], on=dt.date(2026, 6, 1), successors=[agencies[1]], legal_act="NQ 1", by=by)
    mine.refresh_from_db()
    assert mine.held_by == agencies[1]
    assert mine.unit == agencies[0]  # who signed stays who signed
    actions.report(item_id=items(mine)[0].pk, result="Xong", evidence="", by=acting(hire("agency", agencies[1])))
    assert Record.objects.filter(action="improvement.commitment_handed_over").count() == 1
    assert actions.hand_over_ended(by=by) == 0


# Pages


@pytest.mark.django_db
def test_a_year_goes_its_way_on_the_pages(tuyen_quang: Unit, agencies: list[Unit], client: Client, hire: Hire) -> None:
    tracker, head = hire("tracker", tuyen_quang), hire("head", agencies[0])
    client.force_login(tracker)
    client.post(
        reverse("commitment_ask"), {"year": YEAR, "to_unit": tuyen_quang.code, "units": [a.pk for a in agencies]}
    )
    assert Commitment.objects.count() == 3
    made = Commitment.objects.get(unit=agencies[0])
    client.force_login(head)
    form = {
        "form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-0-text": "Đúng hạn 100 %", "form-0-measure": "Tỷ lệ",
        "form-0-due": "15/12/2025", "form-0-node": "access", "form-1-text": "", "form-1-measure": "",
    }  # fmt: skip
    refused = client.post(reverse("commitment_write", args=[made.pk]), form | {"form-1-text": "Thiếu thước đo"})
    assert "Thiếu thước đo" in refused.content.decode()
    client.post(reverse("commitment_write", args=[made.pk]), form)
    client.post(reverse("commitment_sign", args=[made.pk]), {"signed": "1/8/2025", "position": "Giám đốc"})
    (item,) = items(made)
    page = reverse("commitment_item", args=[item.pk])
    client.post(page, {"act": "report", "result": "Đạt 99,5 %", "evidence": "BC 7"})
    assert client.post(page, {"act": "review", "verdict": "fulfilled", "reason": "Tự chấm"}).status_code == 403
    client.force_login(tracker)
    client.post(page, {"act": "review", "verdict": "partly", "reason": "Chưa đủ 100 %"})
    year = client.get(reverse("commitment_list"), {"year": YEAR}).content.decode()
    assert "1 / 3" in year
    assert " style=" not in year
    client.post(reverse("commitment_close"), {"unit": tuyen_quang.code, "year": YEAR, "is_sure": "on"})
    frozen = FrozenYear.objects.get()
    form_page = reverse("commitment_correct", args=[frozen.pk])
    client.post(form_page, {"item": item.pk, "verdict": "fulfilled", "reason": "Số liệu bổ sung"})
    newest = FrozenYear.objects.get(version=2)
    text = client.get(reverse("commitment_closed", args=[newest.pk])).content.decode()
    assert "Số liệu bổ sung" in text
    book = client.get(reverse("commitment_export", args=["csv"]), {"year": YEAR})
    assert "Sở 1" in b"".join(book.streaming_content).decode()
    client.force_login(head)
    assert client.post(form_page, {"item": item.pk, "verdict": "not", "reason": "x"}).status_code == 403


@pytest.mark.django_db
def test_commitments_of_another_area_have_no_page(
    tuyen_quang: Unit, dong_nai: Unit, agencies: list[Unit], by: Actor, client: Client, hire: Hire
) -> None:
    made = signed(agencies[0], tuyen_quang, by)
    frozen = closing.close_year(unit=tuyen_quang, year=YEAR, by=by)
    client.force_login(hire("department", dong_nai))
    for name, key in (
        ("commitment_detail", made.pk), ("commitment_write", made.pk), ("commitment_item", items(made)[0].pk),
        ("commitment_closed", frozen.pk), ("commitment_correct", frozen.pk),
    ):  # fmt: skip
        assert client.get(reverse(name, args=[key])).status_code == 404, name
    assert client.post(reverse("commitment_take_back", args=[made.pk]), {"reason": "x"}).status_code == 404
    assert "Sở 1" not in client.get(reverse("commitment_list"), {"year": YEAR}).content.decode()


@pytest.mark.django_db
def test_files_that_show_what_was_done_stay_and_are_given_in_the_area_alone(
    tuyen_quang: Unit, dong_nai: Unit, agencies: list[Unit], by: Actor, client: Client, hire: Hire
) -> None:
    made = signed(agencies[0], tuyen_quang, by)
    item = items(made)[0]
    page = reverse("commitment_item", args=[item.pk])
    client.force_login(hire("agency", agencies[0]))
    for place in range(2):
        shown = SimpleUploadedFile(f"Biên bản {place}.pdf", b"%PDF-1.7 shown")
        client.post(page, {"act": "report", "result": f"Đạt {place}", "evidence": "", "attached": shown})
    refused = client.post(
        page,
        {"act": "report", "result": "Kết quả đã gõ", "evidence": "", "attached": SimpleUploadedFile("x.exe", b"MZ")},
    )
    assert "Kết quả đã gõ" in refused.content.decode()
    assert list(refused.context["report_form"].errors) == ["attached"]
    kept = list(ItemEvidence.objects.filter(item=item))
    assert [file.name for file in kept] == ["Biên bản 0.pdf", "Biên bản 1.pdf"]
    there = {path.name for path in (Path(settings.MEDIA_ROOT) / FOLDER).iterdir()}
    assert there == {file.stored.rpartition("/")[2] for file in kept}
    url = reverse("commitment_evidence", args=[kept[0].pk])
    assert url in client.get(page).content.decode()
    given_ = client.get(url)
    assert b"".join(given_.streaming_content) == b"%PDF-1.7 shown"
    for file in kept:
        os.utime(place_of(file.stored), (time.time() - 2 * strays.AGE,) * 2)
    stray = place_of(f"{FOLDER}/left-by-a-crash")
    stray.write_bytes(b"x")
    os.utime(stray, (time.time() - 2 * strays.AGE,) * 2)
    assert strays.forget() == 1
    assert [place_of(file.stored).exists() for file in kept] == [True, True]
    client.force_login(hire("department", dong_nai))
    assert client.get(url).status_code == 404
