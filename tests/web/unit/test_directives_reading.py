"""Pure parts of directives: days behind deadlines, the text cut into marked pieces, the drawing."""

from __future__ import annotations

import calendar
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.letters import Deadline, read_letter
from sipas_web.improvement.actions.directives.proposing import deadline_of, parties_of, period_of, title_of
from sipas_web.improvement.directive_deadlines import MONTHS, day_of, first_of_period, last_day
from sipas_web.improvement.pages.directives.reading import Value, pieces_of
from sipas_web.shared import working_days

DAYS = st.dates(dt.date(2018, 1, 1), dt.date(2030, 12, 31))


REGULAR = """Số: 431/UBND-NC
Tuyên Quang, ngày 12 tháng 01 năm 2026
V/v báo cáo kết quả

Kính gửi: Sở Nội vụ.

1. {order}./.
"""


@pytest.mark.parametrize(
    ("order", "kind", "day", "period"),
    [
        ("Định kỳ hằng quý, các sở báo cáo trước ngày 15 của tháng cuối quý", "periodic", 15, "quarter"),
        ("Hằng tháng báo cáo về Sở, muộn nhất trước ngày 20", "periodic", 20, "month"),
        ("Định kỳ hằng năm báo cáo trước ngày 30/11", "exact", None, "year"),
        ("Báo cáo trước ngày 30/11/2026. Định kỳ hằng quý rà soát thủ tục", "exact", None, ""),
    ],
)
def test_how_often_and_when_stand_in_one_sentence(order: str, kind: str, day: int | None, period: str) -> None:
    letter = read_letter(REGULAR.format(order=order))
    found = deadline_of(letter.tasks[0], letter.deadlines, {t.path: t for t in letter.tasks})
    assert found is not None
    assert (found.kind, found.day, period_of(found, letter.deadlines, letter.text)) == (kind, day, period)


@pytest.mark.parametrize(
    ("until", "day"),
    [("2026-03-25", (2026, 3, 25)), ("2024-02", (2024, 2, 29)), ("2026-Q2", (2026, 6, 30)), ("2026", (2026, 12, 31))],
)
def test_a_coarse_deadline_means_its_last_day(until: str, day: tuple[int, int, int]) -> None:
    assert last_day(until) == dt.date(*day)


@settings(deadline=None)  # the machine may be busy
@given(DAYS, st.sampled_from(sorted(MONTHS)), st.integers(1, 31))
def test_the_first_day_of_a_period_is_found_by_walking_too(issued: dt.date, period: str, day: int) -> None:
    ends = {"month": range(1, 13), "quarter": (3, 6, 9, 12), "half_year": (6, 12), "nine_months": (9,), "year": (12,)}
    walked = issued
    while True:
        walked += dt.timedelta(days=1)
        last = calendar.monthrange(walked.year, walked.month)[1]
        if walked.month in ends[period] and walked.day == min(day, last):
            break
    assert first_of_period(issued, period, day) == walked


@settings(deadline=None)
@given(DAYS, st.integers(1, 40))
def test_relative_deadlines_count_from_the_day_of_the_letter(issued: dt.date, amount: int) -> None:
    def due(unit: str) -> dt.date | None:
        found = Deadline(start=0, end=1, line=1, confidence=1.0, task=None, kind="relative", amount=amount, unit=unit)
        return day_of(found, issued)

    assert due("day") == issued + dt.timedelta(days=amount)
    assert due("week") == issued + dt.timedelta(weeks=amount)
    assert due("working_day") == working_days.after(issued, amount)
    month = due("month")
    assert month is not None
    assert (month.year * 12 + month.month) - (issued.year * 12 + issued.month) == amount
    assert month.day == min(issued.day, calendar.monthrange(month.year, month.month)[1])


def test_a_period_without_a_day_gives_none() -> None:
    found = Deadline(start=0, end=1, line=1, confidence=1.0, task=None, kind="periodic", period="quarter")
    assert day_of(found, dt.date(2026, 1, 1)) is None


def value(code: str, start: int, end: int, tone: str) -> Value:
    return Value(code, code, code, 0.95, "x", start, end, tone)


@given(
    st.text(min_size=1, max_size=60),
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 20), st.sampled_from(["head", "cited", "order"])), max_size=12
    ),
)
def test_pieces_are_the_whole_text_and_mark_what_stands_there(text: str, spans: list[tuple[int, int, str]]) -> None:
    values = [
        value(f"v-{n}", min(start, len(text) - 1), min(start + length, len(text)), tone)
        for n, (start, length, tone) in enumerate(spans)
    ]
    values = [v for v in values if v.start <= v.end]
    pieces = list(pieces_of(text, values))
    assert "".join(p.text for p in pieces) == text
    anchors = [p.value.code for p in pieces if p.is_first and p.value]
    assert len(anchors) == len(set(anchors))
    at = 0
    for piece in pieces:
        over = [v for v in values if v.tone != "order" and v.start <= at and at + len(piece.text) <= v.end]
        assert (piece.value is None) == (not [v for v in over if v.start < v.end])
        if piece.value is not None:
            assert piece.value.end - piece.value.start == min(v.end - v.start for v in over)
        at += len(piece.text)
    shown = [order.code for p in pieces for order in p.orders]
    assert sorted(shown) == sorted(v.code for v in values if v.tone == "order" and v.start < len(text))


def test_an_order_is_for_those_it_is_addressed_to_not_for_those_it_mentions() -> None:
    letter = read_letter("""ỦY BAN NHÂN DÂN
TỈNH ĐÔNG CHÂU

Số: 9/UBND-NC
Đông Châu, ngày 5 tháng 1 năm 2026
V/v một việc

Kính gửi: Các sở, ban, ngành.

Chủ tịch Ủy ban nhân dân tỉnh yêu cầu:

1. Thủ trưởng các sở, ban, ngành; Chủ tịch UBND các xã, phường có trách nhiệm:

a) Phối hợp chặt chẽ với Bưu điện tỉnh tổ chức điều tra.

2. Các đơn vị gặp khó khăn báo cáo Ủy ban nhân dân tỉnh (qua Sở Nội vụ) để xem xét.

3. Giao Sở Nội vụ chủ trì, theo dõi, đôn đốc.
""")
    by_path = {t.path: t for t in letter.tasks}

    def parties(path: str) -> list[tuple[str, str]]:
        return parties_of(by_path[path], [d for d in letter.duties if d.task == path], by_path)

    assert [name for role, name in parties("1.a") if role == "own"] == ["các sở, ban, ngành", "UBND các xã, phường"]
    assert [p for p in parties("2") if p[0] == "own"] == []
    assert parties("3") == [("own", "Sở Nội vụ")]
    assert title_of("a; b. c") == "a"
