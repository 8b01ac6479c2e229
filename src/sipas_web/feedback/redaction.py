"""Places in a text that may tell who is meant: proposals for the person who redacts, never a decision.

Too many proposals cost a glance, a missing one costs a person: names are looked for by surname and by form of address,
with and without capitals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sipas_web.feedback.rules import read
from sipas_web.shared.vietnamese_text import search_key

NAME, PHONE, MAIL, PAPER, PLATE, ADDRESS = (
    "[họ tên]", "[số điện thoại]", "[thư điện tử]", "[số giấy tờ]", "[biển số xe]", "[địa chỉ]",
)  # fmt: skip
WORDS = read("names")
SURNAMES, MIDDLE = frozenset(WORDS["surnames"].split()), frozenset(WORDS["middle"].split())
ADDRESSED = "|".join(re.escape(said) for said in WORDS["addressed"])
SAID = (
    (MAIL, re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    (PLATE, re.compile(r"\b\d{2}\s?-?[A-ZĐ]{1,2}\d?\s?[-. ]\s?\d{3}[.]?\d{1,2}\b")),
    (PAPER, re.compile(r"\b(?=[\w.\-/]*\d{4})[A-Z0-9]+(?:[.\-][A-Z0-9]+){2,}\b")),
    (PHONE, re.compile(r"(?<![\d.])(?:\+?84|0)(?:[ .-]?\d){8,10}(?!\d)")),
    (PAPER, re.compile(r"(?<!\d)\d{9,12}(?!\d)")),
    (ADDRESS, re.compile(r"\b(?:số nhà|nhà số|ngõ|ngách|hẻm|kiệt)\s+\d+[A-Za-z]?(?:/\d+)*", re.IGNORECASE)),
)  # fmt: skip
_word = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_address = re.compile(rf"\b(?:{ADDRESSED})\s+", re.IGNORECASE)
LONGEST_NAME = 5  # words


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place, from its first character to the one after its last, and what would stand there instead."""

    start: int
    end: int
    instead: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text; with ``instead`` it is one of the places."""

    text: str
    instead: str = ""


def proposals(text: str) -> list[Span]:
    """List the places, in order, none over another."""
    found = [Span(m.start(), m.end(), instead) for instead, form in SAID for m in form.finditer(text)]
    found += [Span(start, end, NAME) for start, end in _names(text)]
    kept: list[Span] = []
    for span in sorted(found, key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def redacted(text: str) -> str:
    """Give the text with every proposed place replaced."""
    return "".join(piece.instead or piece.text for piece in pieces(text))


def pieces(text: str) -> list[Piece]:
    """Cut a text at the proposed places."""
    made, at = [], 0
    for span in proposals(text):
        made += [Piece(text[at : span.start]), Piece(text[span.start : span.end], span.instead)]
        at = span.end
    return [piece for piece in [*made, Piece(text[at:])] if piece.text]


def gives_away(text: str, *, name: str, phone: str, email: str, address: str = "") -> bool:
    """Say whether a text names the person who sent it, whatever the spelling."""
    plain, digits = f" {_plain(text)} ", "".join(c for c in text if c.isdecimal())
    ours = "".join(c for c in phone if c.isdecimal())
    names = [_plain(said) for said in (name, address) if len(_plain(said).split()) > 1]
    return (
        any(f" {said} " in plain for said in names)
        or (len(ours) >= 8 and ours[-8:] in digits)
        or bool(email and email.casefold() in text.casefold())
    )


def _plain(text: str) -> str:
    return " ".join(_word.findall(search_key(text)))


def _names(text: str) -> Iterator[tuple[int, int]]:
    words = list(_word.finditer(text))
    addressed = {m.end() for m in _address.finditer(text)}
    for place, word in enumerate(words):
        length = _length(text, words, place, is_addressed=word.start() in addressed)
        if length:
            yield word.start(), words[place + length - 1].end()


def _length(text: str, words: list[re.Match[str]], place: int, *, is_addressed: bool) -> int:
    """Give how many words from here on are a name; 0 for none."""
    run = _run(text, words, place)
    first = run[0]
    capitals = next((n for n, word in enumerate(run) if not word[:1].isupper()), len(run))
    is_surname = first.casefold() in SURNAMES
    if capitals and (is_addressed or (is_surname and capitals > 1)):
        return capitals
    if is_surname and len(run) > 2 and run[1].casefold() in MIDDLE:  # typed without capitals: first, middle, last
        return 3
    return 0


def _run(text: str, words: list[re.Match[str]], place: int) -> list[str]:
    """Give the words from a place on that only a space parts."""
    run = [words[place].group()]
    for before, word in zip(words[place:], words[place + 1 : place + LONGEST_NAME], strict=False):
        if text[before.end() : word.start()] != " ":
            break
        run.append(word.group())
    return run
