"""Lists of online services: good rows taken once, the others told by row and column, classes as they were written."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.onestop import service_files
from sipas_web.onestop.actions.services_import import Taken, import_list
from sipas_web.onestop.models import OnlineService, ServiceClass
from sipas_web.onestop.pages.services import HEADS, cells
from sipas_web.units import actions as unit_actions
from sipas_web.units.kinds import Kind
from sipas_web.units.models import Unit

Acting = Callable[[Person], Actor]
GOOD = [
    "SXD;1.004227;Cấp phép xây dựng;Xây dựng;Mức độ 4;01/07/2021;14/08/2022;QĐ 5/QĐ-UBND",
    "SXD;1.004227;Cấp phép xây dựng;Xây dựng;Toàn trình;15/08/2022;;QĐ 9/QĐ-UBND",
    "Sở Xây dựng;1.004228;Sửa chữa nhà;Xây dựng;một phần;01/01/2023;;",
]


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.INCOMING_FOLDER = tmp_path / "incoming"


@pytest.fixture
def department(tuyen_quang: Unit, by: Actor) -> Unit:
    return office(tuyen_quang, "SXD", by)


def office(above: Unit, code: str, by: Actor) -> Unit:
    since = max(above.valid_from, dt.date(2025, 7, 1))
    return unit_actions.add(kind=Kind.AGENCY, code=code, name="Sở Xây dựng", parent=above, valid_from=since, by=by)


def as_csv(lines: list[str], heads: str = ";".join(HEADS)) -> bytes:
    return ("\ufeff" + "\r\n".join([heads, *lines]) + "\r\n").encode()


def taken(tmp_path: Path, data: bytes, by: Actor, unit: Unit | None = None) -> Taken:
    path = tmp_path / "dich-vu.csv"
    path.write_bytes(data)
    chosen = {c.target: c.head for c in service_files.look(path).columns if c.target}
    return import_list(given=service_files.read_list(path, chosen), unit=unit, by=by)


def stored() -> list[tuple[Any, ...]]:
    names = ("unit", "code", "name", "service_class", "valid_from", "valid_to", "act")
    return list(OnlineService.objects.order_by("code", "valid_from").values_list(*names))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mức độ 3", "level_3"), ("DVCTT mức độ 4", "level_4"), ("mức 4", "level_4"), ("3", "level_3"),
        ("Toàn trình", "whole"), ("Dịch vụ công trực tuyến một phần", "partial"),
        ("Mức độ 2", None), ("Không toàn trình", None), ("Toàn trình/một phần", None),
        ("Mức độ 4 (toàn trình)", None), ("Trực tuyến", None), ("43", None),
    ],
)  # fmt: skip
def test_a_class_is_taken_as_it_is_written_or_not_at_all(text: str, expected: str | None) -> None:
    assert service_files.class_of(text) == expected


@pytest.mark.django_db
def test_a_list_is_taken_once_and_the_list_that_was_taken_along_changes_nothing(
    department: Unit, by: Actor, tmp_path: Path
) -> None:
    first = taken(tmp_path, as_csv(GOOD), by)
    assert (first.added, first.ended, first.unchanged, first.faults) == (3, 0, 0, ())
    classes = list(OnlineService.objects.order_by("code", "valid_from").values_list("service_class", flat=True))
    assert classes == [ServiceClass.LEVEL_4, ServiceClass.WHOLE, ServiceClass.PARTIAL]
    before = stored()
    again = taken(tmp_path, as_csv(GOOD[::-1]), by)
    assert (again.added, again.ended, again.unchanged, again.faults) == (0, 0, 3, ())
    own = [";".join(str(cell) for cell in line) for line in cells(OnlineService.objects.select_related("unit"))]
    back = taken(tmp_path, as_csv(own), by)
    assert (back.added, back.ended, back.unchanged, back.faults) == (0, 0, 3, ())
    assert stored() == before
    told = (
        Record.objects.filter(action="onestop.services_imported").order_by("sequence").values_list("details", flat=True)
    )
    assert [json.loads(one)["added"] for one in told] == [3, 0, 0]


@pytest.mark.django_db
def test_rows_at_fault_are_told_by_row_and_column_and_the_others_are_taken(
    department: Unit, by: Actor, tmp_path: Path
) -> None:
    taken(tmp_path, as_csv(GOOD), by)
    found = taken(
        tmp_path,
        as_csv([
            "SXD;1.004229;A;;Mức độ 2;01/01/2023;;",
            "SXD;;B;;Toàn trình;01/01/2023;;",
            "SXD;1.00422;C;;Toàn trình;01/01/2023;;",
            "SXD;1.004230;D;;Toàn trình;31/02/2023;;",
            "SXD;1.004231;E;;Toàn trình;01/01/2023;31/12/2022;",
            "Sở không có;1.004232;F;;Toàn trình;01/01/2023;;",
            "SXD;1.004227;Cấp phép xây dựng;Xây dựng;một phần;01/01/2024;;",
            "SXD;1.004228;Sửa chữa nhà;Xây dựng;toàn trình;01/01/2023;;",
            "SXD;1.004233;G;;một phần;01/01/2023;;",
        ]),
        by,
    )  # fmt: skip
    assert (found.added, found.ended, found.unchanged) == (1, 0, 0)
    assert [(fault.number, fault.column) for fault in found.faults] == [
        (2, "Phân loại"), (3, "Mã thủ tục"), (4, "Mã thủ tục"), (5, "Từ ngày"), (6, "Đến ngày"), (7, "Đơn vị"),
        (8, "Phân loại"), (9, "Phân loại"),
    ]  # fmt: skip
    assert OnlineService.objects.count() == 4
    assert not OnlineService.objects.filter(code="1.004228", service_class=ServiceClass.WHOLE).exists()


@pytest.mark.django_db
def test_a_list_ends_a_class_before_the_one_that_follows(department: Unit, by: Actor, tmp_path: Path) -> None:
    taken(tmp_path, as_csv([GOOD[0].replace("14/08/2022", "")]), by)
    found = taken(tmp_path, as_csv([GOOD[1], GOOD[0]]), by)
    assert (found.added, found.ended, found.unchanged, found.faults) == (1, 1, 0, ())
    assert [row[5] for row in stored()] == [dt.date(2022, 8, 14), None]


@pytest.mark.django_db
def test_a_department_of_ones_own_province_is_meant_and_no_other_is_written_to(
    department: Unit, dong_nai: Unit, tuyen_quang: Unit, hire: Callable[..., Person], acting: Acting, by: Actor,
    tmp_path: Path,
) -> None:  # fmt: skip
    office(dong_nai, "SXD-DN", by)
    here = acting(hire("department", tuyen_quang))
    rows = [GOOD[2], GOOD[2].replace("Sở Xây dựng", "SXD-DN"), ";1.004240;Khác;;một phần;01/01/2023;;"]
    found = taken(tmp_path, as_csv(rows), here)
    assert (found.added, [fault.number for fault in found.faults]) == (1, [3, 4])
    assert set(OnlineService.objects.values_list("unit", flat=True)) == {department.pk}
    assert taken(tmp_path, as_csv(rows[2:]), here, unit=department).added == 1


@pytest.mark.django_db
def test_columns_with_other_heads_are_chosen_after_a_look_at_them(
    department: Unit, tuyen_quang: Unit, client: Client, hire: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    client.force_login(hire("department", tuyen_quang), backend="sipas_web.accounts.backends.AreaBackend")
    lines = [line.partition(";")[2] for line in [*GOOD[:2], "Sở Xây dựng;x y;Thủ tục;;4;01/01/2022;;"]]
    data = as_csv(lines, "Số;Tên thủ tục;Lĩnh vực;Cung cấp ở;Từ ngày;Đến ngày;Quyết định")
    page = client.post(reverse("service_import"), {"file": SimpleUploadedFile("dvc.csv", data)})
    form = page.context["form"]
    assert form.seen.missing == ["Mã thủ tục", "Phân loại"]
    assert not OnlineService.objects.exists()
    given = {"staged": form["staged"].value(), **{f"c{n}": c.target for n, c in enumerate(form.seen.columns)}}
    again = client.post(reverse("service_import"), given)
    assert "unit" in again.context["form"].errors
    given |= {"c0": "code", "c3": "service_class", "unit": department.code}
    done = client.post(reverse("service_import"), given)
    assert (done.context["taken"].added, done.context["taken"].faults) == (3, ())
    assert OnlineService.objects.filter(code="XY", service_class=ServiceClass.LEVEL_4).exists()
    assert client.post(reverse("service_import"), given).status_code == 302  # the list is gone once it was taken
