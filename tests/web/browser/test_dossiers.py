"""A clerk's imports in a real browser: columns chosen, wrong ones, the same file again, a cut one; then the figures."""

from __future__ import annotations

import datetime as dt
import os
import re

import pytest
from playwright.sync_api import expect

from tests.web.browser.conftest import Enter, Site, Visitor
from tests.web.browser.test_loop import script
from tests.web.dossier_cast import as_csv, line

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.environ.get("SIPAS_TEST_DATABASE") == "postgresql", reason="on SQLite"),
]
NAME = "Một cửa thử việc nhập"
BEGIN = """
import json
from tests.web import cast
from sipas_web.audit.actors import command_line
from sipas_web.units import queries
unit = queries.by_code("08", queries.today())
made = cast.new_round(unit, command_line())
communes = queries.communes_of(unit, queries.today())[:2]
print(json.dumps([made.pk, [f"UBND {one.full_name}" for one in communes], queries.today().isoformat()]))
"""


def test_from_the_first_file_to_a_late_dossier_and_a_round(enter: Enter, site: Site) -> None:
    round_id, agencies, day = script(site, BEGIN)
    clerk, today = enter("department"), dt.date.fromisoformat(day)
    data = file_of(agencies, today)
    page = clerk.open("/ho-so/nguon/them/")
    page.get_by_label("Mã đơn vị chủ quản hệ thống").fill("08")
    page.get_by_label("Tên hệ thống").fill(NAME)
    page.get_by_role("button", name="Thêm", exact=True).click()
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    source = page.url
    wrong_columns_take_nothing(clerk, data)
    the_right_ones_take_all(clerk)
    again_and_cut(clerk, source, data)
    figures_lead_to_a_late_dossier(clerk, source)
    to_a_round(clerk, today)
    assert not clerk.found, "\n".join(clerk.found)
    assert round_id


def file_of(agencies: list[str], today: dt.date) -> bytes:
    """40 dossiers of last month, 10 of them late."""
    first = (today.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    days = [f"{first + dt.timedelta(days=n):%d/%m/%Y}" for n in range(28)]
    rows = [line(n, agencies[n % 2], days[2], days[15], days[25 if n % 4 == 0 else 10]) for n in range(40)]
    return as_csv(rows)


def upload(clerk: Visitor, data: bytes, name: str) -> None:
    """Hand a file in on the page of the source."""
    clerk.page.locator("main input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})
    clerk.page.get_by_role("button", name="Tải lên").click()


def wrong_columns_take_nothing(clerk: Visitor, data: bytes) -> None:
    """Take the name of the procedure for the number of the dossier."""
    page = clerk.page
    upload(clerk, data, "thang-truoc.csv")
    clerk.look()
    page.get_by_label("Cột “Mã hồ sơ” chứa nội dung gì").select_option("")
    page.get_by_label("Cột “Tên thủ tục” chứa nội dung gì").select_option("dossier_number")
    clerk.press("Các cột đã đúng: nhập")
    until(clerk, "Chưa nhập gì")
    clerk.look()


def the_right_ones_take_all(clerk: Visitor) -> None:
    """Correct the columns on the page that refused them."""
    page = clerk.page
    page.get_by_label("Cột “Tên thủ tục” chứa nội dung gì").select_option("procedure")
    page.get_by_label("Cột “Mã hồ sơ” chứa nội dung gì").select_option("dossier_number")
    clerk.press("Các cột đã đúng: nhập")
    until(clerk, "Nhập lúc")
    expect(page.locator("dl.facts dd").first).to_have_text("40")
    clerk.look()


def again_and_cut(clerk: Visitor, source: str, data: bytes) -> None:
    """The same file, and one that was cut in the middle: said beside the field, nothing taken."""
    page = clerk.page
    for name, content, said in [
        ("ban-sao.csv", data, "từng byte"),
        ("bi-cat.csv", data[: data.rindex(b"\n", 0, len(data) * 2 // 3) + 12], "cắt cụt"),
    ]:
        page.goto(source)
        upload(clerk, content, name)
        expect(page.locator("main form")).to_contain_text(said)
    clerk.look()


def figures_lead_to_a_late_dossier(clerk: Visitor, source: str) -> None:
    """The late ones of the new source, one of them opened; nobody's name is on these pages."""
    page = clerk.page
    number = re.search(r"/nguon/(\d+)/", source)
    assert number
    clerk.open("/ho-so/so-lieu/?rule=own")
    clerk.look()
    clerk.open(f"/ho-so/danh-sach/?source={number[1]}&standing=late")
    expect(page.locator("caption")).to_contain_text("10 ")
    clerk.look()
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    text = taken.value.path().read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) == 11
    assert "Nguyễn Văn" not in text + page.content()
    page.locator("tbody th a").first.click()
    expect(page.locator("main")).to_contain_text("rễ hạn")
    assert "Nguyễn Văn" not in page.content()
    clerk.look()


def to_a_round(clerk: Visitor, today: dt.date) -> None:
    """Write the finished ones into a round's lists."""
    clerk.open("/ho-so/so-lieu/")
    clerk.press("Đưa vào danh sách của đợt")
    page = clerk.page
    last = today.replace(day=1) - dt.timedelta(days=1)
    page.locator("input[name=first]").fill(f"{last.replace(day=1):%d/%m/%Y}")
    page.locator("input[name=last]").fill(f"{last:%d/%m/%Y}")
    page.locator("input[name=agencies][value=all]").check()
    clerk.look()
    clerk.press("Lập danh sách")
    expect(page).to_have_url(re.compile("/cong-viec/|/viec/|/job"))
    clerk.look()


def until(clerk: Visitor, said: str) -> None:
    """Wait until the work is done and the page says something."""
    for _turn in range(40):
        if re.search(said, clerk.page.inner_text("main")):
            return
        clerk.page.wait_for_timeout(1_500)
        clerk.page.reload()
    raise AssertionError(clerk.page.inner_text("main"))
