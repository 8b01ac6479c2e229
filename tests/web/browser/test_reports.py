"""Periodic reports from a commune to the Ministry, and targets and commitments from the letter to the closed year."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pypdfium2
import pytest
from playwright.sync_api import Locator, expect

from tests.web.browser.conftest import Enter, Site, Visitor, running
from tests.web.browser.test_loop import script

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.environ.get("SIPAS_TEST_DATABASE") == "postgresql", reason="on SQLite"),
]
PEOPLE = """
import datetime as dt, json
from sipas_web.accounts.actions.assigning import write_assignment
from sipas_web.accounts.actions.people import new_person
from sipas_web.accounts.demonstration import PASSWORD
from sipas_web.accounts.models import Role
from sipas_web.audit.actors import command_line
from sipas_web.units import actions, queries
by, today = command_line(), queries.today()
year = today.year - 1
def person(name, role, unit):
    who = new_person(username=name, full_name=f"{name} (mô phỏng)", email=f"{name}@example.vn", password=PASSWORD)
    write_assignment(person=who, role=Role.objects.get(code=role), unit=unit, since=today, until=None)
def agency(code, name, parent, kind="agency"):
    return actions.add(kind=kind, code=code, name=name, parent=parent, valid_from=dt.date(2025, 7, 1), by=by)
"""
OFFICES = f"""{PEOPLE}
from sipas_web.improvement.actions.tasks import give
province = queries.by_code("08", today)
commune, other = queries.communes_of(province, today)[:2]
office, desk = agency("S-BC", "Sở Giả định", province), agency("MC-BC", "Quầy một cửa giả định", commune, "one_stop")
for name, unit in (("bc-tinh", province), ("bc-xa", commune), ("bc-so", office)):
    person(name, "tracker", unit)
for unit, many in ((province, 1), (commune, 3), (other, 2), (office, 2), (desk, 1)):
    for k in range(many):
        give(unit=unit, title=f"Việc {{k}}", by=by, given=dt.date(year, 11, 3), due=dt.date(year, 12, 1))
told = {{"province": province, "commune": commune, "office": office}}
print(json.dumps({{name: [unit.pk, unit.full_name] for name, unit in told.items()}}))
"""
TWIN = """
import datetime as dt, json
from sipas_web.improvement.models import PeriodicReport, Task
from sipas_web.units import queries
report = PeriodicReport.objects.get(pk=int(sys.argv[1]))
def tops(unit):
    while unit is not None:
        yield unit.pk
        unit = queries.parent_at(unit, report.last)
tasks = [t for t in Task.objects.select_related("unit") if report.first <= t.given <= report.last]
below = [int(pk) for pk in sys.argv[2].split(",")]
print(json.dumps([
    sum(report.unit_id in tops(t.unit) for t in tasks),
    sum(any(pk in tops(t.unit) for pk in below) for t in tasks),
    [len(ids := list(report.units.values_list("unit", flat=True))), len(set(ids))],
]))
"""
SIGNERS = f"""{PEOPLE}
from tests.web import letters_cast, loop_cast
from sipas_web.results.queries import reading
province = queries.by_code("08", today)
office = agency("S-CK", "Sở Cam kết (giả định)", province)
person("ck-tinh", "tracker", province), person("ck-so", "head", office)
loop_cast.SEED += 100  # codes of its own
made = loop_cast.published(province, by, year)
figures = reading.opened(by, made.round_id).results.figures
value = figures.whole(figures.root)
text = letters_cast.PROVINCE.replace("412/", "8812/")
letter = letters_cast.kept(text, unit=province, issuer=province, to=[office], by=by)
print(json.dumps([year, [value.percent, value.low, value.high], letter.pk, letter.reference]))
"""
NEEDED = "Nội dung do cán bộ soạn trên màn hình."


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run a demonstration of its own."""
    yield from running(tmp_path_factory)


@pytest.fixture(scope="module")
def logins() -> dict[str, Any]:
    """Keep the cookies of that site."""
    return {}


def begun(visitor: Visitor, unit: int, year: int) -> str:
    """Begin a report on screen, write its texts; gives its address."""
    page = visitor.open("/bao-cao/lap/")
    page.locator("select[name=unit]").select_option(str(unit))
    page.locator("select[name=kind]").select_option("year")
    page.locator("input[name=year]").fill(str(year))
    visitor.look()
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text("Nhiệm vụ được giao trong kỳ")
    visitor.look()
    address = page.url
    page.get_by_role("link", name="Soạn nội dung").click()
    for box in page.locator("main form textarea").all():
        box.fill(NEEDED)
    visitor.look()
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator("main")).to_contain_text(NEEDED)
    return address


def send_up(visitor: Visitor) -> None:
    """Send the report shown."""
    page = visitor.page
    page.get_by_role("link", name="Gửi lên cấp trên").click()
    visitor.look()
    page.get_by_role("button", name="Gửi lên cấp trên").click()
    expect(page.locator("main")).to_contain_text("Đã gửi báo cáo. Từ nay nội dung không thay đổi.")


