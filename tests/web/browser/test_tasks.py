"""A cascade of four levels in real browsers: letters passed on, more time, a department that ends, a difficulty nobody
answers, an overdue task and the letter that urges; every figure shown also by a slow twin.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import expect

from tests.web.browser.conftest import Enter, Site, Visitor
from tests.web.browser.test_loop import script

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.environ.get("SIPAS_TEST_DATABASE") == "postgresql", reason="on SQLite"),
]
DAY = dt.timedelta(days=1)
# Three letters, each passing on the one above; the desk's is entered on screen. Tasks of the four levels.
BEGIN = """
import json
from dataclasses import replace
from tests.web import task_cast
from tests.web.letters_cast import citations_of, kept, letter_text
from sipas_web.accounts.actions.assigning import write_assignment
from sipas_web.accounts.actions.people import new_person
from sipas_web.accounts.demonstration import PASSWORD
from sipas_web.accounts.models import Role
from sipas_web.audit.actors import Actor, command_line
from sipas_web.improvement.actions import directives as acts
from sipas_web.units import queries
def hire(role, unit, name=""):
    person = new_person(username=f"cap-{name}", full_name=f"Cấp {name} (mô phỏng)", email=f"{name}@example.vn",
                        password=PASSWORD)
    write_assignment(person=person, role=Role.objects.get(code=role), unit=unit, since=queries.today(), until=None)
    return person
acting = lambda person: Actor(f"person:{person.pk}", person.full_name, "", "web 127.0.0.1", person)
by = command_line()
made = task_cast.chain(queries.by_code("75", queries.today()), by, hire, acting)
hire("agency", made.desk, name="desk")
def letter(number, ago, unit, name, cited, of, to, due):
    text = letter_text(head=name, number=number, day=made.ago(ago), cited=(cited, made.ago(ago + 10), of),
        to="Các đơn vị", order=f"Niêm yết công khai thủ tục và xin lỗi người dân khi trễ hẹn, xong trước ngày "
        f"{due:%d/%m/%Y}.")
    def cite(d):
        units = {"41/KH-BNV": made.country, "42/UBND-NC": made.province}
        given = [replace(c, issuer=units.get(cited), is_passed_on=c.reference == cited) for c in citations_of(d)]
        acts.correct_citations(directive_id=d.pk, citations=given, by=by)
    return kept(text, unit=unit, issuer=unit, to=to, by=by, change=cite)
due = made.ago(-40)
tops = [
    letter("41/KH-BNV", 90, made.country, "BỘ NỘI VỤ", "1/NQ-CP", "Chính phủ", [made.province], due),
    letter("42/UBND-NC", 80, made.province, "UBND TỈNH", "41/KH-BNV", "Bộ Nội vụ", [made.department], due),
    letter("43/SXD-VP", 70, made.department, "SỞ XÂY DỰNG", "42/UBND-NC", "UBND tỉnh", [made.desk], due),
]
tasks = {
    "land": made.given(made.department, "Rút ngắn cấp phép", giver=made.province, by="head", due=made.ago(20)),
    "roads": made.given(made.ending, "Công khai thủ tục đường bộ", giver=made.province, by="head", due=made.ago(30),
                        duties=[(made.department, "coordinate"), (made.home_affairs, "monitor")]),
    "seats": made.given(made.desk, "Bố trí thêm ghế", giver=made.department, by="boss", due=made.ago(15)),
    "words": made.given(made.desk, "Tập huấn giao tiếp", giver=made.department, by="boss", due=made.ago(-30)),
    "signs": made.given(made.desk, "Thay biển chỉ dẫn", giver=made.department, by="boss", due=made.ago(25)),
    "plan": made.given(made.province, "Nâng chỉ số chung", giver=made.country, by="ministry", due=made.ago(-5)),
}
print(json.dumps({"tasks": {k: t.pk for k, t in tasks.items()}, "letters": [d.pk for d in tops],
                  "due": due.isoformat(), "today": made.ago(0).isoformat()}))
