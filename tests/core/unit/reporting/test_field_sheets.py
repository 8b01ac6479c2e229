"""Sheets for the field: every case, codes in their parts, page numbers of each sheet, and names in any script."""

from __future__ import annotations

import datetime as dt
import re

import pypdfium2
import pytest

from sipas.reporting.field_sheets import (
    HandOutRegister,
    RegisterRow,
    RouteSheet,
    Stop,
    render_register,
    render_route_sheets,
)

DAY = dt.date(2026, 11, 23)


def stop(number: int = 0, *, name: str = "Nguyễn Thị Lụa", visits: tuple[tuple[int, str], ...] = ()) -> Stop:
    return Stop(f"7K3M9QW{number:03d}", "", name, "Thôn Nà Lại", "0912 345 678", "Xã Thượng Lâm", "Phát phiếu", visits)


def sheet(*stops: Stop, who: str = "Ma Thị Đào", simulated: bool = False) -> RouteSheet:
    outcomes = (("2.22", "Không có ai ở nhà"),)
    return RouteSheet("Đợt 2026", "Bưu cục 1", who, DAY, "In lúc 07:15.", stops, outcomes, simulated)


def pages(pdf: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]


def test_each_sheet_counts_its_own_pages_and_misses_no_case() -> None:
    made = pages(render_route_sheets((sheet(*(stop(n) for n in range(20))), sheet(stop(99), who="Bàn Văn Tư"))))
    text = "\n".join(made)
    assert text.count("Nguyễn Thị Lụa") == 21
    numbers = [re.search(r"Trang (\d+)/(\d+)", page) for page in made]
    first = len(made) - 1
    assert [n.groups() if n else None for n in numbers] == [
        *((str(k + 1), str(first)) for k in range(first)), ("1", "1")
    ]  # fmt: skip
    assert all("dữ liệu cá nhân" in page for page in made)
    assert "7K3M" in text
    assert "MÔ PHỎNG" not in text


def test_every_page_of_a_simulated_round_says_so() -> None:
    for made in (
        pages(render_route_sheets((sheet(*(stop(n) for n in range(20)), simulated=True),))),
        pages(render_register(HandOutRegister("Đợt", "Bưu cục", DAY, "", (row(),) * 60, simulated=True))),
    ):
        assert len(made) > 1
        assert all("MÔ PHỎNG" in page for page in made)


@pytest.mark.parametrize(
    ("visits", "columns"),
    [
        ((), ["Lần 1", "Lần 2", "Lần 3"]),
        (((1, "12/11 · 2.22"),), ["Lần 1", "Lần 2", "Lần 3"]),
        (((1, "a"), (2, "b"), (3, "13/11 · 2.22")), ["Lần 2", "Lần 3", "Lần 4"]),
    ],
)
def test_visits_made_are_printed_and_one_column_at_least_is_left(
    visits: tuple[tuple[int, str], ...], columns: list[str]
) -> None:
    (text,) = pages(render_route_sheets((sheet(stop(visits=visits)),)))
    assert re.findall(r"Lần \d", text) == columns
    assert text.count("Mã kết quả:") == 3 - len(visits[-2:])


@pytest.mark.parametrize(
    "name", ["李明", "👩\x00\x1b[0m", "#set page(width: 1pt)", "*đậm* _nghiêng_ $x$ \\ @a <b>", ""]
)
def test_a_name_of_any_kind_neither_stops_the_sheet_nor_becomes_markup(name: str) -> None:
    (text,) = pages(render_route_sheets((sheet(stop(name=name)),)))
    if name.isascii() and name:
        assert name in text.replace("\r\n", " ")
    if not name:
        assert "không có tên" in text


def test_the_register_lists_every_case() -> None:
    made = pages(render_register(HandOutRegister("Đợt", "Bưu cục", DAY, "In lúc 7:00", (row(),) * 60, simulated=False)))
    assert sum(page.count("Ma Thị Đào") for page in made) == 60
    assert f"Trang {len(made)}/{len(made)}" in made[-1]
    assert "60 phiếu" in made[0]


def row() -> RegisterRow:
    return RegisterRow("7K3M9QWZ40", "Xã Thượng Lâm", "Ma Thị Đào", "21/11/2026")
