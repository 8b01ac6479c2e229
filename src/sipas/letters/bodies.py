"""Names of bodies, read by their form: an opening word, a field of work or a proper name, a level."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from sipas.intake.syllables import is_syllable
from sipas.letters.text import Text, fold
from sipas.letters.vocabulary import one_of, words

LEVEL = r"(?:tinh|huyen|thi\s+xa|thi\s+tran|thanh\s+pho|tp|quan|phuong|dac\s+khu|xa|trung\s+uong)"
_LEVELS = rf"cac\s+{LEVEL}(?:\s*,\s*{LEVEL})*(?:\s+va\s+{LEVEL})?"
# A proper name of one to five words with capitals: looked at in the raw text.
_WORD = re.compile(r"\s{1,3}([^\W\d_]+)")
_MOST_NAME = 5
_MOST_PARTS = 8  # words with capitals in the name of a body


@dataclass(frozen=True, slots=True)
class Body:
    """A body named in a text.

    Parameters
    ----------
    start, end : int
        Offsets of its name.
    name : str
        As written, on one line.
    head : int
        Offset of its head's title (Chủ tịch, Giám đốc …) where that stands before it, else ``start``.
    """

    start: int
    end: int
    name: str
    head: int


@cache
def _whole() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/-]){one_of(words()['bodies']['whole'])}(?!\w)")


@cache
def _field() -> re.Pattern[str]:
    opening = one_of(words()["bodies"]["field"])
    return re.compile(rf"\b{opening}\s+(?P<field>{one_of(words()['fields'])})(?!\w)")


@cache
def _open() -> re.Pattern[str]:
    return re.compile(rf"\b{one_of(words()['bodies']['field'])}(?!\w)")


@cache
def _group() -> re.Pattern[str]:
    return re.compile(rf"\b{one_of(words()['groups'])}(?!\w)")


@cache
def _heads() -> re.Pattern[str]:
    return re.compile(rf"{one_of(words()['heads'])}\s+(?:cac\s+)?$")


@cache
def _several() -> re.Pattern[str]:
    opening = r"cac\s+(?:so|phong|ban)\s*:\s*"
    field = one_of(words()["fields"])
    return re.compile(rf"\b{opening}(?P<list>{field}(?:\s*(?:,|va)\s*{field})*)")


_TAIL_OF_GROUP = re.compile(
    rf"\s+(?:(?:truc\s+)?thuoc|cua|cap)\s+(?:(?:ubnd|uy\s+ban\s+nhan\s+dan)\s+)?(?:so\b|{LEVEL}(?!\w))|\s+{LEVEL}(?!\w)"
)
_TAIL_LEVEL = re.compile(
    rf"\s+(?:{_LEVELS}|cap\s+{LEVEL}|{LEVEL}(?:\s*,\s*{LEVEL})*)(?!\w)|\s+cac\s+dia\s+phuong(?!\w)"
)


def find_bodies(text: Text, start: int, end: int) -> list[Body]:
    """Find the bodies that a stretch names, in order, none inside another.

    Parameters
    ----------
    text : Text
        The letter.
    start, end : int
        The stretch.

    Returns
    -------
    list of Body
        Particular ones (Sở Nội vụ) and groups (các sở, ban, ngành); general words (cơ quan, đơn vị) are left out.
    """
    found: list[Body] = []
    taken = start
    for first, last in sorted(_stretches(text, start, end), key=lambda s: (s[0], -s[1])):
        if first >= taken:
            found.append(_made(text, first, last, start))
            taken = last
    return found


def body_at(text: Text, start: int, end: int) -> Body | None:
    """Give the body whose name, or whose head's title, begins a stretch.

    Parameters
    ----------
    text : Text
        The letter.
    start, end : int
        The stretch.

    Returns
    -------
    Body or None
        None where no body stands there.
    """
    lead = re.compile(rf"\s*(?:(?:{one_of(words()['heads'])})\s+)*").match(text.folded, start, end)
    at = lead.end() if lead else start
    for body in find_bodies(text, start, min(end, at + 200)):
        return body if body.start <= at else None
    return None


def _made(text: Text, first: int, last: int, start: int) -> Body:
    head = first
    for _ in range(2):
        match = _heads().search(text.folded, max(start, head - 40), head)
        if match is None:
            break
        head = match.start()
    return Body(first, last, text.shown(first, last), head)


def _stretches(text: Text, start: int, end: int) -> Iterator[tuple[int, int]]:
    folded, raw = text.folded, text.raw
    for match in _group().finditer(folded, start, end):
        tail = _TAIL_OF_GROUP.match(folded, match.end(), end)
        yield match.start(), tail.end() if tail else match.end()
    for match in _several().finditer(folded, start, end):
        for field in re.finditer(one_of(words()["fields"]), match["list"]):
            yield match.start("list") + field.start(), match.start("list") + field.end()
    for match in _whole().finditer(folded, start, end):
        if raw[match.start()].isupper() or folded.startswith("bo phan", match.start()):
            yield match.start(), _with_level(text, match.end(), end)
    for match in _field().finditer(folded, start, end):
        if _opens_name(text, match.start()) and raw[match.start("field")].isupper():
            yield match.start(), _with_level(text, match.end(), end)
    for match in _open().finditer(folded, start, end):
        is_name = _opens_name(text, match.start()) and not raw[match.start() : match.end()].isupper()
        last = _free_name(text, match.end(), end) if is_name else match.end()
        if last > match.end():
            yield match.start(), _with_level(text, last, end)


def _opens_name(text: Text, at: int) -> bool:
    """Say whether a name opens here: with a capital; only "Trưởng phòng Nội vụ" writes the body small."""
    return text.raw[at].isupper() or text.folded.endswith(("truong ", "pho "), 0, at)


def _with_level(text: Text, at: int, end: int) -> int:
    """Take the level and the proper name after it into a body's name."""
    tail = _TAIL_LEVEL.match(text.folded, at, end)
    if tail is None:
        own = re.compile(r"\s+(?:so|trung\s+tam)(?!\w)").match(text.folded, at, end)
        return own.end() if own and text.raw[own.end() - 2].isalpha() and _is_capital(text, own) else at
    return _proper_name(text, tail.end(), end)


