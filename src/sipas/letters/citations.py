"""Documents that a letter cites: kind, số and ký hiệu, day, issuing body (NĐ 30/2020, Phụ lục I, on first citation)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from sipas.letters.bodies import Body, body_at, find_bodies
from sipas.letters.model import Citation
from sipas.letters.numerals import DIGIT, Day, days, mended
from sipas.letters.text import Text, fold
from sipas.letters.vocabulary import kind_by_abbreviation, kind_by_name, one_of, symbols, words

# Groups of a symbol: letters, joined by a dash; spaces of a scan around the marks are forgiven.
SYMBOL = r"(?P<symbol>[^\W\d_][^\W_]*(?:&[^\W\d_]+)*(?:\s?-\s?[^\W\d_][^\W\d_&]*(?:&[^\W\d_]+)*){0,3})"
_YEAR = rf"(?:(?P<year>2[0o]{DIGIT}{{2}}|[1il]9{DIGIT}{{2}})\s?/\s?)?"
REFERENCE = rf"(?P<number>{DIGIT}{{1,6}}[a-z]?)\s{{0,4}}/\s{{0,3}}{_YEAR}{SYMBOL}"
_FAR = 90  # characters in which a citation's day may follow its symbol
_NAME_OF_LAW = 160


@dataclass(frozen=True, slots=True)
class Reference:
    """Số and ký hiệu, slips mended.

    Parameters
    ----------
    number, symbol : str
        The halves.
    year : int or None
        Year between them.
    is_mended : bool
        A slip of the scan was mended.
    """

    number: str
    symbol: str
    year: int | None
    is_mended: bool

    @property
    def whole(self) -> str:
        """Number, year and symbol with strokes."""
        middle = f"{self.year}/" if self.year else ""
        return f"{self.number}/{middle}{self.symbol}"


def reference_of(text: Text, match: re.Match[str]) -> Reference:
    """Mend the số and ký hiệu that ``REFERENCE`` matched.

    Parameters
    ----------
    text : Text
        The letter.
    match : re.Match
        Of a pattern with the groups of ``REFERENCE``.

    Returns
    -------
    Reference
        Symbol as written, without spaces.
    """
    raw_number = match["number"]
    suffix = raw_number[-1] if raw_number[-1] in "abcdeh" else ""
    number = mended(raw_number.removesuffix(suffix)) + suffix
    symbol = re.sub(r"[\s*]+", "", text.raw[match.start("symbol") : match.end("symbol")])
    symbol = re.sub("[\u2010-\u2014]", "-", symbol)
    symbol = _with_dash(symbol)
    year = int(mended(match["year"])) if match["year"] else None
    is_mended = not raw_number.removesuffix(suffix).isdecimal() or " " in text.raw[match.start("number") : match.end()]
    return Reference(number, symbol, year, is_mended)


def _with_dash(symbol: str) -> str:
    """Put back the dash that an export lost between a kind and a known body: QĐUBND."""
    folded = fold(symbol)
    for length in range(2, len(folded) - 1):
        if "-" not in symbol and folded[:length] in kind_by_abbreviation() and folded[length:] in symbols():
            return f"{symbol[:length]}-{symbol[length:]}"
    return symbol


@cache
def _cited() -> re.Pattern[str]:
    names = one_of([*kind_by_name(), *words()["any_kind"]])
    return re.compile(rf"\b(?P<kind>{names}|cv)(?:\s+[^\W\d_]+){{0,9}}?\s+s[o0]\s*:?\s*{REFERENCE}")


@cache
def _listed() -> re.Pattern[str]:
    """Find a citation without the word số, or with its kind only in the symbol."""
    return re.compile(rf"(?:\b(?P<kind>{one_of(kind_by_name())})\s+|\bs[o0]\s*:?\s*){REFERENCE}")


_LAW = re.compile(r"\b(?P<kind>luat|bo\s+luat|phap\s+lenh)\s+")


def find_citations(text: Text, start: int, end: int, ground_end: int) -> list[Citation]:
    """Find the documents cited in a stretch, each once, at its fullest citation.

    Parameters
    ----------
    text : Text
        The letter.
    start, end : int
        The stretch.
    ground_end : int
        Offset before which a citation is a ground.

    Returns
    -------
    list of Citation
        In order.
    """
    found: dict[object, Citation] = {}
    for citation in sorted(
        [*_numbered(text, start, end, ground_end), *_laws(text, start, end, ground_end)], key=_start
    ):
        key = citation.reference.lower() if citation.reference else (citation.kind, citation.date)
        if key not in found or (found[key].date is None and citation.date is not None):
            found[key] = citation
    return sorted(found.values(), key=_start)


def _start(citation: Citation) -> int:
    return citation.start


def _numbered(text: Text, start: int, end: int, ground_end: int) -> Iterator[Citation]:
    taken = start
    matches = [*_nearest_kinds(text, start, end), *_listed().finditer(text.folded, start, end)]
    for match in sorted(matches, key=lambda m: (m.start("number"), m.start())):
        at = match.start("number")
        if at >= taken and "\n\n" not in match[0] and _is_symbol(text, match):
            taken = match.end()
            yield _citation(text, match, end, ground_end)


def _nearest_kinds(text: Text, start: int, end: int) -> Iterator[re.Match[str]]:
    """Of "quy định tại Quyết định số …" the kind next to the number counts."""
    at = start
    while match := _cited().search(text.folded, at, end):
        nearer = match
        while later := _cited().search(text.folded, nearer.end("kind"), match.end()):
            nearer = later
        yield nearer
        at = match.end()


def _is_symbol(text: Text, match: re.Match[str]) -> bool:
    raw = text.raw[match.start("symbol") : match.end("symbol")]
    return sum(c.isupper() for c in raw) * 2 >= sum(c.isalpha() for c in raw) and len(raw) > 1


def _citation(text: Text, match: re.Match[str], end: int, ground_end: int) -> Citation:
    reference = reference_of(text, match)
    day = _day_after(text, match.end(), end)
    last = day.end if day else match.end()
    issuer, issuer_end = _issuer_after(text, last, end)
    if issuer is None:
        issuer = _issuer_before(text, match.start())
    is_mended = reference.is_mended or bool(day and day.is_mended)
    return Citation(
        start=match.start(),
        end=max(last, issuer_end),
        line=text.line(match.start()),
        confidence=(0.95 if day else 0.8) - 0.15 * is_mended,
        role="ground" if match.start() < ground_end else "body",
        kind=_kind(match["kind"], reference.symbol),
        reference=reference.whole,
        number=reference.number,
        symbol=reference.symbol,
        year=reference.year,
        date=day.value if day else None,
        issuer=issuer.name if issuer else None,
        title=_title_after(text, max(last, issuer_end), end),
    )


def _kind(name: str | None, symbol: str) -> str:
    """Give the code of a kind; a symbol that begins with an abbreviation says more than "văn bản"."""
    named = kind_by_name().get(re.sub(r"\s+", " ", name)) if name else None
    if named:
        return named.code
    group = symbol.split("-", maxsplit=1)[0].lower()
    by_symbol = kind_by_abbreviation().get(group.replace("đ", "d"))
    return by_symbol.code if by_symbol and "-" in symbol else "letter"


def _day_after(text: Text, at: int, end: int) -> Day | None:
    """Give the day of a citation: next in its clause, nothing but the word ngày (or its issuer) before it."""
    for day in days(text.folded, at, min(end, at + _FAR)):
        between = text.folded[at : day.start]
        is_near = re.fullmatch(r"[\s,(]*(?:ngay\s*)?(?:cua\s+[^.;:]*?,?\s*ngay\s*)?", between)
        return day if is_near and day.has_year else None
    return None


def _issuer_after(text: Text, at: int, end: int) -> tuple[Body | None, int]:
    of = re.compile(r"\s*,?\s*(?:cua\s+)").match(text.folded, at, end)
    if of is None:
        return None, at
    body = body_at(text, of.end(), min(end, of.end() + 160))
    return (body, body.end) if body else (None, at)


def _issuer_before(text: Text, start: int) -> Body | None:
    """Give the issuer in "của … tại Tờ trình số": the last body of the clause before ``tại``."""
    before = re.compile(r"cua\s+[^.;:\n]{3,120}?\s+tai\s*$").search(text.folded, max(start - 140, 0), start)
    if before is None:
        return None
    bodies = find_bodies(text, before.start(), start)
    return bodies[-1] if bodies else None


_ABOUT = re.compile(r"\s*,?\s*(?:(?:ve|v/v)\s+(?:viec\s+)?|ban\s+hanh\s+|phe\s+duyet\s+|quy\s+dinh\s+)")
_TITLE_END = re.compile(r"[;.:]\s|[;.]$|\n\n|,\s+(?=[^\W\d_])(?:so|uy\s+ban|ubnd|chu\s+tich|giam\s+doc|bo)\b")


def _title_after(text: Text, at: int, end: int) -> str | None:
    about = _ABOUT.match(text.folded, at, end)
    if about is None:
        return None
    stop = _TITLE_END.search(text.folded, about.end(), min(end, about.end() + 400))
    return text.shown(about.end(), stop.start() if stop else min(end, about.end() + 400)) or None


def _laws(text: Text, start: int, end: int, ground_end: int) -> Iterator[Citation]:
    """Laws cited by their name and day, without a number."""
    taken = start
    for match in _LAW.finditer(text.folded, start, end):
        if match.start() < taken or not text.raw[match.start()].isupper():
            continue
        limit = min(end, match.end() + _NAME_OF_LAW)
        stop = re.compile(r"\bs[o0]\s*:?\s*[0-9]|[;\n]{2}|;|\.\s").search(text.folded, match.end(), limit)
        day = next(days(text.folded, match.end(), stop.start() if stop else limit), None)
        if day is None or not day.has_year:
            continue
        name = re.compile(r"\s*,?\s*(?:ngay\s*)?$").sub("", text.folded[match.start() : day.start])
        taken = day.end
        yield Citation(
            start=match.start(), end=day.end, line=text.line(match.start()), confidence=0.8,
            role="ground" if match.start() < ground_end else "body", kind="law", reference=None, number=None,
            symbol=None, year=None, date=day.value, issuer=None,
            title=text.shown(match.start(), match.start() + len(name)),
        )  # fmt: skip