"""
DISSOLVE = """
import datetime as dt
from sipas_web.audit.actors import command_line
from sipas_web.units import actions, queries
from sipas_web.units.models import Unit
ending, heir = (Unit.objects.get(code=code) for code in ("SGTVT", "SXD"))
day = queries.today() - dt.timedelta(days=1)
actions.dissolve(unit=ending, on=day, successors=[heir], by=command_line())
print("0")
"""
# Nobody answered within the days of the rule: what the daily look does then, and once more.
RISE = """
import json
import datetime as dt
from sipas_web.audit.actors import command_line
from sipas_web.improvement.actions.difficulties import rise_unanswered
from sipas_web.improvement.models import Difficulty
from sipas_web.units import queries
yesterday = queries.today() - dt.timedelta(days=1)
Difficulty.objects.filter(task=int(sys.argv[1])).update(answer_by=yesterday)
print(json.dumps([rise_unanswered(on=queries.today(), by=command_line()) for _ in range(2)]))
"""
ROWS = """
import json
from sipas_web.improvement.models import Extension, Task
day = lambda d: d.isoformat() if d else None
granted = Extension.objects.filter(granted__isnull=False).order_by("decided", "pk")
print(json.dumps([
    [t.unit.full_name, day(t.first_due), [day(e.granted) for e in granted.filter(task=t)], day(t.done), day(t.dropped)]
    for t in Task.objects.filter(unit__code__in=["SXD", "SXD-MC", "SGTVT"])
]))
"""
DESK = """SỞ XÂY DỰNG
BỘ PHẬN MỘT CỬA SỞ XÂY DỰNG

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Số: 44/MC
Đồng Nai, ngày {day:%d} tháng {day:%m} năm {day:%Y}
V/v niêm yết công khai thủ tục

Kính gửi: Công chức Bộ phận Một cửa.

Thực hiện Công văn số 43/SXD-VP ngày {cited:%d/%m/%Y} của Sở Xây dựng về nâng cao sự hài lòng của người dân, yêu cầu:

1. Niêm yết công khai thủ tục và xin lỗi người dân khi trễ hẹn, xong trước ngày {due:%d/%m/%Y}./.

Nơi nhận:
- Như trên;
- Lưu: VT.

TRƯỞNG BỘ PHẬN

Trần Văn Giả Định
"""


@dataclass
class Play:
    """What the tasks and letters are."""

    tasks: dict[str, int]
    letters: list[int]
    due: dt.date
    today: dt.date


def test_a_cascade_of_four_levels_on_screen(enter: Enter, site: Site, tmp_path: Path) -> None:
    told = script(site, BEGIN)
    play = Play(told["tasks"], told["letters"], *(dt.date.fromisoformat(told[k]) for k in ("due", "today")))
    head, boss, asker, clerk, desk = (enter(f"cap-{name}") for name in ("head", "boss", "asker", "clerk", "desk"))
    passed_on(desk, play)
    extended(asker, head, play)
    dropped(boss, play)
    raised(clerk, play)
    script(site, DISSOLVE)
    assert script(site, RISE, str(play.tasks["seats"])) == [1, 0]
    answered(head, play)
    taken_over(asker, play)
    urged(head, tmp_path)
    done_late(asker, play)
    figures(head, site, play)
    everyone = (head, boss, asker, clerk, desk)
    assert not [f for v in everyone for f in v.found], "\n".join(f for v in everyone for f in v.found)


def passed_on(desk: Visitor, play: Play) -> None:
    """The fourth letter: refused while its deadline is later than the department's, then kept under it."""
    page = desk.open("/chi-dao/them/")
    text = DESK.format(day=play.today - 60 * DAY, cited=play.today - 70 * DAY, due=play.due + DAY)
    page.get_by_label("toàn văn").fill(text)
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile(r"/doc/$"))
    page.get_by_role("link", name="Sửa và chọn văn bản được chuyển tiếp").click()
    page.get_by_label("Văn bản này chuyển tiếp văn bản đó").first.check()
    page.get_by_role("button", name="Lưu", exact=True).click()
    for day in (play.due + DAY, play.due):
        expect(page.locator("main")).to_contain_text(f"{day:%d/%m/%Y}")
    expect(page.locator("main [role=alert], main .errorlist, main .error").first).to_contain_text("43/SXD-VP")
    page.get_by_role("link", name="Quay lại").click()
    page.get_by_role("link", name="Sửa các mục giao việc").click()
    page.get_by_label("Ngày cuối cùng").first.fill(f"{play.due:%d/%m/%Y}")
    page.get_by_role("button", name="Lưu", exact=True).click()
    page.wait_for_url(re.compile(r"/doc/$"))
    page.get_by_role("link", name="Sửa và chọn văn bản được chuyển tiếp").click()
    page.get_by_label("Văn bản này chuyển tiếp văn bản đó").first.check()
    page.get_by_role("button", name="Lưu", exact=True).click()
    page.wait_for_url(re.compile(r"/doc/$"))
    page.get_by_role("button", name="Lưu văn bản chỉ đạo").click()
    page.wait_for_url(re.compile(r"/chi-dao/\d+/$"))
    for reference in ("41/KH-BNV", "42/UBND-NC", "43/SXD-VP"):
        expect(page.locator("main")).to_contain_text(reference)


