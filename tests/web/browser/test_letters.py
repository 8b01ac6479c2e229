"""Letters of the forms offices send, from file or paste to a directive, in a real browser.

Texts and what they hold come from the reader's own reference letters; one value of each is corrected on the way.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
import pytest
import typst
import yaml
from playwright.sync_api import Page, expect

from sipas.letters.text import fold
from tests.web.browser.conftest import Enter, Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.environ.get("SIPAS_TEST_DATABASE") == "postgresql", reason="on SQLite"),
]
SAMPLES = Path(__file__).parents[2] / "core/reference/letters/tuning"
Change = Callable[[Page], None]


@dataclass(frozen=True)
class Case:
    """A letter: how it comes in, and what is corrected in it."""

    name: str
    form: str  # paste, txt, docx, pdf
    part: str  # link to the part that is corrected
    change: Change
    corrected: str  # what the page of the directive shows then
    is_looked_at: bool = False


def fill(name: str, text: str) -> Change:
    """Fill a field."""
    return lambda page: page.locator(f"[name='{name}']").fill(text)


def due_of(path: str, day: str) -> Change:
    """Give an order another last day."""
    return lambda page: (
        page
        .locator("fieldset")
        .filter(has=page.locator("legend", has_text=re.compile(rf"{re.escape(path)}$")))
        .get_by_label("Ngày cuối cùng")
        .fill(day)
    )


CASES = (
    Case("t01-cong-van-ubnd-tinh-tt01", "txt", "Sửa chỉ tiêu", fill("rows-0-value", "83,5"), "83,50 %", True),
    Case("t07-huyen-tuq", "paste", "Sửa phần đầu", fill("reference", "1189/UBND-NV"), "1189/UBND-NV"),
    Case("t04-ke-hoach-tinh-nd30", "docx", "Sửa các mục giao việc", due_of("III.4", "20/03/2024"), "20/03/2024"),
    Case("t03-quyet-dinh-nd30-huyen", "pdf", "Sửa và chọn văn bản", fill("rows-1-reference", "47/2019/QH14"),
         "47/2019/QH14"),
    Case("t05-tin-bao-chi-dao", "paste", "Sửa phần đầu", fill("issued", "15/05/2020"), "15/05/2020", True),
    Case("t06-ocr-so-nd30", "paste", "Sửa phần đầu", fill("issuer_name", "SỞ NỘI VỤ"), "SỞ NỘI VỤ"),
)  # fmt: skip


def test_letters_of_six_forms_are_read_corrected_and_kept(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("tracker")
    for case in CASES:
        text = (SAMPLES / f"{case.name}.txt").read_text(encoding="utf-8")
        told = yaml.safe_load((SAMPLES / f"{case.name}.yaml").read_text(encoding="utf-8"))
        give(visitor, case, text, tmp_path)
        beside_the_text(visitor.page, told, case.name)
        if case.is_looked_at:
            visitor.look()
        visitor.page.get_by_role("link", name=re.compile(case.part)).first.click()
        case.change(visitor.page)
        visitor.page.get_by_role("button", name="Lưu", exact=True).click()
        visitor.page.wait_for_url(re.compile(r"/doc/$"))
        visitor.page.get_by_role("button", name="Lưu văn bản chỉ đạo").click()
        visitor.page.wait_for_url(re.compile(r"/chi-dao/\d+/$"))
        on_its_page(visitor.page, told, case)
        if case.is_looked_at:
            visitor.look()
    assert not visitor.found, "\n".join(visitor.found)


def test_what_holds_no_letter_is_said(enter: Enter, tmp_path: Path) -> None:
    """A scanned page and an empty file: a sentence beside the field, and the form as it was."""
    visitor = enter("tracker")
    scan, empty = tmp_path / "quet.pdf", tmp_path / "trong.txt"
    scan.write_bytes(typst.compile(b"#rect(width: 5cm, height: 5cm)"))
    empty.write_bytes(b"")
    for file, said in ((scan, "ảnh quét|không có lớp chữ|không có chữ"), (empty, "trống|rỗng")):
        page = visitor.open("/chi-dao/them/")
        page.locator("input[type=file]").set_input_files(file)
        page.locator("main form button").first.click()
        expect(page.locator("main .error, main .errorlist").first).to_have_text(re.compile(said))
        assert page.url.endswith("/chi-dao/them/")
        visitor.look()
    assert not visitor.found, "\n".join(visitor.found)


def give(visitor: Visitor, case: Case, text: str, folder: Path) -> None:
    """Paste a letter or choose its file."""
    page = visitor.open("/chi-dao/them/")
    if case.form == "paste":
        page.get_by_label("toàn văn").fill(text)
    else:
        file = folder / f"{case.name}.{case.form}"
        made = text.encode() if case.form == "txt" else as_docx(text) if case.form == "docx" else as_pdf(text)
        file.write_bytes(made)
        page.locator("input[type=file]").set_input_files(file)
    page.locator("main form button").first.click()
    page.wait_for_url(re.compile(r"/doc/$"))


def beside_the_text(page: Page, told: dict[str, Any], name: str) -> None:
    """The reading has what the letter holds, group by group."""
    head = group(page, "head")
    for value in (told["issuer"], told["number"], told["symbol"], _day(told["date"]), told["subject"]):
        assert _plain(str(value)) in head, (name, value)
    for addressee in told["addressees"]:
        assert _plain(addressee) in group(page, "addressees"), (name, addressee)
    for cited in told["citations"]:
        for value in (cited.get("ref"), _day(cited["date"]) if cited.get("date") else None):
            assert not value or _plain(value) in group(page, "citations"), (name, cited)
    shown = [_plain(text) for text in page.locator("section:has(> div > #g-tasks) dt").all_inner_texts()]
    assert shown == [_plain(task["path"]) for task in told["tasks"]], name
    for task in told["tasks"]:
        assert _plain(task["starts"]) in group(page, "tasks"), (name, task)
    for threshold in told["thresholds"]:
        assert _figure(threshold) in group(page, "thresholds"), (name, threshold)


def on_its_page(page: Page, told: dict[str, Any], case: Case) -> None:
    """The directive that was kept has the same, and the value corrected."""
    assert case.corrected in page.locator("main").inner_text(), case.name
    shown = _plain(page.locator("main").inner_text())
    head = [told["subject"]] if told.get("retelling") else [told["subject"], _day(told["date"])]
    cited = [c["ref"] for c in told["citations"] if c.get("ref")]
    paths = [task["path"] for task in told["tasks"]]
    for value in (*head, *cited, *told["addressees"], *paths):
        assert _plain(value) in shown, (case.name, value)
    wanted = [t for t in told["thresholds"] if t["relation"] != "eq" or t["value"] == 100]
    for threshold in wanted[1 if "chỉ tiêu" in case.part else 0 :]:
        assert _figure(threshold) in shown, (case.name, threshold)
    if told.get("retelling"):
        assert "tin bao" in shown
        assert "casino" not in shown
        assert "ставки" not in shown


def group(page: Page, code: str) -> str:
    """Give the text of a group of values."""
    return _plain(page.locator(f"section:has(> div > #g-{code})").inner_text())


def as_docx(text: str) -> bytes:
    """Write a letter line by line."""
    document, made = docx.Document(), io.BytesIO()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(made)
    return made.getvalue()


def as_pdf(text: str) -> bytes:
    """Set a letter line by line, with text in it."""
    escaped = "".join(f"\\{c}" if c in "\\#*_`$<>@=-+/~[]\"'" else c for c in text)
    lines = " \\\n".join(line or "~" for line in escaped.splitlines())
    return typst.compile(f'#set text(font: "Libertinus Serif", size: 11pt)\n{lines}'.encode())


def _plain(text: str) -> str:
    """Give a text to compare: a scan loses marks, which its reference letter has."""
    return re.sub(r"[\s\xa0]+", " ", fold(text.replace("*", "")))


def _figure(threshold: dict[str, Any]) -> str:
    return _plain(f"{threshold['value']:g} {threshold['unit']}".replace(".", ","))


def _day(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"
