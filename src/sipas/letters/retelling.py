"""News about a letter: no form to go by, foreign words between the sentences, the letter named in the first one."""

from __future__ import annotations

import re
from functools import cache

from sipas.intake.syllables import SYLLABLES
from sipas.letters.bodies import Body, find_bodies
from sipas.letters.citations import find_citations
from sipas.letters.model import Citation, Found, FoundDate, Letter
from sipas.letters.numerals import days
from sipas.letters.provisions import Paragraph, Provision
from sipas.letters.sentences import whole_sentences
from sipas.letters.structure import Structure
from sipas.letters.text import Text, fold

_WORD = re.compile(r"[^\W\d_]+")
_ISSUED = re.compile(r"(?:\b(?:vua|da|moi)\s+)?\b(?:ban\s+hanh|co|ky|phat\s+hanh|gui)(?:\s+(?:ban\s+hanh|ky))?\s*$")
_ABOUT = re.compile(r"\s*,?\s*(?:ngay\s+[\d/.-]+\s*,?\s*)?(?:ve|v/v)\s+(?:viec\s+)?")
_ORDER = re.compile(r"\b(?:yeu\s+cau|de\s+nghi|chi\s+dao)\s*:?\s*(?=\S)")
_SOURCE = re.compile(r"\s*(?:nguon|theo\s+bao|tac\s+gia|anh|bien\s+tap)\s*:")
_LEAST_WORDS = 4
_LEAST_RUN = 3  # words in a row of which two or more are foreign


@cache
def _plain_syllables() -> frozenset[str]:
    return frozenset(fold(syllable) for syllable in SYLLABLES)


def without_foreign(text: Text) -> Text:
    """Blank out runs of foreign words.

    Parameters
    ----------
    text : Text
        The letter.

    Returns
    -------
    Text
        Same length; a run becomes a full stop and spaces. Words in capitals (PAR INDEX) stay.
    """
    raw = text.raw
    for start, end in reversed(_runs(text)):
        raw = raw[:start] + "." + " " * (end - start - 1) + raw[end:]
    return Text(raw, text.raw)


def _runs(text: Text) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    words: list[re.Match[str]] = []
    for word in [*_WORD.finditer(text.raw), None]:
        near = word is not None and (not words or text.raw[words[-1].end() : word.start()].strip(" \t\n,") == "")
        if word is not None and near and (_is_foreign(word[0]) or (words and word[0].islower() and len(word[0]) <= 3)):
            words.append(word)
            continue
        _close(words, runs)
        words = [word] if word is not None and _is_foreign(word[0]) else []
    return runs


def _close(words: list[re.Match[str]], runs: list[tuple[int, int]]) -> None:
    while words and not _is_foreign(words[-1][0]):
        words.pop()
    if len(words) >= _LEAST_RUN and sum(_is_foreign(w[0]) for w in words) >= 2:
        runs.append((words[0].start(), words[-1].end()))


@cache
def _is_foreign(word: str) -> bool:
    return not word.isupper() and fold(word) not in _plain_syllables()


def named_letter(text: Text) -> tuple[Citation, Body] | None:
    """Find the letter that news is about: "UBND tỉnh vừa ban hành Văn bản số …".

    Parameters
    ----------
    text : Text
        The news, foreign words blanked out.

    Returns
    -------
    Citation, Body
        The letter and who issued it; None where no sentence says so.
    """
    for citation in find_citations(text, 0, len(text.raw), len(text.raw)):
        verb = _ISSUED.search(text.folded, max(citation.start - 40, 0), citation.start)
        bodies = find_bodies(text, max(verb.start() - 120, 0), verb.start()) if verb else []
        if bodies and "\n" not in text.raw[bodies[-1].end : citation.start]:
            return citation, bodies[-1]
    return None