def extended(asker: Visitor, head: Visitor, play: Play) -> None:
    """More time is asked and granted; both deadlines stay on the page."""
    first, wanted = play.today - 20 * DAY, play.today + 10 * DAY
    page = asker.open(f"/nhiem-vu/{play.tasks['land']}/gia-han/")
    page.get_by_label("Thời hạn đề nghị").fill(f"{wanted:%d/%m/%Y}")
    page.get_by_label("Lý do").fill("Chờ quy chuẩn mới của Bộ")
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text(f"{first:%d/%m/%Y} → {wanted:%d/%m/%Y}")
    shown = head.open(f"/nhiem-vu/{play.tasks['land']}/")
    shown.locator("main a[href*='/gia-han/']").first.click()
    shown.get_by_label("Chấp thuận", exact=True).check()
    shown.locator("main form button").first.click()
    expect(shown.locator("main")).to_contain_text("Đã ghi quyết định.")
    expect(shown.locator("main")).to_contain_text(f"{first:%d/%m/%Y}")
    head.look()


def dropped(boss: Visitor, play: Play) -> None:
    """A task that is no longer needed, with its reason."""
    page = boss.open(f"/nhiem-vu/{play.tasks['signs']}/bo/")
    page.get_by_label("Lý do").fill("Đã có biển mới")
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text("Đã có biển mới")


def raised(clerk: Visitor, play: Play) -> None:
    """A difficulty goes to who gave the task."""
    page = clerk.open(f"/nhiem-vu/{play.tasks['seats']}/vuong-mac/")
    page.locator("main form textarea").first.fill("Không có kinh phí mua ghế")
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text("Sở Xây dựng")
    expect(page.locator("main")).to_contain_text("Không có kinh phí mua ghế")


def answered(head: Visitor, play: Play) -> None:
    """It has risen to the province, through the department of home affairs, and is answered there."""
    page = head.open("/nhiem-vu/vuong-mac/")
    page.get_by_role("link", name=re.compile("Bố trí thêm ghế")).first.click()
    expect(page.locator("main")).to_contain_text("chưa được trả lời, chuyển lên cấp trên")
    expect(page.locator("main")).to_contain_text("Sở Nội vụ")
    head.look()
    page.locator("main form textarea").fill("Đồng ý cấp kinh phí trong quý này")
    page.get_by_role("button", name="Trả lời", exact=True).click()
    expect(page.locator("main")).to_contain_text("Đồng ý cấp kinh phí trong quý này")
    assert play.tasks


def taken_over(asker: Visitor, play: Play) -> None:
    """The task of the department that ended is the successor's, and its way is told."""
    page = asker.open(f"/nhiem-vu/{play.tasks['roads']}/")
    expect(page.locator("main")).to_contain_text("Sở Giao thông vận tải → Sở Xây dựng")
    asker.look()
    asker.press("Báo cáo tiến độ")
    page.locator("[name=percent]").fill("40")
    page.locator("main form textarea").fill("Đã rà soát thủ tục")
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text("40 %")


