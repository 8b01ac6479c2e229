"""What happens once the answers are in: freeze, estimate, review, publication, correction; and who reads it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.web.browser.office_lists import COMMUNES
from tests.web.browser.troupe import LONG_WORK, Troupe, figure, says

WORK = "/ket-qua/dot/"
READ = "/ket-qua/"
PERCENT = re.compile(r"\d{1,3},\d\d")


RECORDED = {
    "Trần Thị Mai": (
        "tạo một đợt đo lường",
        "nộp một danh sách",
        "tải về các dòng không được nhận (có thông tin cá nhân)",
        "nhập danh sách, lập khung mẫu",
        "lưu thiết kế mẫu của đợt",
        "mở một buổi bốc mẫu",
        "bốc mẫu của một đợt",
        "phát phiếu; đợt chuyển sang khảo sát thực địa",
        "nhận phiếu trả lời từ tệp",
        "chốt số liệu một đợt",
        "chấp thuận kết quả",
        "công bố kết quả",
    ),
    "Nguyễn Thị Lụa": ("nhập câu của người chứng kiến",),
    "Trần Văn Ẩn": ("nhập câu của người chứng kiến",),
}


def ask_freeze(troupe: Troupe, reason: str = "") -> Page:
    """Freeze the round; the panel of the work appears."""
    page = troupe.open("department", "chot/", WORK)
    troupe["department"].look()
    assert figure(page, "Phiếu trả lời") == troupe.figures["returned"]
    page.locator("input[name=agreed]").check()
    if reason:
        page.get_by_label("Lý do chốt lại").fill(reason)
    page.locator("main").get_by_role("button", name="Chốt số liệu").click()
    expect(page.locator("section.job")).to_have_count(1)
    return page


def await_review(troupe: Troupe) -> None:
    """Watch the estimate until the figures stand there for review."""
    page = troupe["department"].page
    page.get_by_role("link", name="Rà soát số liệu").wait_for(timeout=LONG_WORK)
    troupe["department"].look()


def freeze(troupe: Troupe) -> None:
    """Freeze, watch, take the minutes."""
    page = ask_freeze(troupe)
    await_review(troupe)
    minutes = troupe.save(page, "PDF")
    assert minutes.read_bytes().startswith(b"%PDF")


def stop_and_resume(troupe: Troupe) -> None:
    """Stop the estimate while it runs; the state says so; resume it, and it ends as if nothing had been."""
    page = troupe["department"].page
    panel = page.locator("section.job")
    for _ in range(100):  # sooner than the panel asks by itself: the estimate of so small a round is quick
        if "đang chạy" in panel.inner_text():
            break
        page.reload()
    panel.get_by_role("button", name="Dừng").click()
    expect(panel).to_contain_text("đã dừng", timeout=LONG_WORK)
    says(page, "đã dừng")
    expect(page.get_by_role("link", name="Rà soát số liệu")).to_have_count(0)
    troupe["department"].look()
    panel.get_by_role("button", name="Chạy lại").click()
    await_review(troupe)


def approve_and_publish(troupe: Troupe, version: int = 1) -> None:
    """Review, approve, publish, and watch."""
    clerk = troupe["department"]
    page = troupe.open("department", "ra-soat/", WORK)
    says(page, "mô phỏng")
    troupe.figures["index"] = page.locator("main tbody tr").first.locator("td").nth(1).inner_text()
    assert PERCENT.fullmatch(troupe.figures["index"])
    clerk.look()
    page.get_by_label("Ghi chú").fill("Đã đối chiếu với biên bản.")
    clerk.press("Chấp thuận số liệu")
    says(page, "Trần Thị Mai (mô phỏng) đã chấp thuận")
    clerk.press("Sang trang công bố")
    clerk.look()
    page.locator("input[name=agreed]").check()
    page.locator("input[name=alone]").check()
    page.locator("main").get_by_role("button", name="Công bố", exact=True).click()
    page.get_by_role("link", name=f"Bản {version}").wait_for(timeout=LONG_WORK)
    says(page, "có hiệu lực")
    clerk.look()


def agency_reads(troupe: Troupe) -> None:
    """The agency sees the index of the round and its own, and no other's below it."""
    agency = troupe["agency"]
    page = agency.open(READ)
    agency.look()
    page.locator("main tbody th a").first.click()
    says(page, f"{troupe.figures['index']} %")
    agency.look()
    agency.press("Cơ quan của tôi")
    expect(page.locator("h1")).to_have_text(COMMUNES[0])
    assert PERCENT.match(page.locator(".r-big").inner_text())
    agency.look()
    foreign = agency.context.request.get(f"{page.url.split('?')[0]}?name=Sở Tư pháp")
    assert "r-big" not in foreign.text()
    assert agency.context.request.get(f"{agency.base}/dot/{troupe.number}/").status in {403, 404}


def press_reads(troupe: Troupe) -> None:
    """The press reads the same index and downloads the report and the open data."""
    reader = troupe["press"]
    page = troupe.open("press", "", READ)
    says(page, f"{troupe.figures['index']} %")
    reader.look()
    assert "r-verdict" in page.content()
    assert PERCENT.search(page.locator(".r-headline").inner_text())
    for part in ("Xếp hạng", "So sánh"):
        page.locator(".r-tabs").get_by_role("link", name=part).click()
        expect(page.locator("h1")).to_have_text(part)
        reader.look()


def _records(page: Page) -> set[tuple[str, str]]:
    """Read who did what on a page of the audit record."""
    rows = page.evaluate("[...document.querySelectorAll('main tbody tr')].map(r => [...r.cells].map(c => c.innerText))")
    return {(row[2].strip(), row[3].strip()) for row in rows}


def inspector_sees_everything(troupe: Troupe) -> None:
    """The inspector finds every step in the audit record, and nothing to press anywhere."""
    inspector = troupe["inspector"]
    page = inspector.open("/nhat-ky/")
    inspector.look()
    told = _records(page)
    while page.get_by_role("link", name="Trang sau").count():
        page.get_by_role("link", name="Trang sau").click()
        told |= _records(page)
    assert told >= {(f"{person} (mô phỏng)", act) for person, acts in RECORDED.items() for act in acts}
    for place, above in (("", "/dot/"), ("tien-do/", "/thuc-dia/"), ("ra-soat/", WORK), ("cac-ban/", WORK)):
        page = troupe.open("inspector", place, above)
        inspector.look()
        assert page.locator("main form[method=post]").count() == 0, page.url