def read_retelling(text: Text, citation: Citation, issuer: Body) -> tuple[Letter, Structure]:
    """Read news about a letter.

    Parameters
    ----------
    text : Text
        The news, foreign words blanked out.
    citation : Citation
        The letter it is about.
    issuer : Body
        Who issued it.

    Returns
    -------
    Letter
        Kind, issuer, number, symbol, date and subject; the rest is still empty.
    Structure
        Its sentences: each that orders is a task.
    """
    end, subject = _subject(text, citation)
    at = {"start": citation.start, "end": citation.end, "line": citation.line}
    letter = Letter(
        text=text.raw,
        form="unknown",
        is_retelling=True,
        kind=Found(**at, confidence=0.6, value=citation.kind),
        issuer=Found(
            start=issuer.start, end=issuer.end, line=text.line(issuer.start), confidence=0.8, value=issuer.name
        ),
        number=Found(**at, confidence=0.8, value=citation.number or ""),
        symbol=Found(**at, confidence=0.8, value=citation.symbol or ""),
        date=_date(text, citation),
        subject=subject,
    )
    return letter, _structure(text, end)


def _subject(text: Text, citation: Citation) -> tuple[int, Found | None]:
    last = next(stretch[1] for stretch in whole_sentences(text, citation.start, len(text.raw)))
    about = _ABOUT.match(text.folded, min(citation.end, last), last) or _ABOUT.match(
        text.folded, _end_of_reference(text, citation), last
    )
    if about is None:
        return last, None
    start, end = text.trimmed(about.end(), last)
    if start == end:
        return last, None
    value = text.shown(start, end)
    return last, Found(start=start, end=end, line=text.line(start), confidence=0.6, value=value)


def _end_of_reference(text: Text, citation: Citation) -> int:
    symbol = citation.symbol or ""
    at = text.raw.find(symbol, citation.start, citation.end + 1)
    return at + len(symbol) if at >= 0 else citation.end


def _date(text: Text, citation: Citation) -> FoundDate | None:
    """Give the day of the letter: in its citation, or in the same sentence before it, the year by the text."""
    if citation.date is not None:
        for day in days(text.folded, citation.start, citation.end):
            if day.value == citation.date:
                return _found_date(text, day.start, day.end, day.value, 0.8)
    year = re.search(r"\bnam\s+(20\d\d)", text.folded[citation.end :])
    for first, last in whole_sentences(text, 0, len(text.raw)):
        if first <= citation.start < last:
            for day in days(text.folded, first, citation.start, int(year[1]) if year else None):
                return _found_date(text, day.start, day.end, day.value, 0.8 if day.has_year else 0.4)
    return None


def _found_date(text: Text, start: int, end: int, value: object, confidence: float) -> FoundDate:
    return FoundDate(start=start, end=end, line=text.line(start), confidence=confidence, value=value)  # type: ignore[arg-type]


def _structure(text: Text, start: int) -> Structure:
    """Sentences after the first: the lead-in ends with the first order, each further sentence is a task."""
    made = Structure()
    for first, last in whole_sentences(text, start, len(text.raw)):
        begin, end = text.trimmed(first, last)
        if len(text.raw[begin:end].split()) < _LEAST_WORDS or _SOURCE.match(text.folded, begin, end):
            made.loose.append(Paragraph(begin, max(begin, end)))
            continue
        first_task = begin if made.provisions else _after_order(text, begin, end, made)
        if first_task is not None:
            begin = first_task
            number = len(made.provisions) + 1
            made.provisions.append(
                Provision(f"¶{number}", "paragraph", None, begin, end, number, [Paragraph(begin, end)])
            )
    return made


def _after_order(text: Text, start: int, end: int, made: Structure) -> int | None:
    """Where the first task begins: after "yêu cầu:"; a sentence that begins with giao is one whole."""
    order = _ORDER.search(text.folded, start, end)
    if order is None:
        if text.folded.startswith("giao ", start):
            return start
        made.lead.append(Paragraph(start, end))
        return None
    made.lead.append(Paragraph(start, order.start()))
    return order.end()
