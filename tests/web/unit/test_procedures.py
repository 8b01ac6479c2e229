"""Procedures: dated versions, what a simplification saves, lists taken in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from tests.web.conftest import PASSWORD

from sipas.errors import SipasError
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.improvement.actions import procedures
from sipas_web.improvement.actions.procedures import Content
from sipas_web.improvement.actions.procedures_import import import_list
from sipas_web.improvement.models import Procedure, ProcedureVersion
from sipas_web.improvement.queries import plan_figures
from sipas_web.improvement.queries import procedures as reads
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]
FIRST = Content(
    first=dt.date(2025, 7, 1), act="100/QĐ-UBND", days=Decimal(20), papers=["Đơn", "Bản vẽ", "Hợp đồng"],
    steps=["Nộp", "Nhận"], fee=100_000, cost=500_000,
)  # fmt: skip
SECOND = replace(
    FIRST, first=dt.date(2026, 3, 1), act="20/QĐ-UBND", days=Decimal(12), papers=["Đơn", "Bản vẽ"], cost=350_000
)
HEAD = "Mã thủ tục,Tên thủ tục,Lĩnh vực,Thời hạn,Thành phần hồ sơ,Phí,Từ ngày,Quyết định\n"


def added(unit: Unit, by: Actor, code: str = "1.004227") -> Procedure:
    return procedures.add(
        unit=unit, code=code, name="Cấp giấy phép xây dựng", area="construction", field="Xây dựng", content=FIRST, by=by
    )


def test_versions_follow_each_other_without_gap_or_overlap(tuyen_quang: Unit, by: Actor) -> None:
    row = added(tuyen_quang, by)
    procedures.add_version(procedure_id=row.pk, content=SECOND, by=by)
    newer, older = reads.versions_of(row)
    assert (older.first, older.last, newer.first, newer.last) == (FIRST.first, dt.date(2026, 2, 28), SECOND.first, None)
    for day, act in ((dt.date(2026, 2, 28), FIRST.act), (SECOND.first, SECOND.act)):
        version = reads.version_on(row, day)
        assert version is not None
        assert version.act == act
    assert reads.version_on(row, dt.date(2025, 6, 30)) is None
    for first in (SECOND.first, FIRST.first):
        with pytest.raises(ValidationError):
            procedures.add_version(procedure_id=row.pk, content=replace(SECOND, first=first), by=by)
    with pytest.raises(ValidationError):
        procedures.add_version(procedure_id=row.pk, content=replace(SECOND, first=dt.date(2027, 1, 1), act=" "), by=by)


@pytest.mark.parametrize(
    ("code", "stored"), [(" 1.004227 ", "1.004227"), ("2.000889.000.00.00.h42", "2.000889.000.00.00.H42")]
)
def test_codes_are_stored_in_one_form(tuyen_quang: Unit, by: Actor, code: str, stored: str) -> None:
    assert added(tuyen_quang, by, code).code == stored
    with pytest.raises(ValidationError):
        added(tuyen_quang, by, stored.lower())
    with pytest.raises(ValidationError):
        added(tuyen_quang, by, "1.004227?")


amounts = st.none() | st.integers(0, 10**9)


@given(amounts, amounts, st.none() | st.decimals(0, 999, places=1), st.none() | st.decimals(0, 999, places=1),
       st.integers(0, 9), st.integers(0, 9), st.none() | st.integers(0, 10**6))  # fmt: skip
def test_a_saving_is_what_a_slow_twin_works_out(
    cost: int | None, later_cost: int | None, days: Decimal | None, later_days: Decimal | None, papers: int,
    later_papers: int, yearly: int | None,
) -> None:  # fmt: skip
    one = ProcedureVersion(days=days, cost=cost, papers=["x"] * papers)
    two = ProcedureVersion(days=later_days, cost=later_cost, papers=["x"] * later_papers)
    found = reads.saving(one, two, yearly)
    pairs = {"days": (days, later_days), "cost": (cost, later_cost), "papers": (papers, later_papers)}
    less, more = False, False
    for name, (before, after) in pairs.items():
        part = getattr(found, name)
        if before is None or after is None:
            assert (part.saved, part.share) == (None, None)
            continue
        difference = Fraction(before) - Fraction(after)
        assert Fraction(part.saved) == difference
        less, more = less or difference > 0, more or difference < 0
        if before:
            assert abs(float(part.share) - float(100 * difference / Fraction(before))) < 1e-6
        else:
            assert part.share is None
    assert found.is_lighter == (less and not more)
    if cost is None or later_cost is None or yearly is None:
        assert found.yearly_cost is None
    else:
        assert found.yearly_cost == cost * yearly - later_cost * yearly


def test_working_days_are_never_subtracted_from_other_days() -> None:
    one, two = (
        ProcedureVersion(days=Decimal(20), day_kind="working"),
        ProcedureVersion(days=Decimal(15), day_kind="calendar"),
    )
    assert reads.saving(one, two).days.saved is None


def test_a_simplification_is_lighter_or_refused(tuyen_quang: Unit, by: Actor) -> None:
    row = added(tuyen_quang, by)
    with pytest.raises(ValidationError, match="giấy tờ"):
        procedures.simplify(procedure_id=row.pk, content=replace(SECOND, papers=["a", "b", "c", "d"]), by=by)
    assert row.versions.count() == 1, "what was refused left nothing"
    with pytest.raises(ValidationError):
        procedures.simplify(procedure_id=row.pk, content=replace(FIRST, first=SECOND.first), by=by)
    made = procedures.simplify(procedure_id=row.pk, content=SECOND, yearly=1000, by=by)
    told = reads.saving(made.before, made.after, made.yearly)
    assert [part.saved for part in (told.days, told.papers, told.fee, told.cost)] == [8, 1, 0, 150_000]
    assert (told.days.share, told.yearly_cost) == (40, 150_000_000)
    assert Record.objects.latest("sequence").action == "improvement.procedure_simplified"
    counted = plan_figures.counts([tuyen_quang.pk], dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    assert counted[tuyen_quang.pk] == {
        "simplified": 1, "simplified_first": 1, "days_saved": 8, "papers_saved": 1, "cost_saved": 150_000_000
    }  # fmt: skip
    assert plan_figures.counts([tuyen_quang.pk], dt.date(2025, 1, 1), dt.date(2025, 12, 31)) == {}


def test_a_list_keeps_its_good_rows_and_tells_the_others(tuyen_quang: Unit, by: Actor) -> None:
    rows = [
        '1.000001,Cấp phép,Xây dựng,"15 ngày làm việc",Đơn; Bản vẽ,100.000,01/07/2025,1/QĐ-UBND',
        "1.000001,Cấp phép,Xây dựng,10,Đơn,50000,01/01/2026,2/QĐ-UBND",
        ",Không có mã,Đất đai,5,Đơn,0,01/07/2025,1/QĐ-UBND",
        "1.000002,Sai ngày,Đất đai,5,Đơn,0,31/02/2025,1/QĐ-UBND",
        "1.000003,Sai thời hạn,Đất đai,nhanh,Đơn,0,01/07/2025,1/QĐ-UBND",
        "1.000004,Đăng ký đất,Đất đai,5 ngày,Đơn,,01/07/2025,1/QĐ-UBND",
    ]
    given = (HEAD + "\n".join(rows)).encode()
    taken = import_list(unit=tuyen_quang, chunks=[given], by=by)
    assert (taken.added, taken.versions, taken.unchanged) == (2, 1, 0)
    assert [(f.number, f.column) for f in taken.faults] == [(4, "Mã thủ tục"), (5, "Từ ngày"), (6, "Thời hạn")]
    assert all(f.reason for f in taken.faults)
    first = Procedure.objects.get(code="1.000001")
    assert [(v.days, v.papers, v.last) for v in first.versions.order_by("first")] == [
        (15, ["Đơn", "Bản vẽ"], dt.date(2025, 12, 31)), (10, ["Đơn"], None)
    ]  # fmt: skip
    land = Procedure.objects.get(code="1.000004")
    assert (land.area, land.versions.get().day_kind, land.versions.get().fee) == ("land", "calendar", None)
    again = import_list(unit=tuyen_quang, chunks=[given], by=by)
    assert (again.added, again.versions, again.unchanged) == (0, 0, 3), "the same list twice doubles nothing"
    other = given.replace(b"100.000", b"90.000")
    assert [f.number for f in import_list(unit=tuyen_quang, chunks=[other], by=by).faults] == [2, 4, 5, 6]
    with pytest.raises(SipasError, match=r"intake\.column_missing"):
        import_list(unit=tuyen_quang, chunks=["Mã,Ghi chú\n1,2\n3,4\n".encode()], by=by)


def test_what_is_taken_along_can_be_handed_in_again(
    client: Client, tuyen_quang: Unit, dong_nai: Unit, by: Actor, hire: Hire
) -> None:
    row = added(tuyen_quang, by)
    procedures.simplify(procedure_id=row.pk, content=SECOND, by=by)
    writer = hire("tracker", tuyen_quang)
    assert client.login(username=writer.username, password=PASSWORD)
    for form in ("csv", "xlsx"):
        answer = client.get(reverse("procedure_export", args=[form]))
        content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        given = {"unit": tuyen_quang.pk, "file": SimpleUploadedFile(f"x.{form}", content)}
        shown = client.post(reverse("procedure_import"), given).content.decode()
        assert "có 2 dòng đã có từ trước" in shown, form
    assert Procedure.objects.count() == 1
    assert client.get(reverse("procedure_detail", args=[row.pk])).status_code == 200
    assert client.get(reverse("simplification_list")).content.decode().count("20/QĐ-UBND") >= 1
    stranger = hire("tracker", dong_nai)
    assert client.login(username=stranger.username, password=PASSWORD)
    assert client.get(reverse("procedure_detail", args=[row.pk])).status_code == 404


def test_a_commune_reads_the_list_of_its_province_and_changes_nothing(
    tuyen_quang: Unit, by: Actor, hire: Hire, acting: Acting
) -> None:
    row = added(tuyen_quang, by)
    commune = units.first_commune(tuyen_quang, units.today())
    assert commune is not None
    clerk = acting(hire("agency", commune))
    assert reads.procedure_for(clerk, row.pk) == row
    with pytest.raises(PermissionDenied):
        procedures.add_version(procedure_id=row.pk, content=SECOND, by=clerk)
    with pytest.raises(PermissionDenied):
        added(tuyen_quang, clerk, "1.000009")