def figures(row: Locator) -> list[str]:
    """Give the numbers of a line of a report."""
    return [cell.inner_text().strip() for cell in row.locator("td.figure").all()]


def saved(visitor: Visitor, name: str) -> Path:
    """Save a file of the page shown."""
    with visitor.page.expect_download() as waiting:
        visitor.page.get_by_role("link", name=name, exact=True).click()
    return Path(waiting.value.path())


def files_say(visitor: Visitor, total: int) -> None:
    """Save the three files and open them: they say what the page says."""
    paper = docx.Document(str(saved(visitor, "DOCX")))
    rows = [[cell.text for cell in row.cells] for table in paper.tables for row in table.rows]
    assert any("Nhiệm vụ được giao trong kỳ" in row[0] and str(total) in row[1:] for row in rows)
    assert any(NEEDED in line.text for line in paper.paragraphs)
    printed = pypdfium2.PdfDocument(saved(visitor, "PDF"))
    text = "\n".join(page.get_textpage().get_text_range() for page in printed)
    assert "MÔ PHỎNG" in text
    assert NEEDED in " ".join(text.split())
    darkest = min(printed[0].render(scale=0.5).to_pil().convert("L").getextrema())
    assert darkest < 80  # there is ink on it
    sheet = openpyxl.load_workbook(io.BytesIO(saved(visitor, "XLSX").read_bytes()))["Báo cáo"]
    told = {str(row[1]).strip(): row[2] for row in sheet.iter_rows(min_row=5, values_only=True)}
    assert told["Nhiệm vụ được giao trong kỳ"] == total


def test_reports_go_up_and_each_unit_is_counted_once(enter: Enter, site: Site) -> None:
    places = script(site, OFFICES)
    year = dt.datetime.now(dt.UTC).date().year - 1
    below = {}
    for login, place in (("bc-xa", "commune"), ("bc-so", "office")):
        sender = enter(login)
        below[place] = begun(sender, places[place][0], year)
        send_up(sender)
    head = enter("bc-tinh")
    page = head.open(f"/bao-cao/theo-doi/?unit={places['province'][0]}&kind=year&year={year}")
    head.look()
    page = head.open("/nhiem-vu/cho-toi/")
    for place, address in below.items():
        expect(page.locator("main")).to_contain_text(places[place][1])
        page.goto(address)
        page.get_by_role("button", name="Tiếp nhận").click()
        expect(page.locator("main")).to_contain_text("đã tiếp nhận")
        head.open("/nhiem-vu/cho-toi/")
    address = begun(head, places["province"][0], year)
    report = re.search(r"/bao-cao/(\d+)/", address)
    assert report is not None
    total, from_below, units = script(site, TWIN, report[1], f"{places['commune'][0]},{places['office'][0]}")
    assert units[0] == units[1]
    line = page.locator("tr", has_text="Nhiệm vụ được giao trong kỳ").first
    assert figures(line) == [str(total), "", str(from_below)]
    assert total >= 9
    assert from_below == 6
    compare_and_send(head, address, units[0])
    files_say(head, total)
    found = [*head.found, *sender.found]
    assert not found, "\n".join(found)


def compare_and_send(head: Visitor, address: str, count: int) -> None:
    """See that nothing below is counted otherwise now, whose units count, and send the report."""
    page = head.page
    page.get_by_role("link", name="đối chiếu giữa các cấp").click()
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text("Đã tổng hợp 2 báo cáo")
    head.look()
    listed: list[str] = []
    page.goto(f"{address}don-vi/")
    head.look()
    while True:
        listed += page.locator("main tbody th").all_inner_texts()
        following = page.get_by_role("link", name="Trang sau")
        if not following.count():
            break
        following.first.click()
    assert "Quầy một cửa giả định" in listed
    assert len(listed) == count
    page.goto(address)
    send_up(head)
    head.look()


def set_target(visitor: Visitor, year: int, threshold: float, letter: int) -> str:
    """Set a target from the directive; gives what its page says."""
    page = visitor.open("/chi-tieu/them/")
    unit = page.locator("[name=unit]")
    unit.select_option("08") if unit.evaluate("e => e.tagName") == "SELECT" else unit.fill("08")
    page.locator("input[name=year]").fill(str(year))
    page.locator("input[name=threshold]").fill(f"{threshold:.2f}".replace(".", ","))
    page.locator("select[name=directive]").select_option(str(letter))
    visitor.look()
    page.get_by_role("button", name="Đặt chỉ tiêu").click()
    expect(page.locator("main")).to_contain_text("Đã đặt chỉ tiêu.")
    visitor.look()
    return page.locator("main").inner_text()


def test_a_target_is_judged_and_a_commitment_goes_to_the_closed_year(enter: Enter, site: Site, tmp_path: Path) -> None:
    year, (percent, low, high), letter, reference = script(site, SIGNERS)
    tracker = enter("ck-tinh")
    for threshold, word in ((low - 1, "Đạt chỉ tiêu"), (high + 1, "Chưa đạt chỉ tiêu"), (percent, "Chưa đủ căn cứ")):
        told = set_target(tracker, year, threshold, letter)
        assert word.lower() in told.lower(), told
        assert reference in told
        assert f"{percent:.2f}".replace(".", ",") in told
        assert "mô phỏng" in told.lower()
        if word != "Chưa đủ căn cứ":
            withdraw(tracker)
    series_stay_apart(tracker, year, percent)
    head = enter("ck-so")
    commitment(tracker, head, year, tmp_path)
    found = [*tracker.found, *head.found]
    assert not found, "\n".join(found)


