"""What holds for the reading of any text: it never fails, its places hold what it says, Unicode forms do not matter."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.letters import Letter, Placed, read_letter
from sipas.letters.numerals import mended, with_figures_mended
from sipas.letters.structure import full_name
from sipas.letters.text import Text, fold

SAMPLES = Path(__file__).parents[2] / "reference" / "letters" / "tuning"
LETTERS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(SAMPLES.glob("*.txt"))}
PIECES = (
    "Số: 05/SNV-CCHC",
    "Số : l5 / UBND",
    "V/v ",
    "Kính gửi:",
    "- ",
    "1. ",
    "a) ",
    "I. ",
    "Điều 2. ",
    "Nơi nhận:",
    "KT. CHỦ TỊCH",
    "QUYẾT ĐỊNH",
    "Giao Sở Nội vụ chủ trì, ",
    "từ 85 % trở lên",
    "trước ngày 30/02/2024",
    "ngày 31 tháng 9 năm 2O21",
    "định kỳ",
    "Công văn số 12/UBND-NC ngày 1/1/2020 của ",
    "UBND các huyện, thị xã",
    "báo cáo UBND tỉnh (qua ",
    "\n",
    "\n\n",
    "    ",
    "**",
    "hằng quý",
    "./.",
    ":",
    ";",
    "phối hợp với ",
    "Luật ",
    "ngày 00/00/0000",
    "100%",
    "|",
    "TM. ",
    "Hà Nội, ngày 5 tháng 5 năm 2021",
    "UBND tỉnh ban hành Văn bản số 1/UBND về việc ",
    "yêu cầu: ",
    "best live score",
    "\u0301",
    "(",
    ")",
    "Đ",
    "ß",
    "İ",
    "\x00",
)
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=60).map("".join)


def placed(letter: Letter) -> Iterator[Placed]:
    for name in letter.__struct_fields__:
        value = getattr(letter, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Placed):
                yield item
    yield from (body for task in letter.tasks for body in task.bodies)


def check_places(letter: Letter) -> None:
    text = Text(letter.text)
    for item in placed(letter):
        assert 0 <= item.start < item.end <= len(letter.text)
        assert item.line == letter.text.count("\n", 0, item.start) + 1
        assert 0 < item.confidence <= 1
    for found in (letter.place, letter.subject, *letter.addressees, *letter.recipients):
        if found is not None:
            shown = text.shown(found.start, found.end)
            assert found.value in {shown, with_figures_mended(shown)}
    for task in letter.tasks:
        assert fold(task.text.split("\n")[0]) in fold(letter.text[task.start : task.end])
        assert all(full_name(b.value) == full_name(letter.text[b.start : b.end]) for b in task.bodies)
    for duty in letter.duties:
        assert fold(duty.unit) == fold(text.shown(duty.start, duty.end))
    for report in letter.reports:
        stretch = fold(text.shown(report.start, report.end))
        assert fold(report.to) in stretch
        assert fold(report.through or "") in stretch
    for threshold in letter.thresholds:
        stretch = fold(letter.text[threshold.start : threshold.end]).replace(",", ".")
        figures = re.findall(r"(?<![^\W_])[0-9oil|]+(?: ?\. ?[0-9oil|]+)?", stretch)
        assert threshold.value in {float(mended(figure).replace(" ", "")) for figure in figures}
    for deadline in letter.deadlines:
        assert deadline.amount is None or str(deadline.amount) in mended(
            fold(letter.text[deadline.start : deadline.end])
        )


@settings(max_examples=400, deadline=None)
@given(texts)
def test_any_text_is_read_and_its_places_hold(text: str) -> None:
    check_places(read_letter(text))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(LETTERS)), st.data())
def test_a_letter_with_lines_lost_or_moved_is_still_read(name: str, data: st.DataObject) -> None:
    lines = LETTERS[name].split("\n")
    kept = data.draw(st.lists(st.integers(0, len(lines) - 1), max_size=len(lines)))
    check_places(read_letter("\n".join(lines[i] for i in kept)))


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_decomposed_text_reads_as_composed(name: str) -> None:
    composed = read_letter(unicodedata.normalize("NFC", LETTERS[name]))
    decomposed = read_letter(unicodedata.normalize("NFD", LETTERS[name]))
    assert composed == decomposed
    check_places(composed)


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_line_ends_and_invisible_marks_change_nothing(name: str) -> None:
    spoilt = "\ufeff" + LETTERS[name].replace("\n", "\r\n").replace("Nội", "N\u00adội")
    assert read_letter(spoilt) == read_letter(LETTERS[name])


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_a_letter_is_exchanged_without_loss(name: str) -> None:
    letter = read_letter(LETTERS[name])
    assert msgspec.json.decode(msgspec.json.encode(letter), type=Letter) == letter


@given(st.text(max_size=200))
def test_the_folded_twin_has_the_same_length(text: str) -> None:
    made = Text.of(text)
    assert len(made.folded) == len(made.raw)
