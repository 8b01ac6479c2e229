"""Who leads, coordinates, monitors, is the focal point; and to whom reports go, through whom."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from sipas.letters.bodies import Body, find_bodies
from sipas.letters.model import Duty, DutyKind, Report
from sipas.letters.sentences import sentences, whole_sentences
from sipas.letters.text import Text
from sipas.letters.vocabulary import one_of, words

_LEAD = re.compile(r"\bchu\s+tri\b")
_MONITOR = re.compile(r"\b(?:theo\s+doi|don\s+doc|giam\s+sat)\b")
_FOCAL = re.compile(r"\b(?:dau\s+moi|thuong\s+truc\b(?!\s+(?:hoi\s+dong|hdnd|tinh|huyen|thanh)))")
_COORDINATE = re.compile(
    r"\bphoi\s+hop(?:\s+(?:chat\s+che|tot|thuong\s+xuyen)|,?\s*(?:co\s+)?hieu\s+qua)*(?:\s+(?:voi|cung))?\s*,?\s*(?=\S)"
)
_ASSIGN = re.compile(r"(?<![^\W\d_])giao\s+(?=\S)(?!dich|thong|tiep|luu|ban\b|duc|dat|nhiem)")
# Between two bodies of one row.
_JOIN = re.compile(r"\s*(?:,|;|va|cung|voi|,\s*va)\s*(?:cac\s+)?")


@cache
def _general() -> re.Pattern[str]:
    many = one_of(words()["general"])
    tail = r"(?:\s*,\s*(?:don\s+vi|dia\s+phuong|ban|nganh|phong)){0,3}(?:\s+(?:co\s+)?lien\s+quan)?"
    return re.compile(rf"{many}{tail}(?!\w)")


@dataclass(frozen=True, slots=True)
class Actor:
    """A unit that does something.

    Parameters
    ----------
    name : str
        As written.
    start, end : int
        Offsets.
    """

    name: str
    start: int
    end: int


def find_duties(text: Text, start: int, end: int, task: str | None, above: Sequence[Body]) -> list[Duty]:
    """Find what units have to do with a task.

    Parameters
    ----------
    text : Text
        The letter.
    start, end : int
        The task's text.
    task : str or None
        Its path.
    above : sequence of Body
        Bodies that the provision above it is about: they act where the text begins with a verb.

    Returns
    -------
    list of Duty
        Each once, in order.
    """
    found: dict[tuple[str, str], Duty] = {}
    for whole, whole_end in whole_sentences(text, start, end):
        actors: Sequence[Body] = above
        for first, last in sentences(text, whole, whole_end):
            bodies = find_bodies(text, first, last)
            actors = _actors(bodies, actors, text, first)
            for duty in _of_sentence(text, (first, last), task, bodies, actors):
                found.setdefault((duty.kind, duty.unit.lower()), duty)
    return sorted(found.values(), key=lambda d: d.start)


def _actors(bodies: Sequence[Body], above: Sequence[Body], text: Text, first: int) -> list[Body]:
    """Give the row of bodies that a sentence begins with (after giao, đề nghị, yêu cầu …), else those above."""
    row: list[Body] = []
    for body in bodies:
        if row:
            if _JOIN.fullmatch(text.folded, row[-1].end, body.head):
                row.append(body)
                continue
            break
        if not _OPENING.fullmatch(text.folded, first, body.head):
            break
        row.append(body)
    return row or (list(above) if _BEGINS.match(text.folded, first) else [])


# A text that begins with what is to be done: the bodies of the heading above do it.
_BEGINS = re.compile(r"\W*(?:chu\s+tri|theo\s+doi|don\s+doc|giam\s+sat|lam\s+dau\s+moi|la\s+dau\s+moi|kiem\s+tra,)")

_OPENING = re.compile(
    r"\W*(?:(?:dong\s+thoi|theo\s+do)\s*,?\s*)?(?:(?:de\s+nghi|yeu\s+cau|giao|phan\s+cong|kinh\s+de\s+nghi|chi\s+dao|cu"
    r"|dinh\s+ky[^,]{0,20},)\s+)?(?:[\doil|]+\s+)?(?:cho\s+)?(?:lanh\s+dao\s+|dai\s+dien\s+)*\W*"
    r"|.*?\b(?:giao|de\s+nghi|yeu\s+cau)\s+(?:cho\s+)?",
    re.DOTALL,
)


def _of_sentence(
    text: Text, stretch: tuple[int, int], task: str | None, bodies: Sequence[Body], actors: Sequence[Body]
) -> Iterator[Duty]:
    first, last = stretch
    kinds: tuple[tuple[DutyKind, re.Pattern[str]], ...] = (("lead", _LEAD), ("monitor", _MONITOR), ("focal", _FOCAL))
    has_special = False
    for kind, pattern in kinds:
        match = next((m for m in pattern.finditer(text.folded, first, last) if not _is_place(text, m)), None)
        if match is None:
            continue
        doers = _doers(text, (first, match.start()), bodies, actors)
        has_special = has_special or bool(doers)
        for body in doers:
            yield _duty(text, body, match.end(), kind, task)
    for match in _COORDINATE.finditer(text.folded, first, last):
        for actor in _row_after(text, match.end(), last, bodies):
            yield _duty(text, Body(actor.start, actor.end, actor.name, actor.start), match.start(), "coordinate", task)
    if not has_special and (match := _ASSIGN.search(text.folded, first, last)):
        for body in bodies:
            if 0 <= body.head - match.end() <= 1:
                yield _duty(text, body, match.start(), "assigned", task)


def _is_place(text: Text, match: re.Match[str]) -> bool:
    """Skip "chủ trì cuộc họp" and "theo dõi" of things done before."""
    return bool(re.compile(r"\s*(?::|cuoc\s+hop|hoi\s+nghi)").match(text.folded, match.end()))


def _doers(text: Text, stretch: tuple[int, int], bodies: Sequence[Body], actors: Sequence[Body]) -> list[Body]:
    """Who does it: the bodies right after the last giao between the sentence's start and the verb, else its actors."""
    first, verb = stretch
    assigned = list(_ASSIGN.finditer(text.folded, first, verb))
    if assigned:
        after = [b for b in bodies if assigned[-1].end() - 1 <= b.head < verb]
        return _row(text, after)
    return [a for a in actors if a.start < verb] or list(actors)


