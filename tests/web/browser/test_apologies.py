"""Apologies and facilities in real browsers: from the list of what is due to letters sent once; a desk reviewed."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
import time
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.web.browser.conftest import PHONE, Enter, Site, Visitor
from tests.web.browser.test_loop import script

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.environ.get("SIPAS_TEST_DATABASE") == "postgresql", reason="on SQLite"),
]
CLERK, HEAD = "mot-cua-thu", "giam-doc-thu"
POINT = 25.4 / 72  # mm
A4, A5 = (210, 297), (148, 210)
BEGIN = f"""
import datetime as dt, json
from tests.web import apologies_cast as cast
from sipas_web.accounts.actions.assigning import write_assignment
from sipas_web.accounts.actions.people import new_person
from sipas_web.accounts.demonstration import PASSWORD
from sipas_web.accounts.models import Role
from sipas_web.audit.actors import command_line
from sipas_web.shared import working_days
from sipas_web.units import queries
by, today, DAY = command_line(), queries.today(), dt.timedelta(days=1)
place = cast.desk_of(queries.by_code("08", today), by)
for name, role, unit in (("{CLERK}", "onestop_clerk", place.desk), ("{HEAD}", "head", place.agency)):
    person = new_person(username=name, full_name=name, email=name + "@example.vn", password=PASSWORD)
    write_assignment(person=person, role=Role.objects.get(code=role), unit=unit, since=today, until=None)
def dossier(received, **more):
    return cast.dossier(place, by=by, received=received, as_of=today, **more)
long_name = "Hợp tác xã Nông nghiệp, Dịch vụ tổng hợp và Môi trường Ngãi Đằng Thượng Lâm Lăng Can"
near, before = working_days.after(today, 2), working_days.before(today, 12)
due = [
    dossier(before, due=near, who={{"name": long_name, "email": "htx@example.vn", "address": "thôn Nà Tông"}},
            applicant_kind="organisation"),
    dossier(before, due=near, who={{"name": cast.NAMES[0], "phone": "0912 000 777"}}),
]
old = dossier(dt.date(2025, 6, 2), due=dt.date(2025, 7, 10), finished=dt.date(2025, 7, 18),
              who={{"name": cast.NAMES[1]}})
gone = [dossier(before - 30 * DAY, due=before - 10 * DAY, finished=before - DAY) for _ in range(2)]
bad = dossier(before - 30 * DAY, due=working_days.before(today, 5))
print(json.dumps([[d.pk for d in due], [d.number for d in due], old.pk, bad.pk,
                  f"{{working_days.after(near, 3):%d/%m/%Y}}", place.agency.name, place.desk.name]))
"""
FIGURES = """
import json
from sipas_web.onestop.models import Apology, ApologyException, Dossier
from sipas_web.units.queries import today
told = {"late": 0, "without": 0, "before": 0, "after": 0, "excepted": 0}
for one in Dossier.objects.filter(source__name="Một cửa điện tử"):
    if (one.finished or today()) <= one.due:
        continue
    sent = [a.sent for a in Apology.objects.filter(dossier=one, state="sent")]
    excepted = ApologyException.objects.filter(dossier=one).exists()
    kind = "before" if sent and sent[0] < one.due else "after" if sent else "excepted" if excepted else "without"
    told["late"] += 1
    told[kind] += 1
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def made(site: Site) -> Any:
    """Give what was imported: dossiers of one agency, and their desk."""
    return script(site, BEGIN)


