"""Feedback in real browsers: from a phone without a script to the answer, the public list and the unit above."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.web.browser.conftest import Enter, Visitor

pytestmark = pytest.mark.browser
SMALL = {"width": 320, "height": 640}
TEXT = "Hồ sơ đất đai hẹn ba lần chưa trả, anh Nguyễn Văn Tuấn ở quầy 2 chỉ bảo chờ. Gọi tôi số 0912 345 678."
ANSWER = "Hồ sơ chậm bốn ngày do lỗi luân chuyển. Kết quả đã trả hôm nay, cơ quan xin lỗi ông/bà và đã chấn chỉnh."
ROUTE = "Chuyển đến đơn vị trả lời"
NUMBER = r"PAKN\.\d{8}\.\d{4}"


def photograph() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(out, "JPEG", exif=exif)
    return out.getvalue()


def sent_by(visitor: Visitor) -> tuple[str, str]:
    """Send feedback from a phone; gives number and code."""
    page = visitor.open("/gop-y/")
    visitor.press("Gửi phản ánh, kiến nghị")
    if page.get_by_label("Tỉnh, thành phố").count():
        page.get_by_label("Tỉnh, thành phố").select_option("08")
        visitor.press("Tiếp tục")
    page.get_by_label("Xã, phường liên quan").select_option(index=1)
    page.get_by_label("Về việc").select_option("delay")
    page.get_by_label("Nội dung ông/bà muốn nói").fill(TEXT)
    page.get_by_label("Gửi mã theo dõi và trả lời cho tôi").check()
    page.get_by_role("button", name="Gửi", exact=True).click()
    page.get_by_text("Chưa gửi được").wait_for()
    assert page.get_by_label("Nội dung ông/bà muốn nói").input_value() == TEXT
    page.get_by_label("Gửi mã theo dõi và trả lời cho tôi").uncheck()
    page.get_by_label("Ảnh").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photograph()})
    page.get_by_label("Họ và tên").fill("Triệu Thị Mười")
    page.get_by_role("button", name="Gửi", exact=True).click()
    page.get_by_role("heading", name="Đã tiếp nhận").wait_for()
    number = re.search(NUMBER, page.inner_text("main"))
    assert number
    return number.group(), page.locator(".f-code").inner_text()


def classified(visitor: Visitor, number: str) -> None:
    """Classify and route as the desk does."""
    visitor.open(f"/phan-anh/?text={number}")
    visitor.look()
    visitor.press(number)
    visitor.look()
    visitor.press("Phân loại")
    visitor.look()
    visitor.page.get_by_label("phản ánh về hành vi").check()
    visitor.page.get_by_label("Về việc").select_option("delay")
    visitor.press("Lưu")
    visitor.page.get_by_role("heading", name=ROUTE).wait_for()
    visitor.look()
    visitor.page.get_by_role("button", name=ROUTE).click()
    visitor.page.get_by_text("Đã chuyển.").wait_for()
    visitor.press("Xem người gửi")
    expect(visitor.page.get_by_text("Triệu Thị Mười")).to_be_visible()


def answered(visitor: Visitor, number: str) -> None:
    """Answer as the agency does; it does not learn who wrote."""
    page = visitor.open(f"/phan-anh/?text={number}")
    visitor.press(number)
    assert "Triệu Thị Mười" not in page.content()
    assert page.get_by_role("button", name="Xem người gửi").count() == 0
    page.get_by_role("link", name="Trả lời", exact=True).click()
    visitor.look()
    page.get_by_label("Trả lời", exact=True).fill(ANSWER)
    visitor.press("Gửi kiểm tra")
    page.get_by_text("chờ người khác kiểm tra").wait_for()


def published(visitor: Visitor, number: str) -> None:
    """Check the answer and publish both redacted, as the head does."""
    page = visitor.open(f"/phan-anh/?text={number}")
    visitor.press(number)
    visitor.look()
    visitor.press("Đúng nội dung: gửi cho người dân")
    visitor.press("Công khai sau khi che thông tin")
    visitor.look()
    assert "Tuấn" not in page.get_by_label("Nội dung hỏi, đã che").input_value()
    page.get_by_label("Tôi đã đọc cả hai nội dung").check()
    page.get_by_role("button", name="Công khai sau khi che thông tin").click()
    page.get_by_text("Đã công khai.").wait_for()


def test_from_a_phone_without_a_script_to_the_unit_above(enter: Enter) -> None:
    phone = enter(size=SMALL, java_script_enabled=False)
    number, code = sent_by(phone)
    people = {role: enter(role) for role in ("feedback_desk", "agency", "head")}
    classified(people["feedback_desk"], number)
    answered(people["agency"], number)
    published(people["head"], number)
    reader = enter()
    page = reader.open("/gop-y/da-tra-loi/?text=luan+chuyen")
    reader.look()
    page.get_by_role("article").first.get_by_role("link").click()
    assert "Tuấn" not in page.content()
    assert "0912" not in page.content()
    reader.look()
    page = phone.open("/gop-y/theo-doi/")
    page.get_by_label("Mã theo dõi").fill(code.lower())
    phone.press("Mở")
    expect(page.get_by_text(ANSWER)).to_be_visible()
    page.get_by_role("group", name="đồng ý với kết quả").get_by_label("Không", exact=True).check()
    page.get_by_role("group", name="hài lòng ở mức nào").get_by_label("bình thường").check()
    phone.press("Gửi ý kiến")
    page.get_by_text("Phản ánh đã được mở lại và chuyển lên").wait_for()
    upper = enter("tracker")
    upper.open("/phan-anh/?state=reopened")
    upper.press(number)
    expect(upper.page.get_by_role("link", name="Trả lời", exact=True)).to_be_visible()
    upper.look()
    assert [fault for who in (*people.values(), reader, upper) for fault in who.found] == []


def test_pages_for_citizens_on_the_smallest_phone(enter: Enter) -> None:
    visitor = enter(size=SMALL, theme="dark")
    page = visitor.open("/gop-y/")
    found = visitor.faults()
    for path in ("/gop-y/gui/?tinh=08", "/gop-y/theo-doi/", "/gop-y/da-tra-loi/"):
        visitor.open(path)
        found += visitor.faults()
    visitor.open("/gop-y/gui/?tinh=08")
    page.get_by_label("Nội dung ông/bà muốn nói").fill(TEXT)
    page.get_by_role("button", name="Gửi", exact=True).click()
    page.get_by_role("heading", name="Đã tiếp nhận").wait_for()
    found += visitor.faults()
    visitor.press("Xem tình trạng xử lý")
    page.get_by_role("heading", name="PAKN").wait_for()
    found += visitor.faults()
    visitor.press("Xóa thông tin của tôi")
    page.get_by_role("button", name="Xóa hẳn").wait_for()
    found += visitor.faults()
    assert found == []