def _row(text: Text, bodies: Sequence[Body]) -> list[Body]:
    row = list(bodies[:1])
    for body in bodies[1:]:
        if not _JOIN.fullmatch(text.folded, row[-1].end, body.head):
            break
        row.append(body)
    return row


def _row_after(text: Text, at: int, end: int, bodies: Sequence[Body]) -> list[Actor]:
    """Give the units that stand in a row from an offset on: bodies and general words."""
    row: list[Actor] = []
    while True:
        named = next((b for b in bodies if at in {b.start, b.head} or 0 <= b.head - at <= 1), None)
        general = _general().match(text.folded, at, end)
        if named is not None and not (general and general.end() > named.end):
            row.append(Actor(named.name, named.start, named.end))
        elif general:
            row.append(Actor(text.shown(*general.span()), general.start(), general.end()))
        else:
            return row
        joined = re.compile(r"\s*,\s*|\s+va\s+").match(text.folded, row[-1].end, end)
        if joined is None:
            return row
        at = joined.end()


def _duty(text: Text, body: Body, verb: int, kind: DutyKind, task: str | None) -> Duty:
    near = abs(verb - body.end) < 120
    return Duty(
        start=body.start, end=body.end, line=text.line(body.start), confidence=0.95 if near else 0.8, task=task,
        kind=kind, unit=body.name,
    )  # fmt: skip