def test_from_the_list_of_what_is_due_to_who_answers(enter: Enter, site: Site, made: Any, tmp_path: Path) -> None:
    keys, numbers, old, bad, new_date, agency, _desk = made
    clerk, head = enter(CLERK), enter(HEAD)
    drafted(clerk, keys, new_date)
    signed(head)
    page = clerk.open("/xin-loi/thu/")
    letters = [page.locator("tr", has_text=number).locator("a").first.get_attribute("href") for number in numbers]
    printed(clerk, letters[0], A4, tmp_path / "a4.pdf", "Ngãi Đằng Thượng Lâm")
    sent_once(clerk, site, numbers)
    entered(clerk, old, tmp_path)
    excepted(head, bad)
    told = script(site, FIGURES)
    assert told == {"late": 4, "without": 2, "before": 1, "after": 0, "excepted": 1}
    page = head.open("/xin-loi/trach-nhiem/?tu=01/01/2025")
    cards = page.locator(".cards .card")
    expect(cards.nth(0).locator(".card-figure")).to_have_text(str(told["without"]))
    expect(cards.nth(1).locator(".card-figure")).to_have_text(str(told["late"]))
    expect(cards.nth(2).locator(".card-figure")).to_have_text("25,0 %")
    expect(page.locator("main")).to_contain_text(agency)
    head.look()
    cards.nth(0).locator("a").click()
    expect(page.locator("tbody tr")).to_have_count(told["without"])
    assert not [*clerk.found, *head.found], "\n".join([*clerk.found, *head.found])


def drafted(clerk: Visitor, keys: list[int], new_date: str) -> None:
    """Draft the letters of both dossiers with one click; without a reason nothing is drafted and all is kept."""
    page = clerk.open("/xin-loi/")
    for key in keys:
        page.locator(f"input[name=dossier][value='{key}']").check()
    clerk.look()
    page.locator("input[name=new_date]").fill(new_date)
    page.locator("select[name=reason]").evaluate("field => field.required = false")
    page.get_by_role("button", name="Soạn các thư").click()
    expect(page.locator("input[name=dossier]:checked")).to_have_count(len(keys))
    expect(page.locator("input[name=new_date]")).to_have_value(new_date)
    page.locator("select[name=reason]").select_option("load")
    page.get_by_role("button", name="Soạn các thư").click()
    expect(page.locator("body")).to_contain_text(f"{len(keys)} thư đang chờ ký.")
    expect(page.locator("td a", has_text="chờ ký")).to_have_count(len(keys))
    clerk.look()


def signed(head: Visitor) -> None:
    """Sign all of them at once; pressed again, nothing is there to sign."""
    page = head.open("/xin-loi/thu/")
    head.press("Chọn tất cả trên trang này")
    expect(page.locator("input[name=letter]:checked")).to_have_count(2)
    head.look()
    page.get_by_role("button", name="Ký các thư đã chọn").click()
    expect(page.locator("body")).to_contain_text("Đã ký 2 thư xin lỗi.")
    expect(page.locator("input[name=letter]")).to_have_count(0)


def printed(visitor: Visitor, letter: str | None, size: tuple[int, int], to: Path, words: str) -> None:
    """Take the letter along and look at it as a picture: the paper of its form, nothing beyond its edges."""
    page = visitor.open(str(letter))
    with page.expect_download() as download:
        page.get_by_role("button", name="Thư dạng PDF").click()
    download.value.save_as(to)
    paper = pypdfium2.PdfDocument(to)
    assert tuple(round(length * POINT) for length in paper[0].get_size()) == size
    assert len(paper) == 1
    text = " ".join(paper[0].get_textpage().get_text_range().split())
    assert words in text
    grey = paper[0].render(scale=1).to_pil().convert("L")
    left, top, right, bottom = Image.eval(grey, lambda light: 255 - light).getbbox() or (0, 0, 0, 0)
    width, height = grey.size
    assert min(left, top, width - right, height - bottom) > 0.02 * width  # a margin all around
    assert bottom - top > 0.4 * height


def sent_once(clerk: Visitor, site: Site, numbers: list[str]) -> None:
    """Send both by one click and once more: the e-mail and the text message leave once each."""
    page = clerk.open("/xin-loi/thu/?chon=1")
    expect(page.locator("input[name=letter]:checked")).to_have_count(2)
    page.get_by_role("button", name="Gửi các thư đã chọn").click()
    expect(page.locator("body")).to_contain_text("2 thư đang được gửi.")
    clerk.open("/xin-loi/thu/?chon=1")
    if page.locator("input[name=letter]:checked").count():
        page.get_by_role("button", name="Gửi các thư đã chọn").click()
        expect(page.locator("body")).to_contain_text("từ trước")
    until = time.monotonic() + 120
    while page.locator("td .badge", has_text="đã gửi").count() < len(numbers) and time.monotonic() < until:
        time.sleep(1)
        clerk.open("/xin-loi/thu/")
    expect(page.locator("td .badge", has_text="đã gửi")).to_have_count(len(numbers))
    ready = [path.read_text(encoding="utf-8") for path in (site.folder / "messages" / "ready").glob("*")]
    assert len([text for text in ready if "To: htx@example.vn" in text]) == 1
    (message,) = [text for text in ready if "0912 000 777" in text]
    assert json.loads(message)["text"].startswith("[MÔ PHỎNG]")
    clerk.look()


