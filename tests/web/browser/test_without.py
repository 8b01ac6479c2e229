"""Without a mouse, without a wide screen, without scripts: the main steps still work."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sipas_web.accounts.demonstration import PASSWORD
from tests.web.browser import drawing, setting_up
from tests.web.browser.conftest import Enter
from tests.web.browser.drawing import DRAW, FIRST, WITNESS
from tests.web.browser.office_lists import written
from tests.web.browser.troupe import LONG_WORK, Troupe, says

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.environ.get("SIPAS_TEST_DATABASE") == "postgresql", reason="on SQLite"),
]
ZOOMED = {"width": 640, "height": 400}  # CSS pixels of a screen of 1280 at 200 %
MOST_STOPS = 60
FOCUS = """() => { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
return { pressable: /^(A|BUTTON|SUMMARY|INPUT)$/.test(e.tagName),
  text: (e.innerText || e.value || e.name || '').trim(), top: r.top + scrollY, left: r.left,
  shown: r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight,
  ring: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 }; }"""


@pytest.fixture
def troupe(enter: Enter, tmp_path: Path) -> Troupe:
    return Troupe(enter, tmp_path)


def tab_to(page: Page, text: str) -> list[dict[str, Any]]:
    """Press Tab until the focus stands on a text; each stop on the way is seen and ringed."""
    stops: list[dict[str, Any]] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUS))
        assert stops[-1]["shown"], stops[-1]
        assert stops[-1]["ring"], stops[-1]
        if stops[-1]["pressable"] and text in stops[-1]["text"]:
            return stops
    raise AssertionError([stop["text"] for stop in stops])


def test_everything_is_reached_with_the_keyboard(enter: Enter, troupe: Troupe) -> None:
    setting_up.begin(troupe, "Đợt mở bằng bàn phím")
    visitor = enter()
    page = visitor.open("/tai-khoan/login/")
    page.locator("input[name=login]").focus()
    page.keyboard.type("tracker")
    tab_to(page, "password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
    page.goto(f"{visitor.base}/dot/")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["text"] == "Đến nội dung chính"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    stops = tab_to(page, "Đợt mở bằng bàn phím")
    assert [s["top"] for s in stops] == sorted(s["top"] for s in stops), "in the order of the page"
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Đợt mở bằng bàn phím")
    tab_to(page, "Vũ Đức Ánh")
    menu = page.locator(".top-wide .account")
    for is_open in (True, False, True):
        page.keyboard.press("Enter")
        assert menu.evaluate("e => e.open") is is_open
    tab_to(page, "English")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_form_at_fault_is_sent_and_mended_with_the_keyboard(troupe: Troupe) -> None:
    setting_up.begin(troupe, "Biểu mẫu bằng bàn phím")
    page = troupe.open("department", "pham-vi/")
    page.get_by_label("Tên đợt").focus()
    tab_to(page, "01/01/2026")
    page.keyboard.type("31/02/2026")
    page.keyboard.press("Enter")
    wrong = page.locator("[aria-invalid=true]")
    expect(wrong).to_have_count(1)
    described = wrong.get_attribute("aria-describedby") or ""
    assert any("ngày" in page.locator(f"#{each}").inner_text().lower() for each in described.split())
    wrong.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("01/02/2026")
    tab_to(page, "Lưu và về trang của đợt")
    page.keyboard.press("Enter")
    says(page, "Các phần việc")


def test_at_200_percent_nothing_scrolls_sideways(enter: Enter, troupe: Troupe) -> None:
    setting_up.begin(troupe, "Đợt phóng to")
    visitor = enter("department", size=ZOOMED, device_scale_factor=2)
    parts = ("", "phieu/", "pham-vi/", "don-vi/", "lich/", "chi-tieu/", "danh-sach/", "thiet-ke/", "boc-mau/")
    for address in ("/", "/dot/", "/don-vi/", "/cong-viec/", *(f"/dot/{troupe.number}/{part}" for part in parts)):
        page = visitor.open(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= ZOOMED["width"], address
        expect(page.locator("h1")).to_be_visible()


def test_the_main_steps_need_no_script(enter: Enter, troupe: Troupe) -> None:
    for role in ("department", FIRST):
        troupe.people[role] = enter(role, java_script_enabled=False)
    begin_plainly(troupe)
    clerk, page = troupe["department"], troupe["department"].page
    clerk.open("/dot/?text=khong+co+dot+nao")
    says(page, "Xóa bộ lọc")
    page.get_by_label("Tên đợt").fill("khong kich ban")
    clerk.press("Lọc")
    expect(page.locator("main tbody tr")).to_have_count(1)
    page = troupe.open("department", "danh-sach/")
    setting_up.upload(page, written(troupe.folder))
    page.locator(".import-start").get_by_role("button").click()
    refreshed(page, "Số dòng trong khung mẫu")
    page = troupe.open("department", "thiet-ke/")
    page.get_by_label("Số phiếu n").fill("10")
    clerk.press("Tính lại")
    expect(page.locator("#figures .card-figure").first).to_have_text("60")  # ten for each of six agencies
    clerk.press("Lưu thiết kế")
    witness_plainly(troupe)
    page = troupe.open("department", DRAW)
    page.locator("#carry-out").click()
    refreshed(page, "Đã bốc mẫu tại buổi số 1")


def begin_plainly(troupe: Troupe) -> None:
    page = troupe["department"].open("/dot/them/")
    page.get_by_label("Tên đợt").fill("Đợt không kịch bản")
    page.get_by_role("button", name="Tạo", exact=True).click()
    troupe.number = int(page.url.rstrip("/").rsplit("/", 1)[1])


def witness_plainly(troupe: Troupe) -> None:
    page = troupe.open("department", DRAW)
    troupe["department"].press("Mở buổi bốc mẫu")
    row = page.locator(".witness-row").filter(has_text=drawing.NAMES[FIRST])
    row.get_by_role("checkbox").check()
    troupe["department"].press("Chốt mã băm và mở buổi bốc mẫu")
    page = troupe.open(FIRST, WITNESS)
    page.get_by_label("Câu của ông/bà").fill("gió mát trăng thanh")
    page.get_by_label("Tôi đã đối chiếu mã băm").check()
    troupe[FIRST].press("Gửi câu này")
    says(page, "gió mát trăng thanh")


def refreshed(page: Page, text: str) -> None:
    """Follow long work by the link that asks again."""
    for _ in range(LONG_WORK // 1000):
        if text in page.locator("main").inner_text():
            return
        again = page.get_by_role("link", name="Tải lại")
        again.first.click() if again.count() else page.reload()
        page.wait_for_timeout(500)
    raise AssertionError(page.locator("main").inner_text())
