"""What the department does from nothing to a frame and a design."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.web.browser.office_lists import mended, written
from tests.web.browser.troupe import LONG_WORK, Troupe, figure, says

TITLE = "Đo lường thử trên trình duyệt"
SAMPLE = 120
HOME, SAVE_HOME = "Các phần việc", "Lưu và về trang của đợt"


def begin(troupe: Troupe, title: str = TITLE) -> None:
    """Begin a round from the list."""
    clerk = troupe["department"]
    page = clerk.open("/dot/")
    clerk.look()
    clerk.press("Tạo đợt đo lường")
    page.get_by_label("Tên đợt").fill(title)
    clerk.look()
    page.get_by_role("button", name="Tạo", exact=True).click()
    says(page, "Đã tạo đợt đo lường")
    expect(page.locator("h1")).to_contain_text("(MÔ PHỎNG)")
    troupe.number = int(page.url.rstrip("/").rsplit("/", 1)[1])


def speak_english(troupe: Troupe) -> None:
    """Change the language on the way, and back."""
    clerk = troupe["department"]
    page = troupe.open("department")
    says(page, HOME)
    _choose(page, "English")
    says(page, "The work, part by part")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    clerk.look()
    _choose(page, "Tiếng Việt")
    says(page, HOME)


def _choose(page: Page, language: str) -> None:
    page.locator(".top-wide .account summary").click()
    page.locator(".top-wide").get_by_role("button", name=language).click()


def fill_parts(troupe: Troupe) -> None:
    """Go through questionnaire, scope, units, calendar and targets."""
    clerk = troupe["department"]
    page = _part(troupe, "Mẫu phiếu")
    page.get_by_role("button", name="Dùng sipas-2017").click()
    says(page, HOME)
    _part(troupe, "Phạm vi và văn bản")
    clerk.press(SAVE_HOME)
    page = _part(troupe, "Đơn vị được đo lường")
    # Other tests may have added agencies; none of them is chosen.
    no_agency, none_chosen = "Để danh sách quyết định", "Lưu các lựa chọn trên trang này"
    page.get_by_role("button", name=no_agency).or_(page.get_by_role("button", name=none_chosen)).first.click()
    page = _part(troupe, "Lịch thực hiện")
    page.get_by_label("Ngày công bố").fill("21/12/2026")
    clerk.press("Tính ngược từ ngày này")
    says(page, "Đây là đề xuất, chưa được lưu.")
    clerk.look()
    clerk.press(SAVE_HOME)
    says(page, "21/12/2026")
    page = _part(troupe, "Chỉ tiêu")
    page.get_by_label("Chỉ tiêu (%)").first.fill("85")
    clerk.press(SAVE_HOME)
    says(page, HOME)
    clerk.look()


def _part(troupe: Troupe, label: str) -> Page:
    page = troupe.open("department")
    page.locator(".round-steps").get_by_role("link", name=label, exact=True).click()
    expect(page.locator("h1")).to_contain_text(label)
    troupe["department"].look()
    return page


def hand_in(troupe: Troupe) -> None:
    """Upload the lists, look at what each column is taken for, import, and watch."""
    clerk = troupe["department"]
    page = _part(troupe, "Danh sách và khung mẫu")
    upload(page, written(troupe.folder))
    says(page, "cap-xa.csv")
    clerk.look()
    page.get_by_role("link", name="cap-xa.csv").click()
    says(page, "Ngày trả kết quả")
    clerk.look()
    clerk.press("Các cột đã đúng")
    import_lists(page, "Nhập danh sách")
    assert figure(page, "Dòng không được nhận") == "1"
    clerk.look()
    clerk.press("Báo cáo nhập danh sách")
    expect(page.locator("h1")).to_contain_text("Báo cáo nhập danh sách")
    clerk.look()


def mend(troupe: Troupe) -> None:
    """Download the row that was not taken, mend it, upload it as a further list, and import again."""
    clerk = troupe["department"]
    page = troupe.open("department", "danh-sach/")
    before = _number(figure(page, "Số dòng trong khung mẫu"))
    clerk.press("Xem và sửa các dòng này")
    says(page, "31/02/2026")
    clerk.look()
    path = mended(troupe.save(page, "Tải về để sửa (XLSX)"))
    page = troupe.open("department", "danh-sach/")
    upload(page, [path])
    expect(page.locator("h1")).to_have_text(path.name)
    clerk.press("Các cột đã đúng")
    says(page, "Danh sách hoặc thiết lập đã thay đổi")
    import_lists(page, "Nhập")
    assert _number(figure(page, "Số dòng trong khung mẫu")) == before + 1
    troupe.figures["frame"] = figure(page, "Số dòng trong khung mẫu")


def upload(page: Page, paths: list[Path]) -> None:
    """Choose files and send them."""
    page.locator("input[name=lists]").set_input_files(paths)
    page.get_by_role("button", name="Tải lên").first.click()


def import_lists(page: Page, button: str) -> None:
    """Ask for the import and watch its panel until the page shows what came of it."""
    page.locator(".import-start").get_by_role("button", name=button).click()
    says(page, "Mã băm", LONG_WORK)
    expect(page.locator("section.job")).to_have_count(0, timeout=LONG_WORK)
    says(page, "Số dòng trong khung mẫu")


def _number(text: str) -> int:
    return int(text.replace(".", ""))


def design(troupe: Troupe) -> None:
    """Choose a sample of 120, twenty for each agency, seeing its figures without the page being loaded again."""
    clerk = troupe["department"]
    page = _part(troupe, "Thiết kế mẫu")
    page.evaluate("window.isSamePage = true")
    size = page.get_by_label("Số phiếu n")
    page.locator("select[name=per]").select_option("")
    page.locator("select[name=allocation]").select_option("equal")
    before = figure(page, "Phiếu chính thức")
    size.fill(str(SAMPLE))
    expect(page.locator("#figures .card-figure").first).to_have_text(str(SAMPLE), timeout=LONG_WORK)
    assert before != str(SAMPLE)
    assert page.evaluate("window.isSamePage === true")
    page.locator("details summary", has_text="Kết quả cần công bố").click()
    page.get_by_label("Số phiếu tối thiểu để xếp hạng").fill("5")
    clerk.look()
    clerk.press("Lưu thiết kế")
    says(page, "Đã lưu thiết kế")
    clerk.press("Dự toán kinh phí")
    expect(page.locator("h1")).to_contain_text("Dự toán kinh phí")
    clerk.look()
