"""Deadlines: exact (a day, month, quarter, year), relative (so many days after), periodic (định kỳ)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence

from sipas.letters.model import Deadline
from sipas.letters.numerals import DIGIT, days, mended
from sipas.letters.sentences import sentences
from sipas.letters.text import Text

# Words that make a day a deadline; nothing but an hour or "ngày" may stand between.
_UNTIL = re.compile(
    r"(?:truoc|cham\s+nhat|muon\s+nhat|xong|hoan\s+thanh|ket\s+thuc|den\s+het|han\s+cuoi|thoi\s+han|trong)"
    r"(?:\s+(?:la|vao|den|truoc|trong|het|xong|han))*(?:\s+[\doil|]{1,2}\s*(?:gio|h)(?:\s*[\doil|]{2})?(?:\s*phut)?)?"
    r"(?:\s*,)?(?:\s+ngay)?\s*$"
)
_YEAR_FIGURES = rf"(?P<year>2[0o]{DIGIT}{{2}})"
_BY = r"(?:truoc|trong|den|het|cuoi|xong)\s+(?:het\s+)?"
_MONTH = re.compile(rf"{_BY}thang\s+(?P<month>{DIGIT}{{1,2}})\s*(?:/|-|nam\s+)\s*{_YEAR_FIGURES}")
_QUARTER = re.compile(rf"{_BY}quy\s+(?P<quarter>[il]{{1,3}}|iv|[1-4])\s*(?:/|-|nam\s+)\s*{_YEAR_FIGURES}")
_YEAR = re.compile(rf"(?:[^\W\d_]\s+trong|\b(?:den|het|truoc))\s+(?:het\s+)?nam\s+{_YEAR_FIGURES}(?!\s*-|\d)")
_UNITS = {"gio": "hour", "ngay": "day", "ngay lam viec": "working_day", "tuan": "week", "thang": "month"}
_SPAN = re.compile(
    rf"(?:(?:trong|sau)\s+(?:thoi\s+(?:han|gian)\s+|vong\s+)?(?:toi\s+da\s+|khong\s+qua\s+)?|khong\s+qua\s+|cham\s+nhat\s+(?:la\s+|sau\s+)?)"
    rf"(?P<amount>{DIGIT}{{1,3}})\s+(?P<unit>gio|ngay\s+lam\s+viec|ngay|tuan|thang)(?!\w)(?!\s*[/\d])"
)
_PERIODS = {
    "ngay": "day", "tuan": "week", "thang": "month", "quy": "quarter", "06 thang": "half_year", "6 thang": "half_year",
    "09 thang": "nine_months", "9 thang": "nine_months", "nam": "year",
}  # fmt: skip
_PERIOD = r"(?P<period>ngay|tuan|thang|quy|0?6\s+thang|0?9\s+thang|nam)"
_EVERY = re.compile(
    rf"(?:\b(?:h[aă]ng|moi)\s+{_PERIOD}(?!\w)(?!\s+(?:lam|20))|\blan\s*/\s*(?P<per>tuan|thang|quy|nam)(?!\w))"
)
_REGULAR = re.compile(r"\bdinh\s+k[yi](?!\w)(?:\s+(?P<bare>0?6\s+thang|0?9\s+thang|quy|thang|nam)(?!\w))?")
_LAST_MONTH = re.compile(r"thang\s+cuoi\s+(?:cua\s+)?(?P<period>quy|nam)")
_DAY_OF = re.compile(rf"(?:ngay|truoc)\s+(?P<day>{DIGIT}{{1,2}})(?:\s|$|/)")
# A day without its month, elsewhere in the sentence: "hằng quý, các sở báo cáo … trước ngày 15 của tháng cuối quý".
_LONE_DAY = re.compile(rf"truoc\s+ngay\s+(?P<day>{DIGIT}{{1,2}})(?!\s*[/\d-]|\s+thang\s+{DIGIT})(?!\w)")
_SENTENCE = 400  # characters to either side
# A period tells of a duty only beside one of these: "kết quả SIPAS hằng năm" is no deadline.
_DOING = re.compile(
    r"bao\s+cao|tong\s+hop|trinh\b|kiem\s+tra|danh\s+gia|ra\s+soat|chuyen\s+muc|truoc\s+ngay|ngay\s+\d|dinh\s+ky|tham\s+muu"
    r"|\bphat\b|\bmoi\s|doi\s+thoai|\bgui\b|hop\b|don\s+doc|lan\s*/"
)
_LOOK_BACK = 60
_CLAUSE = 200  # characters to either side that a clause may have


def find_deadlines(
    text: Text, start: int, end: int, task: str | None, *, letter_day: dt.date | None, cited: Sequence[tuple[int, int]]
) -> list[Deadline]:
    """Find the deadlines of a stretch.

    Parameters
    ----------
    text : Text
        The letter.
    start, end : int
        The stretch.
    task : str or None
        Path of its task.
    letter_day : datetime.date or None
        Day of the letter; gives the year to days without one.
    cited : sequence of tuple of int
        Stretches of citations: their days are no deadlines.

    Returns
    -------
    list of Deadline
        In order; the same deadline once.
    """
    found: dict[object, Deadline] = {}
    for first, last in sentences(text, start, end):
        periodic = list(_periodic(text, first, last, task))
        blocked = [*cited, *((p.start, p.end) for p in periodic)]
        for deadline in (*periodic, *_exact(text, first, last, task, letter_day), *_relative(text, first, last, task)):
            if deadline.kind == "periodic" or not _inside(deadline, blocked):
                key = (deadline.kind, deadline.until, deadline.amount, deadline.unit, deadline.period)
                found.setdefault(key, deadline)
    named = [d for d in found.values() if d.period not in {None, "unstated"}]
    kept = [d for d in found.values() if not (named and d.period == "unstated")]
    return sorted(kept, key=lambda d: d.start)


def _inside(deadline: Deadline, blocked: Sequence[tuple[int, int]]) -> bool:
    return any(first < deadline.end and deadline.start < last for first, last in blocked)


def _exact(text: Text, start: int, end: int, task: str | None, letter_day: dt.date | None) -> Iterator[Deadline]:
    for day in days(text.folded, start, end, letter_day.year if letter_day else None):
        before = _UNTIL.search(text.folded, max(start, day.start - _LOOK_BACK), day.start)
        if before is None:
            continue
        value = day.value
        if not day.has_year and letter_day and value < letter_day:
            value = _next_year(value)
        confidence = 0.6 if not day.has_year else 0.8 if day.is_mended else 0.95
        yield Deadline(
            start=before.start(), end=day.end, line=text.line(before.start()), confidence=confidence, task=task,
            kind="exact", until=value.isoformat(),
        )  # fmt: skip
    yield from _matched(
        text, _MONTH, (start, end), task, lambda m: f"{mended(m['year'])}-{int(mended(m['month'])):02d}"
    )
    yield from _matched(text, _QUARTER, (start, end), task, lambda m: f"{mended(m['year'])}-Q{_quarter(m['quarter'])}")
    yield from _matched(text, _YEAR, (start, end), task, lambda m: mended(m["year"]))


def _next_year(day: dt.date) -> dt.date:
    return dt.date(day.year + 1, day.month, min(day.day, 28 if day.month == 2 else day.day))


def _quarter(text: str) -> int:
    return int(text) if text.isdecimal() else 4 if text == "iv" else len(text)


def _matched(
    text: Text, pattern: re.Pattern[str], stretch: tuple[int, int], task: str | None,
    until: Callable[[re.Match[str]], str],
) -> Iterator[Deadline]:  # fmt: skip
    for match in pattern.finditer(text.folded, *stretch):
        yield Deadline(
            start=match.start(), end=match.end(), line=text.line(match.start()), confidence=0.8, task=task,
            kind="exact", until=until(match),
        )  # fmt: skip


def _relative(text: Text, start: int, end: int, task: str | None) -> Iterator[Deadline]:
    for match in _SPAN.finditer(text.folded, start, end):
        unit = _UNITS[re.sub(r"\s+", " ", match["unit"])]
        amount = mended(match["amount"])
        if amount.isdecimal():
            yield Deadline(
                start=match.start(), end=match.end(), line=text.line(match.start()), confidence=0.95, task=task,
                kind="relative", amount=int(amount), unit=unit,
            )  # fmt: skip


def _periodic(text: Text, start: int, end: int, task: str | None) -> Iterator[Deadline]:
    for pattern in (_EVERY, _REGULAR, _LAST_MONTH):
        for match in pattern.finditer(text.folded, start, end):
            clause = _clause_around(text, match, start, end)
            if pattern is not _EVERY or _DOING.search(text.folded, *clause):
                yield _period(text, match, clause, _sentence_around(text, match, start, end), task)


def _clause_around(text: Text, match: re.Match[str], start: int, end: int) -> tuple[int, int]:
    start, end = max(start, match.start() - _CLAUSE), min(end, match.end() + _CLAUSE)
    left = max(text.folded.rfind(mark, start, match.start()) for mark in ",:")
    right = min((at for mark in ",:" if (at := text.folded.find(mark, match.end(), end)) >= 0), default=end)
    return (left + 1 if left >= 0 else start), right


def _sentence_around(text: Text, match: re.Match[str], start: int, end: int) -> tuple[int, int]:
    start, end = max(start, match.start() - _SENTENCE), min(end, match.end() + _SENTENCE)
    left = max(text.folded.rfind(mark, start, match.start()) for mark in (";", ". ", "\n\n"))
    ends = [at for mark in (";", ". ", "\n\n") if (at := text.folded.find(mark, match.end(), end)) >= 0]
    return (left + 1 if left >= 0 else start), min(ends, default=end)


def _period(
    text: Text, match: re.Match[str], clause: tuple[int, int], sentence: tuple[int, int], task: str | None
) -> Deadline:
    groups = match.groupdict()
    word = groups.get("period") or groups.get("bare") or groups.get("per")
    day = _DAY_OF.search(text.folded, *clause) or _LONE_DAY.search(text.folded, *sentence)
    start, end = match.start(), match.end()
    # the day before the period ("trước ngày 30/9 hằng năm") belongs to it
    if day and 0 <= match.start() - day.end() < 12:
        start = day.start()
    return Deadline(
        start=start, end=end, line=text.line(start), confidence=0.95 if word else 0.8, task=task, kind="periodic",
        period=_PERIODS[re.sub(r"\s+", " ", word)] if word else "unstated", day=_day_of(day),
    )  # fmt: skip


def _day_of(match: re.Match[str] | None) -> int | None:
    day = mended(match["day"]) if match else ""
    return int(day) if day.isdecimal() and 1 <= int(day) <= 31 else None
