"""A letter pasted, corrected, kept and passed on, in a real browser; every page looked at by axe and at 360 px."""

from __future__ import annotations

import re

import pytest

from tests.web.browser.conftest import Enter, Visitor
from tests.web.letters_cast import PROVINCE

pytestmark = pytest.mark.browser
COMMUNE = """ỦY BAN NHÂN DÂN
PHƯỜNG AN TƯỜNG

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Số: 4721/UBND-VP
An Tường, ngày 26 tháng 01 năm 2026
V/v nâng cao sự hài lòng của người dân năm 2026

Kính gửi: Trung tâm Phục vụ hành chính công.

Thực hiện Công văn số 4732/UBND-NC ngày 12/01/2026 của UBND tỉnh về nâng cao sự hài lòng của người dân năm 2026, Chủ tịch UBND phường yêu cầu:

1. Trung tâm Phục vụ hành chính công niêm yết công khai thủ tục và xin lỗi người dân khi trễ hẹn, hoàn thành trước ngày {day}./.

Nơi nhận:
- Như trên;
- Lưu: VT.

CHỦ TỊCH

Bàn Văn Giả Định
"""  # noqa: E501


def paste(visitor: Visitor, text: str) -> None:
    """Give the text of a letter."""
    page = visitor.open("/chi-dao/them/")
    visitor.look()
    page.get_by_label("toàn văn").fill(text)
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile(r"/doc/$"))


def save(visitor: Visitor) -> None:
    """Save the part that is corrected."""
    visitor.page.get_by_role("button", name="Lưu", exact=True).click()
    visitor.page.wait_for_url(re.compile(r"/(doc|noi-nhan|nhiem-vu)/$"))


def pass_on(visitor: Visitor) -> None:
    """Enter the commune's letter: refused while its deadline is later than the province's, then kept."""
    page = visitor.page
    paste(visitor, COMMUNE.format(day="10/4/2026"))
    page.get_by_role("link", name="Sửa và chọn văn bản được chuyển tiếp").click()
    page.get_by_label("Văn bản này chuyển tiếp văn bản đó").first.check()
    page.get_by_role("button", name="Lưu", exact=True).click()
    refused = page.locator("main").inner_text()
    assert "10/04/2026" in refused, refused
    assert "31/03/2026" in refused
    visitor.look()
    page.get_by_role("link", name="Quay lại").click()
    page.get_by_role("link", name="Sửa các mục giao việc").click()
    page.get_by_label("Ngày cuối cùng").first.fill("10/03/2026")
    save(visitor)
    page.get_by_role("link", name="Sửa và chọn văn bản được chuyển tiếp").click()
    page.get_by_label("Văn bản này chuyển tiếp văn bản đó").first.check()
    save(visitor)
    page.get_by_role("button", name="Lưu văn bản chỉ đạo").click()
    page.wait_for_url(re.compile(r"/chi-dao/\d+/$"))


def test_a_letter_from_paste_to_cascade(enter: Enter) -> None:
    """The province's letter, then a commune's that passes it on: refused while its deadline is later, then kept."""
    visitor = enter("tracker")
    page = visitor.page
    paste(visitor, PROVINCE.replace("412/", "4732/"))
    visitor.look()
    shown = page.locator("main").inner_text()
    for said in (
        "4732",
        "UBND-NC",
        "12/01/2026",
        "Các sở, ban, ngành thuộc tỉnh",
        "77/KH-BNV",
        "từ 88 %",
        "31/03/2026",
    ):
        assert said in shown, said
    assert page.locator("#m-thresholds-0").inner_text() == "từ 88% trở lên"
    page.get_by_role("link", name="Sửa nơi nhận").first.click()
    visitor.look()
    page.get_by_role("link", name=re.compile("Chọn đơn vị.*xã, phường")).click()
    visitor.look()
    save(visitor)
    assert re.search(r"xã, phường: 1\d\d đơn vị", page.locator("main").inner_text())
    page.get_by_role("link", name="Quay lại").click()
    for name in ("Sửa phần đầu", "Sửa các mục giao việc", "Sửa chỉ tiêu"):
        page.get_by_role("link", name=name).first.click()
        visitor.look()
        save(visitor)
    page.get_by_role("button", name="Lưu văn bản chỉ đạo").click()
    page.wait_for_url(re.compile(r"/chi-dao/\d+/$"))
    visitor.look()
    top = page.url
    pass_on(visitor)
    page.goto(f"{top}cay/")
    visitor.look()
    assert "4721/UBND-VP" in page.locator("main").inner_text()
    assert "4721/UBND-VP" in page.locator("svg.cascade").inner_html()
    page.goto(f"{visitor.base}/chi-dao/")
    visitor.look()
    page.goto(f"{visitor.base}/chi-dao/con-thieu/")
    visitor.look()
    assert "77/KH-BNV" in page.locator("main").inner_text()
    assert visitor.found == []
