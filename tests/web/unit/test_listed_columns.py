"""Lists whose columns are known by their heads: recognised, asked for, read; what is no list is not kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from sipas.errors import SipasError
from sipas.intake.limits import Limits
from sipas.intake.reading import read
from sipas.intake.table import OfficeTable
from sipas_web.accounts.models import Person
from sipas_web.shared.column_forms import ListColumnsForm
from sipas_web.shared.listed_columns import Fault, Given, KnownColumns, read_at_most
from sipas_web.units import staged_lists
from sipas_web.units.models import Unit

KNOWN = KnownColumns(
    {"code": ("Mã", "Mã số"), "name": ("Tên",), "since": ("Từ ngày",), "fee": ("Phí",)},
    optional=("since", "fee"),
    dates=("since",),
    numbers=("fee",),
)


@pytest.fixture
def listed(tmp_path: Path) -> Callable[..., OfficeTable]:
    def write(*lines: str) -> OfficeTable:
        path = tmp_path / "danh-sach.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read(path)

    return write


def problems(number: int, given: Given, heads: Mapping[str, str]) -> Iterator[Fault]:
    yield from KNOWN.lacking(number, given, heads)
    if given["code"] == "X":
        yield Fault(number, heads["code"], "X", "no code")


def test_columns_are_recognised_whatever_their_case_and_diacritics(listed: Callable[..., OfficeTable]) -> None:
    table = listed("Ghi chú;TEN;Mã số;Mã;mã", "a;b;c;d;e")
    assert KNOWN.recognised(table) == {"code": "Mã", "name": "TEN"}  # ours first, then the leftmost
    seen = KNOWN.look(table)
    assert (seen.rows, seen.missing) == (1, [])
    assert [(c.head, c.target, c.samples) for c in seen.columns[:3]] == [
        ("Ghi chú", "", ("a",)),
        ("TEN", "name", ("b",)),
        ("Mã số", "", ("c",)),
    ]


def test_a_list_without_a_needed_column_is_refused(listed: Callable[..., OfficeTable]) -> None:
    table = listed("Ký hiệu;Tên", "S1;Sở")
    assert KNOWN.look(table).missing == ["Mã"]
    for chosen in (KNOWN.recognised(table), {"code": "Mã", "name": "Tên"}):  # the second: a head it does not bear
        with pytest.raises(SipasError) as refused:
            KNOWN.complete(chosen, table)
        assert (refused.value.code, refused.value.parameter) == ("intake.column_missing", "Mã")
    chosen = {"code": "Ký hiệu", "name": "Tên"}
    assert KNOWN.complete(chosen, table) == chosen


def test_good_rows_are_kept_beside_those_at_fault(listed: Callable[..., OfficeTable]) -> None:
    table = listed(
        "Mã;Tên;Từ ngày;Phí",
        "A1;một;01/02/2024;1.000",
        "B2;;;",
        "X;ba;01/02/2024;",
        "C4;bốn;31/02/2024;năm",
        "D5;năm;;",
    )
    heads = KNOWN.recognised(table)
    found = KNOWN.read(table, heads, problems, lambda number, given: (number, given["code"], given["fee"]))
    assert found.rows == ((2, "A1", 1000), (6, "D5", None))
    assert [(fault.number, fault.column, fault.got) for fault in found.faults] == [
        (3, "Tên", ""),
        (4, "Mã", "X"),
        (5, "Từ ngày", "31/02/2024"),
        (5, "Phí", "năm"),
    ]
    assert all(fault.reason for fault in found.faults)
    assert found.heads == heads


def test_a_row_longer_than_the_head_is_told(listed: Callable[..., OfficeTable]) -> None:
    rows = [f"A{number};một;01/02/2024;1" for number in range(2, 302)]
    table = listed("Mã;Tên;Từ ngày;Phí", *rows, "B;hai;01/02/2024;1;thừa")
    found = KNOWN.read(table, KNOWN.recognised(table), problems, lambda number, given: given["code"])
    assert found.rows == tuple(f"A{number}" for number in range(2, 302))
    assert [(fault.number, fault.column) for fault in found.faults] == [(302, "")]


def test_a_list_is_read_up_to_its_most_rows(tmp_path: Path) -> None:
    path = tmp_path / "danh-sach.csv"
    path.write_text("Mã;Tên\nA;một\nB;hai\n", encoding="utf-8")
    assert read_at_most(path, Limits(), 2).height == 2
    with pytest.raises(SipasError) as refused:
        read_at_most(path, Limits(), 1)
    assert (refused.value.code, refused.value.expected, refused.value.got) == ("intake.too_many_rows", 1, 2)


def test_each_column_has_its_select_and_nothing_is_named_twice(listed: Callable[..., OfficeTable]) -> None:
    seen = KNOWN.look(listed("Ký hiệu;Tên;Tên khác", "S1;Sở;S"))
    form = ListColumnsForm(initial={"staged": "mark"}, seen=seen)
    assert [(column.head, field.initial) for column, field in form.columns()] == [
        ("Ký hiệu", ""), ("Tên", "name"), ("Tên khác", ""),
    ]  # fmt: skip
    twice = ListColumnsForm({"staged": "mark", "c1": "name", "c2": "name"}, seen=seen)
    assert set(twice.errors) == {"c2", "__all__"}
    assert "Tên" in twice.errors["c2"][0]
    assert "Mã" in twice.errors["__all__"][0]
    right = ListColumnsForm({"staged": "mark", "c0": "code", "c1": "name"}, seen=seen)
    assert right.is_valid(), right.errors
    assert right.cleaned_data["chosen"] == {"code": "Ký hiệu", "name": "Tên"}


def kept() -> list[Path]:
    return list(staged_lists._place("").glob("*"))


def test_a_list_is_kept_once_it_was_looked_at(settings: Any, tmp_path: Path) -> None:
    settings.INCOMING_FOLDER = tmp_path
    file = SimpleUploadedFile("của tôi.csv", "Mã;Tên\nA;một\n".encode())
    seen, mark, name = staged_lists.stage_seen(file, "person:1", lambda path: KNOWN.look(read(path)))
    assert (seen.rows, name) == (1, "của tôi.csv")
    assert staged_lists.found(mark, "person:1") == (kept()[0], name)
    broken = SimpleUploadedFile("hỏng.xlsx", b"PK\x03\x04 broken")
    with pytest.raises(SipasError) as refused:
        staged_lists.stage_seen(broken, "person:1", lambda path: KNOWN.look(read(path)))
    assert refused.value.place.file == "hỏng.xlsx"
    assert len(kept()) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["unit_import", "service_import"])
def test_a_refused_file_is_told_by_its_name_and_leaves_nothing_behind(
    page: str, client: Client, dong_nai: Unit, hire: Callable[..., Person], settings: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    settings.INCOMING_FOLDER = tmp_path
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    client.force_login(hire("department", dong_nai), backend="sipas_web.accounts.backends.AreaBackend")
    broken = SimpleUploadedFile("danh-sach.xlsx", b"PK\x03\x04 broken")
    answer = client.post(reverse(page), {"file": broken})
    assert "danh-sach.xlsx" in answer.context["form"].errors["file"][0]
    assert kept() == []
    client.post(reverse(page), {"file": SimpleUploadedFile("danh-sach.csv", "Mã;Tên\nA;một\n".encode())})
    assert len(kept()) == 1
