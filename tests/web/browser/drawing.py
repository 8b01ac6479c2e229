"""What happens between the design and the field: the draw before witnesses, its certificate, the issue, the field."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect

from tests.web.browser.troupe import LONG_WORK, Troupe, figure, says

FIRST, SECOND = "supervisor", "supervisor-2"
NAMES = {FIRST: "Nguyễn Thị Lụa (mô phỏng)", SECOND: "Trần Văn Ẩn (mô phỏng)"}
BODIES = {
    FIRST: "Nguyễn Thị Lụa, Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh",
    SECOND: "Trần Văn Ẩn, Hội Cựu chiến binh tỉnh",
}
TEXTS = {FIRST: "mưa thuận gió hòa", SECOND: "đường xa vạn dặm"}
DRAW, WITNESS = "boc-mau/", "boc-mau/chung-kien/"


def open_draw(troupe: Troupe, *witnesses: str, reason: str = "") -> None:
    """Name the witnesses and fix the hashes."""
    clerk = troupe["department"]
    page = troupe.open("department", DRAW)
    clerk.look()
    clerk.press("Mở buổi bốc mẫu")
    clerk.look()
    for witness in witnesses:
        row = page.locator(".witness-row").filter(has_text=NAMES[witness])
        row.get_by_role("checkbox").check()
        row.get_by_role("textbox").fill(BODIES[witness])
    if reason:
        page.get_by_label("Lý do mở buổi bốc mẫu mới").fill(reason)
    clerk.press("Chốt mã băm và mở buổi bốc mẫu")
    says(page, f"{BODIES[witnesses[0]]}")
    says(page, "đang chờ")
    clerk.look()


def hashes(page: Page) -> list[str]:
    """Read the two hashes that are compared aloud."""
    return ["".join(text.split()) for text in page.locator(".hash").all_inner_texts()[:2]]


def type_text(troupe: Troupe, witness: str) -> None:
    """Find the draw that waits, compare, type one's own text."""
    page = troupe[witness].open("/dot/cho-chung-kien/")
    troupe[witness].look()
    troupe[witness].press("Tham gia")
    says(page, BODIES[witness])
    assert hashes(page) == hashes(troupe["department"].page)
    assert len(hashes(page)) == 2
    troupe[witness].look()
    page.get_by_label("Câu của ông/bà").fill(TEXTS[witness])
    page.get_by_label("Tôi đã đối chiếu mã băm").check()
    troupe[witness].press("Gửi câu này")
    says(page, f"“{TEXTS[witness]}”")
    troupe[witness].look()


def draw(troupe: Troupe) -> None:
    """Hold the draw: each witness from their own browser, the wall follows by itself."""
    open_draw(troupe, FIRST, SECOND)
    wall = troupe["department"].page
    type_text(troupe, FIRST)
    expect(wall.locator(".witnesses")).to_contain_text("đã nhập")
    assert TEXTS[FIRST] not in wall.content(), "hidden until all have typed"
    expect(wall.locator("#carry-out")).to_have_count(0)
    type_text(troupe, SECOND)
    says(wall, TEXTS[FIRST])
    troupe["department"].look()
    carry_out(troupe, number=1)
    assert figure(wall, "Khung mẫu") == troupe.figures.get("frame", figure(wall, "Khung mẫu"))
    assert figure(wall, "Mẫu chính thức") == "120"


def carry_out(troupe: Troupe, number: int) -> None:
    """Press the button when all is there; watch until the sample stands on the wall."""
    wall = troupe["department"].page
    wall.locator("#carry-out").click()
    says(wall, f"Đã bốc mẫu tại buổi số {number}", LONG_WORK)
    troupe["department"].look()


def certificate(troupe: Troupe) -> None:
    """Download the certificate; whoever has the paper verifies it without an account."""
    wall = troupe.open("department", DRAW)
    pdf = troupe.save(wall, "Chứng nhận (PDF)")
    assert pdf.read_bytes().startswith(b"%PDF")
    path = troupe.save(wall, "certificate.json")
    said = json.loads(path.read_text(encoding="utf-8"))
    assert [part["text"] for part in said["seed"]["parts"]] == [TEXTS[FIRST], TEXTS[SECOND]]
    code = re.sub(r"\s", "", wall.locator(".qr figcaption a").inner_text())
    passer_by = troupe[""]
    page = passer_by.open("/xac-minh/")
    passer_by.look()
    page.locator("main input[type=text], main input:not([type])").first.fill(code)
    passer_by.press("Xem")
    expect(page.locator("h1")).to_have_text("Chứng nhận bốc mẫu")
    says(page, "120")
    compare(page, path.read_bytes())
    says(page, "Đúng bản gốc.")
    passer_by.look()
    compare(page, path.read_bytes().replace(b"120", b"121"))
    says(page, "Không giống.")


def compare(page: Page, content: bytes) -> None:
    """Hold a file against the certificate."""
    file = {"name": "certificate.json", "mimeType": "application/json", "buffer": content}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="So sánh").click()


def issue(troupe: Troupe) -> None:
    """Issue the cases and watch."""
    page = troupe.open("department", "phat-phieu/", "/thuc-dia/")
    troupe["department"].look()
    page.locator("main").get_by_role("button", name="Phát phiếu").click()
    says(page, "Đã phát phiếu; đợt đang khảo sát thực địa.", LONG_WORK)
    troupe["department"].look()


def field_work(troupe: Troupe) -> None:
    """Have visits and answers made up; the post office and the Ministry watch the figures."""
    page = troupe.open("department", "tien-do/", "/thuc-dia/")
    troupe["department"].look()
    troupe["department"].press("Mô phỏng khảo sát thực địa")
    expect(page.locator("section.job")).to_have_count(1)
    expect(page.locator("section.job")).to_have_count(0, timeout=LONG_WORK)
    returned = page.locator("#live tfoot td").nth(2).inner_text()
    assert int(returned) > 60
    for role in ("post_province", "ministry"):
        seen = troupe.open(role, "tien-do/", "/thuc-dia/")
        assert seen.locator("#live tfoot td").nth(2).inner_text() == returned
        troupe[role].look()
    page = troupe.open("department", "", "/phieu/")
    says(page, returned)
    troupe["department"].look()
    troupe.figures["returned"] = returned
