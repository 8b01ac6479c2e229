"""One Vietnamese word for one English term (GLOSSARY.md): words that the catalogue once had in two ways stay in one."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import polib
import pytest

import sipas_web

CATALOGUE = Path(sipas_web.__file__).parent / "locale/vi/LC_MESSAGES/django.po"
TEXTS = [
    (entry.msgid, text)
    for entry in polib.pofile(str(CATALOGUE))
    for text in (entry.msgstr, *entry.msgstr_plural.values())
    if text
]
INSTEAD = {
    r"[Aa]nh/chị": "ông/bà",
    r"\b[Bb]ạn\b": "ông/bà",
    r"(?<![.!?:\n] )(?<!^)Ông/[Bb]à": "ông/bà",
    r"[Mm]ục tiêu": "chỉ tiêu",  # but the goal of a plan
    r"[Gg]iả lập": "mô phỏng",
    r"[Pp]hiếu hỏi": "mẫu phiếu",
    r"[Pp]hiên bản (?!chương trình)": "bản",  # but the dated version of a procedure
    r"bộ phận Một cửa": "Bộ phận Một cửa",
    r"toàn đợt đo(?! lường)": "toàn đợt",
    r"chờ duyệt|đang duyệt": "rà soát",
    r"đã duyệt|phê duyệt": "chấp thuận",  # but a plan, as its decision says
    r"trạng thái đợt|đang ở trạng thái": "tình trạng",
}
TERMS = {
    r"witness(?:es)?\b": "chứng kiến",
    r"correction": "đính chính",
    r"\bwithheld\b": "không công bố",
    r"(?<!\()\btargets?\b": "chỉ tiêu",
    r"\bstrat(?:um|a)\b": "tầng",
    r"\bsampling frame\b": "khung mẫu",
    r"\bsimulated\b": "mô phỏng",
}
# Words that are right for another thing than the one they were given up for.
ELSEWHERE = {
    r"[Mm]ục tiêu": r"\bgoals?\b",
    r"[Pp]hiên bản (?!chương trình)": r"procedure|version",
    r"đã duyệt|phê duyệt": r"\bplans?\b|approv",
}
# Texts that speak of the thing without naming it.
WITHOUT = ("Texts stay hidden until", "Your text was taken.")


@pytest.mark.parametrize("wrong", INSTEAD)
def test_a_word_given_up_does_not_come_back(wrong: str) -> None:
    elsewhere = ELSEWHERE.get(wrong, "(?!)")
    found = [text for english, text in TEXTS if re.search(wrong, text) and not re.search(elsewhere, english.lower())]
    assert not found, f"say “{INSTEAD[wrong]}”"


@pytest.mark.parametrize("term", TERMS)
def test_a_term_has_its_one_word(term: str) -> None:
    spoken = [(e, v) for e, v in TEXTS if re.search(term, e, re.IGNORECASE) and not e.startswith(WITHOUT)]
    assert spoken, "no text has this term any more: take it out"
    assert not [pair for pair in spoken if TERMS[term] not in pair[1].lower()]


def test_every_text_is_composed() -> None:
    assert not [text for _english, text in TEXTS if not unicodedata.is_normalized("NFC", text)]