def entered(clerk: Visitor, dossier: int, folder: Path) -> None:
    """Enter a letter of 2025: its paper is the A5 of that day's form."""
    page = clerk.open(f"/xin-loi/ho-so/{dossier}/")
    page.get_by_role("link", name="Nhập thư đã gửi").click()
    page.locator("input[name=on]").fill("09/07/2025")
    page.locator("input[name=new_date]").fill("17/07/2025")
    page.locator("select[name=way]").select_option("paper")
    clerk.look()
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text("XL-")
    letter = page.locator("main table a").first.get_attribute("href")
    printed(clerk, letter, A5, folder / "a5.pdf", "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ")


def excepted(head: Visitor, dossier: int) -> None:
    """Decide that none is owed for one."""
    page = head.open(f"/xin-loi/ho-so/{dossier}/")
    page.get_by_role("link", name="Không phải xin lỗi").click()
    page.locator("select[name=code]").select_option("force_majeure")
    page.locator("[name=ground]").fill("Công văn số 15/UBND-VP ngày 20/11/2026")
    head.look()
    page.get_by_role("button", name="Quyết định").click()
    expect(page.locator("main")).to_contain_text("bất khả kháng")


def photograph() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    out = io.BytesIO()
    Image.new("RGB", (800, 600), "olive").save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_a_desk_is_reviewed_on_a_phone(enter: Enter, made: Any) -> None:
    desk = made[-1]
    clerk = enter(CLERK, size=PHONE)
    page = clerk.open("/co-so/")
    clerk.press(f"Rà soát {desk}")
    page.locator("[name=reviewer]").fill("Tổ rà soát")
    clerk.look()
    page.get_by_role("button", name="Bắt đầu", exact=True).click()
    page.locator("input[name=seats-measured]").wait_for()
    for field in page.locator("input[name$=-measured]").all():
        field.fill("500")
    for choice in page.locator("select[name$=-is_met]").all():
        choice.select_option("yes")
    page.locator("input[name=seats-minimum]").fill("30")
    page.locator("input[name=seats-measured]").fill("16")
    page.locator("input[name=seats-cost]").fill("21000000")
    by_day = f"{dt.datetime.now(dt.UTC).date() + dt.timedelta(days=60):%d/%m/%Y}"
    page.locator("input[name=seats-mend_by]").fill(by_day)
    clerk.look()
    page.locator("main form button").first.click()
    expect(page.locator("input[name=seats-measured]")).to_have_value(re.compile("16"))
    page.locator("tr", has=page.locator("input[name=seats-measured]")).get_by_role("link").last.click()
    page.locator("input[type=file]").set_input_files({
        "name": "ghe.jpg",
        "mimeType": "image/jpeg",
        "buffer": photograph(),
    })
    page.get_by_role("button", name="Thêm", exact=True).click()
    expect(page.locator("figure img")).to_have_count(1)
    picture = page.request.get(str(page.locator("figure img").evaluate("image => image.src")))
    assert Image.open(io.BytesIO(picture.body())).getexif().get(0x010F) is None
    clerk.look()
    page.locator("nav .trail a").last.click()
    page.get_by_role("button", name="Hoàn thành").click()
    expect(page.locator("main")).to_contain_text("21.000.000")
    clerk.look()
    page = clerk.open("/co-so/")
    line = page.locator("tbody tr", has_text=made[-1]).filter(has_text="Chỗ ngồi chờ, bàn viết")
    expect(line).to_contain_text("21.000.000")
    expect(line).to_contain_text(by_day)
    expect(line).to_contain_text("Chỗ ngồi chờ, bàn viết")
    expect(line).to_contain_text("14")
    clerk.look()
    assert not clerk.found, "\n".join(clerk.found)
