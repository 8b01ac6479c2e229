"""Citizens with real browsers: a phone of 320 px, no script, large type, stopping and going on elsewhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.browser.conftest import Enter, Site, Visitor

pytestmark = pytest.mark.browser
SMALL = {"width": 320, "height": 640}
PIN = "482913"
ROUND = """
import os, sys
import django
django.setup()
from tests.web import respondents
from sipas_web.audit.actors import command_line
from sipas_web.units import queries

made = respondents.issue(queries.by_code("08", queries.today()), command_line())
cases = [respondents.a_case(made, place=place).case_id for place in range(4)]
print(made.pk, *cases, respondents.a_case(made, "organisation").case_id)
"""


@pytest.fixture(scope="module")
def issued(site: Site) -> list[str]:
    """The number of a round in the field and codes of it; the last is an organisation's."""
    root = str(Path(__file__).parents[3])
    environment = site.environment | {
        "DJANGO_SETTINGS_MODULE": "sipas_web.config.settings",
        "SIPAS_DEMONSTRATION": "1",
        "PYTHONPATH": f"{root}/src:{root}",
    }
    program = [sys.executable, "-c", ROUND]
    done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.fixture
def codes(issued: list[str]) -> list[str]:
    return issued[1:]


def look(visitor: Visitor) -> None:
    """Look at the page as it is on the smallest phone, with axe."""
    assert visitor.faults() == []


def test_a_citizen_answers_on_a_small_phone(enter: Enter, codes: list[str]) -> None:
    visitor = enter(size=SMALL, theme="dark")
    page = visitor.open("/t/")
    look(visitor)
    page.get_by_label("Mã phiếu").fill(codes[0][:-1] + ("0" if codes[0][-1] != "0" else "1"))
    visitor.press("Mở phiếu")
    look_without_400(visitor)
    page.get_by_label("Mã phiếu").fill(f" {codes[0][:5].lower()} {codes[0][5:]}")
    visitor.press("Mở phiếu")
    look(visitor)
    visitor.press("Tôi đã đọc và đồng ý trả lời")
    page.get_by_role("group", name="bao nhiêu lần").get_by_label("2 lần").check()
    page.get_by_label("Trễ hẹn").check()
    look(visitor)
    visitor.press("Lưu và tiếp tục")
    page.get_by_role("group", name="đủ chỗ ngồi").get_by_label("Hài lòng", exact=True).check()
    visitor.press("Chữ lớn")
    page.locator("html.large").wait_for()
    expect(page.get_by_role("group", name="đủ chỗ ngồi").get_by_label("Hài lòng", exact=True)).to_be_checked()
    look(visitor)
    visitor.press("English")
    expect(page.get_by_role("group", name="enough seats").get_by_label("Satisfied", exact=True)).to_be_checked()
    look(visitor)
    visitor.press("Save and look over")
    look(visitor)
    visitor.press("Send the answers")
    expect(page.get_by_text("The answers have been received")).to_be_visible()
    look(visitor)
    visitor.press("Tiếng Việt")
    page.get_by_text("Không phải tôi gửi câu trả lời này").click()
    look(visitor)


def test_a_citizen_stops_and_goes_on_at_another_device(enter: Enter, codes: list[str]) -> None:
    first = enter(size=SMALL, java_script_enabled=False)
    page = first.open(f"/t/{codes[1].lower()}/")
    first.press("Tôi đã đọc và đồng ý trả lời")
    page.get_by_label("3 lần").check()
    first.press("Lưu và tiếp tục")
    page.get_by_role("link", name="Làm tiếp sau trên thiết bị khác").click()
    page.get_by_label("Mã PIN từ 6 đến 12 chữ số").fill(PIN)
    page.get_by_label("Nhập lại mã PIN").fill(PIN)
    first.press("Đặt mã PIN")
    first.press("Đóng phiếu trên thiết bị này")
    first.context.close()
    second = enter(size=SMALL)
    page = second.open(f"/t/{codes[1]}/")
    page.get_by_role("link", name="đã chọn mã PIN").click()
    look(second)
    page.get_by_label("Mã PIN từ 6 đến 12 chữ số").fill("739104")
    second.press("Mở câu trả lời của tôi")
    look_without_400(second)
    page.get_by_label("Mã PIN từ 6 đến 12 chữ số").fill(PIN)
    second.press("Mở câu trả lời của tôi")
    page.get_by_role("link", name="Làm tiếp phần còn dở").click()
    second.press("Quay lại")
    expect(page.get_by_label("3 lần")).to_be_checked()


def look_without_400(visitor: Visitor) -> None:
    """Look at a page that tells a fault: the browser notes its status as an error."""
    visitor.page.wait_for_load_state()
    visitor.errors.clear()
    look(visitor)


def test_faults_are_told_beside_the_question_and_by_keyboard_it_all_works(enter: Enter, codes: list[str]) -> None:
    visitor = enter(size=SMALL)
    page = visitor.open(f"/t/{codes[4]}/")
    visitor.press("Tôi đã đọc và đồng ý trả lời")
    page.goto(f"{visitor.base}/t/{codes[4]}/phan/8/")
    for box in page.get_by_role("checkbox").all()[:4]:
        box.focus()
        page.keyboard.press("Space")
    page.get_by_role("textbox").focus()
    page.keyboard.press("Enter")
    page.locator("#e-expectations").wait_for()  # the Enter key goes on; it does not change the language
    assert page.title().startswith("Lỗi")
    look_without_400(visitor)
    page.go_back()
    page.reload()
    for box in page.get_by_role("checkbox").all()[:2]:
        box.check()
    visitor.press("Lưu và xem lại tất cả")
    expect(page.get_by_role("heading", name="Xem lại và gửi")).to_be_visible()


def test_whoever_runs_the_field_sees_counts(enter: Enter, issued: list[str]) -> None:
    visitor = enter("department")
    page = visitor.open(f"/phieu/{issued[0]}/web/")
    visitor.look()
    assert visitor.found == []
    expect(page.get_by_role("heading", name="Trả lời trên mạng")).to_be_visible()