# Reporting: "báo cáo … (qua …)", "gửi … về … để tổng hợp, báo cáo …", "phản ánh về …", "trình …".
_RECEIVER = r"(?:(?:ve|cho|len|den|toi)\s+)?"
_REPORT = re.compile(
    rf"\b(?:bao\s+cao(?:\s+(?:ket\s+qua(?:\s+thuc\s+hien)?|va\s+tham\s+muu))*|phan\s+anh|gui(?:\s+bao\s+cao)?)\s+{_RECEIVER}(?=\S)"
)
_SENT = re.compile(r"\b(?:gui|bao\s+cao|phan\s+anh)\b[^.;:]{0,60}?\s+(?:ve|cho|len)\s+(?=\S)")
_THROUGH = re.compile(r"\s*\(?\s*,?\s*(?:thong\s+)?qua\s+")
_PASSED_ON = re.compile(r"[^.;:]{0,60}?\bde\s+tong\s+hop\s*,?\s*(?:va\s+)?(?:bao\s+cao|trinh)\s+")
_VIA = re.compile(r"\b(?:phan\s+anh|bao\s+cao|gui)\s+qua\s+(?=\S)")


@cache
def _titled() -> re.Pattern[str]:
    """Match a receiver without a body of its own: Giám đốc, Ban Giám đốc, Chủ tịch."""
    return re.compile(
        r"(?:ban\s+giam\s+doc|(?:pho\s+)?(?:giam\s+doc|chu\s+tich|bo\s+truong|truong\s+phong)(?:\s+(?:so|trung\s+tam))?)(?!\w)"
    )


def find_reports(text: Text, start: int, end: int, task: str | None) -> list[Report]:
    """Find the reporting channels of a stretch.

    Parameters
    ----------
    text : Text
        The letter.
    start, end : int
        The stretch.
    task : str or None
        Path of its task.

    Returns
    -------
    list of Report
        Each once, in order.
    """
    found: dict[tuple[str, str | None], Report] = {}
    for first, last in sentences(text, start, end):
        for report in _reports(text, first, last, task):
            found.setdefault((report.to.lower(), report.through), report)
    passed_on = {name.lower() for r in found.values() if r.through for name in (r.to, r.through)}
    kept = [r for r in found.values() if r.through or r.to.lower() not in passed_on]
    return sorted(kept, key=lambda r: r.start)


def _reports(text: Text, start: int, end: int, task: str | None) -> Iterator[Report]:
    bodies = find_bodies(text, start, end)
    for match in _VIA.finditer(text.folded, start, end):
        passing = _receivers(text, match.end(), end, bodies)
        onward = _PASSED_ON.match(text.folded, passing[0].end, end) if passing else None
        if onward:
            for to in _receivers(text, onward.end(), end, bodies):
                yield _report(text, to, passing[0], task)
    for match in sorted(
        [*_REPORT.finditer(text.folded, start, end), *_SENT.finditer(text.folded, start, end)], key=lambda m: m.start()
    ):
        row = _receivers(text, match.end(), end, bodies)
        if not row:
            continue
        onward = _PASSED_ON.match(text.folded, row[-1].end, end)
        final = _receivers(text, onward.end(), end, bodies) if onward else []
        through = _THROUGH.match(text.folded, row[-1].end, end)
        passing = _receivers(text, through.end(), end, bodies) if through else []
        for to in final or row:
            yield _report(text, to, row[0] if final else passing[0] if passing else None, task)


def _receivers(text: Text, at: int, end: int, bodies: Sequence[Body]) -> list[Actor]:
    row: list[Actor] = []
    while True:
        named = next((b for b in bodies if b.head == at or b.start == at), None)
        titled = _titled().match(text.folded, at, end)
        if named is not None:
            row.append(Actor(text.shown(named.head if named.head == at else named.start, named.end), at, named.end))
        elif titled and text.raw[at].isupper():
            row.append(Actor(text.shown(*titled.span()), titled.start(), titled.end()))
        else:
            return row
        joined = re.compile(r"\s*,\s*|\s+va\s+").match(text.folded, row[-1].end, end)
        if joined is None or len(row) > 4:
            return row
        at = joined.end()


def _report(text: Text, to: Actor, through: Actor | None, task: str | None) -> Report:
    start = min(to.start, through.start) if through else to.start
    end = max(to.end, through.end) if through else to.end
    return Report(
        start=start, end=end, line=text.line(start), confidence=0.95 if through else 0.8, task=task, to=to.name,
        through=through.name if through else None,
    )  # fmt: skip