def withdraw(visitor: Visitor) -> None:
    """Withdraw the target shown: one body sets one target for one thing."""
    page = visitor.page
    page.locator("main form [name=reason]").fill("Đặt lại mức khác")
    page.get_by_role("button", name="Rút chỉ tiêu").click()
    expect(page.locator("main")).to_contain_text("Đặt lại mức khác")


def series_stay_apart(visitor: Visitor, year: int, percent: float) -> None:
    """A value of PAPI stands in its own list, and never beside SIPAS."""
    page = visitor.open("/chi-tieu/chuoi/papi/nhap/")
    unit = page.locator("[name=unit]")
    unit.select_option("08") if unit.evaluate("e => e.tagName") == "SELECT" else unit.fill("08")
    page.locator("input[name=year]").fill(str(year))
    page.locator("input[name=value]").fill("41,25")
    page.locator("input[name=source]").fill("Báo cáo PAPI (mô phỏng)")
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text("41,25")
    visitor.look()
    sipas = f"{percent:.2f}".replace(".", ",")
    assert sipas not in page.locator("main").inner_text()
    visitor.open(f"/chi-tieu/?series=sipas&year={year}")
    expect(page.locator("main tbody tr", has_text="8812/UBND-NC")).to_have_count(1)
    assert "41,25" not in page.locator("main").inner_text()
    visitor.look()
    visitor.open("/chi-tieu/?series=papi")
    assert sipas not in page.locator("main").inner_text()


def commitment(tracker: Visitor, head: Visitor, year: int, tmp_path: Path) -> None:
    """Asked for, written, signed, shown with a file, reviewed, closed: then nothing of it changes."""
    page = tracker.open("/chi-tieu/cam-ket/de-nghi/")
    page.locator("input[name=year]").fill(str(year))
    to_unit: Any = page.locator("[name=to_unit]")
    to_unit.select_option("08") if to_unit.evaluate("e => e.tagName") == "SELECT" else to_unit.fill("08")
    page.get_by_label("Sở Cam kết (giả định)").check()
    tracker.look()
    page.get_by_role("button", name="Đề nghị", exact=True).click()
    expect(page.locator("main")).to_contain_text("Sở Cam kết (giả định)")
    page = head.open(f"/chi-tieu/cam-ket/?year={year}")
    page.get_by_role("link", name="Sở Cam kết (giả định)").click()
    page.get_by_role("link", name="Ghi nội dung").click()
    page.locator("[name=form-0-text]").fill("100 % hồ sơ trả đúng hạn")
    page.locator("[name=form-0-measure]").fill("Tỷ lệ trên hệ thống một cửa")
    head.look()
    page.get_by_role("button", name="Lưu").click()
    page.get_by_role("link", name="Ký", exact=True).click()
    page.locator("[name=position]").fill("Giám đốc Sở")
    head.look()
    page.get_by_role("button", name="Ký", exact=True).click()
    page.get_by_role("link", name="100 % hồ sơ trả đúng hạn").click()
    address = page.url
    shown = tmp_path / "Biên bản.pdf"
    shown.write_bytes(b"%PDF-1.7 shown")
    page.locator("[name=result]").fill("Đạt 99,5 %")
    page.locator("[name=attached]").set_input_files(shown)
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.get_by_role("link", name="Biên bản.pdf")).to_be_visible()
    head.look()
    review_and_close(tracker, address, year)
    page.goto(address)
    expect(page.locator("main")).to_contain_text("hoàn thành một phần")
    expect(page.locator("main form")).to_have_count(0)
    head.look()


def review_and_close(tracker: Visitor, address: str, year: int) -> None:
    """The tracker opens the file, judges, and closes the year."""
    page = tracker.page
    page.goto(address)
    assert saved(tracker, "Biên bản.pdf").read_bytes() == b"%PDF-1.7 shown"
    page.locator("[name=verdict][value=partly]").check()
    page.locator("[name=reason]").fill("Chưa đủ 100 %")
    tracker.look()
    page.get_by_role("button", name="Lưu đánh giá").click()
    expect(page.locator("main")).to_contain_text("Chưa đủ 100 %")
    tracker.open("/chi-tieu/cam-ket/chot/")
    unit = page.locator("[name=unit]")
    unit.select_option("08") if unit.evaluate("e => e.tagName") == "SELECT" else unit.fill("08")
    page.locator("input[name=year]").fill(str(year))
    page.locator("[name=is_sure]").check()
    tracker.look()
    page.get_by_role("button", name="Chốt năm này").click()
    page.wait_for_url(re.compile(r"/chot/\d+/"))
    tracker.look()
