"""A published round goes back to the field, gets the answers that were forgotten, and is published again."""

from __future__ import annotations

import csv
import io

from playwright.sync_api import expect

from tests.web.browser.finishing import WORK
from tests.web.browser.troupe import LONG_WORK, Troupe, figure, says

WHY = "Nhập bổ sung các phiếu về muộn."


def take_back(troupe: Troupe) -> None:
    """Take the published round back to the field, with the reason."""
    clerk = troupe["department"]
    page = troupe.open("department", "dinh-chinh/", WORK)
    clerk.look()
    page.get_by_label("Lý do đính chính").fill(WHY)
    page.locator("input[name=agreed]").check()
    page.locator("main form button.danger").click()
    says(page, WHY)
    clerk.look()


def add_answers(troupe: Troupe) -> None:
    """Upload the forms that came late: everybody in them was very dissatisfied."""
    clerk = troupe["department"]
    content, number = _late_forms(troupe)
    page = troupe.open("department", "nhap/", "/phieu/")
    clerk.look()
    file = {"name": "phieu-muon.csv", "mimeType": "text/csv", "buffer": content.encode("utf-8-sig")}
    page.locator("main input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    clerk.press("Nhập")
    expect(page.locator("main .card-figure").nth(1)).to_have_text(str(number), timeout=LONG_WORK)
    assert figure(page, "Không nhận") == "0"
    clerk.look()
    troupe.figures["returned"] = str(int(troupe.figures["returned"]) + number)


def _late_forms(troupe: Troupe) -> tuple[str, int]:
    """Write a file of answers for the cases that were visited and never answered."""
    register = _table(troupe, f"/thuc-dia/{troupe.number}/phieu/xuat/csv/")
    questions = _table(troupe, f"/dot/{troupe.number}/phieu/csv/")
    rated = [q["Cột"] for q in questions if q["Giá trị"].startswith("1 = Rất không hài lòng")]
    late = [case["Mã phiếu"] for case in register if case["Tình trạng"] == "đã đến, chưa xong"]
    assert late, "some were visited in vain"
    assert rated
    written = io.StringIO()
    out = csv.writer(written)
    out.writerow(["Mã phiếu", "Ngày nhận", "Hình thức", *rated])
    out.writerows([case, "10/11/2026", "tại nhà", *("1" for _ in rated)] for case in late)
    return written.getvalue(), len(late)


def _table(troupe: Troupe, address: str) -> list[dict[str, str]]:
    clerk = troupe["department"]
    text = clerk.context.request.get(clerk.base + address).text()
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def versions_are_told_apart(troupe: Troupe, first_index: str) -> None:
    """Both versions stand there; the second says why and what changed, the first that another one is in force."""
    reader = troupe["press"]
    page = troupe.open("press", "cac-ban/", WORK)
    says(page, "đã đính chính")
    says(page, "có hiệu lực")
    says(page, WHY)
    reader.look()
    reader.press("Bản 2")
    says(page, "Thay đổi so với bản 1")
    changed = page.get_by_role("region", name="Thay đổi").locator("tbody tr").first
    expect(changed).to_contain_text(first_index)
    expect(changed).to_contain_text(troupe.figures["index"])
    assert first_index != troupe.figures["index"]
    reader.look()
    old = troupe.open("press", "v1/", "/ket-qua/")
    says(old, "Đã có bản mới đính chính bản này.")
    says(old, f"{first_index} %")
    reader.look()
    reader.press("Mở bản mới nhất")
    says(old, f"{troupe.figures['index']} %")