def _is_capital(text: Text, match: re.Match[str]) -> bool:
    return text.raw[match.start() : match.end()].lstrip()[:1].isupper()


def _proper_name(text: Text, at: int, end: int, most: int = 20) -> int:
    """Take the words with capitals that follow; several such names may stand in a row after a plural level."""
    for _ in range(_MOST_NAME):
        word = _WORD.match(text.raw, at, end)
        if word is None or "\n\n" in word[0] or not _is_name(word[1]):
            break
        at = word.end()
    listed = _LISTED.match(text.raw, at, end) if most else None
    if listed and _is_name(listed[1]) and _is_name(listed[2]) and not _opens_body(text, listed.start(1), end):
        return _proper_name(text, listed.end(), end, most - 1)
    return at


_LISTED = re.compile(r"\s*,\s*([^\W\d_]+)\s+([^\W\d_]+)")


def _opens_body(text: Text, at: int, end: int) -> bool:
    rest = text.folded[at : min(end, at + 60)]
    return bool(_open().match(rest) or _whole().match(rest) or _person().match(rest))


@cache
def _person() -> re.Pattern[str]:
    return re.compile(rf"{one_of(words()['heads'])}\b")


def _is_name(word: str) -> bool:
    return word[0].isupper() and not (len(word) > 1 and word.isupper()) and fold(word) not in _NOT_NAMES


_NOT_NAMES = {"chu", "pho", "giam", "truong", "de", "yeu", "giao", "trong", "theo", "thuc", "khoa", "ky"}


@cache
def _stops() -> frozenset[str]:
    return frozenset(fold(str(word)) for word in words()["stops"])


def _free_name(text: Text, at: int, end: int) -> int:
    """Take a name that no list knows: words with capitals, each with at most two small syllables of its own."""
    first = _WORD.match(text.raw, at, end)
    if first is None or not first[1][0].isupper() or "\n\n" in first[0]:
        return at
    last = at
    for _ in range(_MOST_PARTS):
        word = _capital_word(text, last, end) or _joined_word(text, last, end, is_first=last == at)
        if word is None:
            break
        last = word
    return last


_JOINED = re.compile(r"\s+va\s+|\s*,\s+|\s+-\s+")


def _joined_word(text: Text, at: int, end: int, *, is_first: bool) -> int | None:
    """Take a further word with a capital after và, a comma or a dash, where no other body opens."""
    joined = None if is_first else _JOINED.match(text.folded, at, end)
    if joined is None or _opens_body(text, joined.end(), end):
        return None
    return _capital_word(text, joined.end() - 1, end)


def _capital_word(text: Text, at: int, end: int) -> int | None:
    word = _WORD.match(text.raw, at, end)
    if word is None or not word[1][0].isupper() or not (is_syllable(word[1]) or word[1].isupper()):
        return None
    at = word.end()
    if not word[1].isupper():
        follower = _WORD.match(text.folded, at, end)
        if follower and _goes_on(text, follower, end):
            at = follower.end()
            if _MANAGING.fullmatch(text.folded, word.start(1), at):
                at = _managed(text, at, end)
    return at


# Sections named by what they manage: small syllables up to a verb or a mark.
_MANAGING = re.compile(r"(?:quan\s+ly|kiem\s+soat|dang\s+ky|phat\s+trien)")


def _managed(text: Text, at: int, end: int) -> int:
    for _ in range(_MOST_NAME):
        follower = _WORD.match(text.folded, at, end)
        if follower is None or not _goes_on(text, follower, end):
            break
        at = follower.end()
    return at


def _goes_on(text: Text, follower: re.Match[str], end: int) -> bool:
    """Say whether a small syllable belongs to the word before it (Nội vụ), and is no verb, link or level."""
    is_level = re.compile(rf"{LEVEL}(?!\w)").match(text.folded, follower.start(1), end)
    return not is_level and follower[1] not in _stops() and text.raw[follower.start(1)].islower()
