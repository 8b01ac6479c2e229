"""A witness refuses: the draw cannot go on; a new one is held without them, and the certificate counts both."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.browser import drawing, setting_up
from tests.web.browser.conftest import Enter
from tests.web.browser.drawing import BODIES, DRAW, FIRST, SECOND, WITNESS
from tests.web.browser.office_lists import written
from tests.web.browser.troupe import Troupe, figure, says

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.environ.get("SIPAS_TEST_DATABASE") == "postgresql", reason="on SQLite"),
]
WHY = "Danh sách thiếu hồ sơ của tháng 9."


def test_a_refusal_ends_the_draw_and_stays_on_every_later_certificate(enter: Enter, tmp_path: Path) -> None:
    troupe = Troupe(enter, tmp_path)
    setting_up.begin(troupe, "Đợt có người từ chối")
    page = troupe.open("department", "danh-sach/")
    setting_up.upload(page, written(tmp_path))
    setting_up.import_lists(page, "Nhập danh sách")
    drawing.open_draw(troupe, FIRST, SECOND)
    drawing.type_text(troupe, FIRST)
    refuse(troupe)
    wall = troupe["department"].page
    says(wall, "Có người chứng kiến từ chối nên không thể bốc mẫu.")
    says(wall, WHY)
    expect(wall.locator("#carry-out")).to_have_count(0)
    troupe["department"].look()
    abandon(troupe)
    drawing.open_draw(troupe, SECOND, reason="Người chứng kiến từ chối; danh sách đã được giải trình.")
    drawing.TEXTS[SECOND], kept = "núi cao sông dài", drawing.TEXTS[SECOND]
    drawing.type_text(troupe, SECOND)
    drawing.TEXTS[SECOND] = kept
    drawing.carry_out(troupe, number=2)
    assert figure(wall, "Bốc thử") == "0 · 0 · 1"
    said = json.loads(troupe.save(wall, "certificate.json").read_text(encoding="utf-8"))
    assert said["coordination"] is None
    assert not troupe.faults(), "\n".join(troupe.faults())


def refuse(troupe: Troupe) -> None:
    """Refuse on a phone in the meeting room, with a reason."""
    page = troupe.open(SECOND, WITNESS)
    troupe[SECOND].press("Từ chối")
    troupe[SECOND].look()
    page.get_by_label("Lý do").fill(WHY)
    page.locator("main button.danger").click()
    says(page, "Ông/bà đã từ chối. Buổi bốc mẫu này không được thực hiện.")
    troupe[SECOND].look()


def abandon(troupe: Troupe) -> None:
    """Give the draw up, as the page asks."""
    page = troupe.open("department", DRAW)
    troupe["department"].press("Hủy buổi này")
    troupe["department"].look()
    page.get_by_label("Lý do").fill("Một người chứng kiến từ chối.")
    page.locator("main form button").first.click()
    says(page, "Mở buổi bốc mẫu")
    says(page, f"{BODIES[SECOND]} từ chối")