def urged(head: Visitor, folder: Path) -> None:
    """The overdue task of the successor stands in a letter, whose page is printed; it is noted as sent."""
    page = head.open("/nhiem-vu/don-doc/")
    page.get_by_role("link", name=re.compile("Soạn công văn Sở Xây dựng")).click()
    expect(page.locator("main")).to_contain_text("Công khai thủ tục đường bộ")
    expect(page.locator("main")).not_to_contain_text("Rút ngắn cấp phép")
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text("Đã soạn công văn.")
    head.look()
    with page.expect_download() as taken:
        page.get_by_role("link", name="PDF", exact=True).click()
    taken.value.save_as(folder / "don-doc.pdf")
    paper = pypdfium2.PdfDocument(folder / "don-doc.pdf")
    text = " ".join(paper[0].get_textpage().get_text_range().split())
    for said in ("Công khai thủ tục đường bộ", "Sở Xây dựng", "01 nhiệm vụ", "Nơi nhận"):
        assert said in text, said
    picture = paper[0].render(scale=1).to_pil().convert("L")
    inked = sum(picture.histogram()[:128]) / (picture.width * picture.height)
    assert abs(picture.width - 595) <= 1  # A4
    assert abs(picture.height - 842) <= 1
    assert 0.005 < inked < 0.2
    page.get_by_label("Số, ký hiệu").fill("15/UBND-NC")
    page.get_by_role("button", name="Ghi lại").first.click()
    expect(page.locator("main")).to_contain_text("Đã ghi nhận công văn đã gửi.")
    expect(head.open("/nhiem-vu/don-doc/").locator("main")).not_to_contain_text("Soạn công văn Sở Xây dựng")


def done_late(asker: Visitor, play: Play) -> None:
    """On time by the extension, late by the original deadline."""
    page = asker.open(f"/nhiem-vu/{play.tasks['land']}/xong/")
    page.locator("main form textarea").first.fill("Đã rút từ 20 xuống 15 ngày")
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text("hoàn thành chậm")


def figures(head: Visitor, site: Site, play: Play) -> None:
    """The board shows for each unit what the rows say, by both deadlines."""
    rows = [row for row in script(site, ROWS) if row[0] in {"Sở Xây dựng", "Bộ phận Một cửa Sở Xây dựng"}]
    assert len(rows) == len(script(site, ROWS))  # nothing is left with the department that ended
    page = head.open("/nhiem-vu/so-lieu/")
    head.look()
    for unit in {row[0] for row in rows}:
        shown = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=unit, exact=True))
        mine = [row for row in rows if row[0] == unit]
        newest, original = (Counter(slowly(row, play.today, kind) for row in mine) for kind in (False, True))
        cells = [cell.split() for cell in shown.get_by_role("cell").all_inner_texts()]
        assert cells[0] == [str(len(mine))], unit
        assert cells[1] == _both(_rate(newest), _rate(original)), unit
        for place, state in enumerate(("on_time", "late", "in_time", "overdue"), start=2):
            assert cells[place] == _both(str(newest[state]), str(original[state])), (unit, state)
        assert cells[8] == [str(newest["dropped"])], unit


def slowly(row: list[Any], today: dt.date, original: bool) -> str:
    """Say where a task stands, from its days alone."""
    _unit, first, granted, done, gone = row
    due = first if original or not granted else granted[-1]
    if gone:
        return "dropped"
    if done:
        return "done" if due is None else "on_time" if done <= due else "late"
    return "open" if due is None else "in_time" if today.isoformat() <= due else "overdue"


def _rate(counts: Counter[str]) -> str:
    due = counts["on_time"] + counts["late"] + counts["overdue"]
    return f"{100 * counts['on_time'] / due:.1f}".replace(".", ",") if due else "–"


def _both(newest: str, original: str) -> list[str]:
    return [newest] if newest == original else [newest, original]
