"""What needs no database: limits, topics, redaction, likeness, the limit of the early warning against a slow twin."""

from __future__ import annotations

import datetime as dt
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.instrument import load
from sipas_web.feedback import redaction, rules, similarity, surges, topics
from sipas_web.feedback.models import HANDLED, Kind
from sipas_web.shared import working_days

NAMES = ("Nguyễn Văn Tuấn", "Triệu Thị Mười", "Ksor Y Bơ", "Đặng Thị Ánh Nguyệt", "Vừ A Páo", "Hoàng Ân")
WORDS = ("hồ", "sơ", "đất", "đai", "nộp", "ngày", "trả", "kết", "quả", "chậm", "quầy", "số", "ghế", "lệ", "phí", "xã")


def test_every_item_of_a_topic_stands_in_its_edition() -> None:
    for edition in ("sipas-2017", "sipas-2023"):
        known = {q.name for q in load(edition).questions() if q.kind == "scale"}
        said = {code for topic in topics.topics().values() for code in topic.items[edition]}
        assert said <= known
        assert said
    assert "other" in topics.topics()


def test_every_template_is_filled_and_leaves_its_gaps_to_a_person() -> None:
    for code in topics.topics():
        text = topics.reply_to(code, number="PAKN.1", received="1/2/2026", unit="Ủy ban nhân dân xã X")
        assert "PAKN.1" in text
        assert "1/2/2026" in text
        assert "{" not in text
        assert "…" in text


def test_what_is_not_feedback_has_its_way_out() -> None:
    for kind in set(Kind.values) - set(HANDLED):
        for language in ("vi", "en"):
            said = rules.way_out(kind).receipt(to="Thanh tra tỉnh", number="PAKN.1", language=language)
            assert "Thanh tra tỉnh" in said
            assert "{" not in said


def test_limits_are_not_shown_as_verified() -> None:
    """Nobody has read the numbers in the decree yet; whoever does changes the table and this test."""
    assert not rules.limits_on(dt.date(2026, 11, 22)).source.is_verified


def test_the_last_days_leave_out_tet() -> None:
    received = dt.date(2026, 2, 12)  # Thursday before Tết of 2026
    assert rules.classify_by(received) == working_days.after(received, 5)
    slow, day = 0, received
    while slow < 5:
        day += dt.timedelta(days=1)
        slow += working_days.is_working(day)
    assert rules.classify_by(received) == day
    assert (day - received).days > 7


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("anh Nguyễn Văn Tuấn bảo chờ", "Tuấn"),
        ("bà Hoa ở quầy 2", "Hoa"),
        ("gọi số 0912 345 678 nhé", "345"),
        ("gọi +84 912-345-678", "678"),
        ("thư gửi ba.muoi@example.vn", "muoi"),
        ("căn cước 012345678901", "0123"),
        ("hồ sơ H60.19.31-261103-0012", "261103"),
        ("xe 22A-123.45", "123"),
        ("ở số nhà 12/3 đường Trần Phú", "12/3"),
        ("tôi là triệu thị mười", "mười"),
        ("ông NGUYỄN VĂN BÌNH nhận tiền", "BÌNH"),
        ("đồng chí Lò Thị Ín", "Ín"),
        ("chủ tịch Bàn Văn Ỷ", "Ỷ"),
    ],
)
def test_what_tells_a_person_is_proposed(text: str, kept: str) -> None:
    assert kept in text
    assert kept not in redaction.redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ủy ban nhân dân xã chậm trả kết quả từ ngày 3/11/2026 theo Nghị định số 61/2018/NĐ-CP.",
        "Bộ phận Một cửa có 4 ghế, phải chờ 2 giờ 30 phút, lệ phí 150.000 đồng.",
        "Tôi đến Sở Nội vụ hỏi về Quyết định 766/QĐ-TTg.",
    ],
)
def test_what_tells_nobody_stays(text: str) -> None:
    assert redaction.redacted(text) == text


@given(st.lists(st.sampled_from([*NAMES, *WORDS, "anh", "bà", "0912345678", ".", ","]), max_size=25))
def test_the_pieces_are_the_text_and_no_full_name_is_left(words: list[str]) -> None:
    text = " ".join(words)
    assert "".join(piece.text for piece in redaction.pieces(text)) == text
    left = redaction.redacted(text)
    assert "0912345678" not in left
    for name in NAMES[:4]:
        assert name not in left


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("Bà TRIỆU THỊ MƯỜI hỏi", True),
        ("trieu thi muoi", True),
        ("gọi 0987.654.321", True),
        ("Thôn Nà Tông, xã Thượng Lâm", True),
        ("hồ sơ của ông/bà chậm", False),
    ],
)
def test_who_sent_it_is_found_in_a_text(text: str, is_told: bool) -> None:
    found = redaction.gives_away(
        text, name="Triệu Thị Mười", phone="0987 654 321", email="", address="thôn Nà Tông, xã Thượng Lâm"
    )
    assert found is is_told


@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=30), st.lists(st.sampled_from(WORDS), max_size=30))
def test_likeness_is_the_same_both_ways_and_one_with_itself(one: list[str], other: list[str]) -> None:
    a, b = similarity.pairs(" ".join(one)), similarity.pairs(" ".join(other))
    assert similarity.likeness(a, b) == similarity.likeness(b, a)
    assert similarity.likeness(a, a) == 1
    assert 0 <= similarity.likeness(a, b) <= 1


def slow_chance(number: int, past: list[int]) -> float:
    """Average the Poisson chance over the gamma law of the mean, by adding up 60 000 thin slices."""
    shape, rate = sum(past) + 0.5, len(past)
    top = (shape + 12 * math.sqrt(shape) + 12) / rate
    slices, whole, tail = 60_000, 0.0, 0.0
    for n in range(slices):
        # u² = mean: the density has no peak at 0 then
        u = (n + 0.5) / slices * math.sqrt(top)
        mean = u * u
        density = math.exp((shape - 1) * math.log(mean) - rate * mean) * 2 * u
        under = math.exp(-mean) * sum(mean**k / math.factorial(k) for k in range(number))
        whole += density
        tail += density * (1 - under)
    return tail / whole


@pytest.mark.parametrize(("number", "past"), [(4, [0] * 8), (7, [1] * 8), (6, [0, 3, 0, 0, 1, 0, 2, 0]), (12, [4] * 8)])
def test_the_chance_is_that_of_the_slow_twin(number: int, past: list[int]) -> None:
    assert surges.chance_of(number, past) == pytest.approx(slow_chance(number, past), rel=1e-3)


@settings(max_examples=60)
@given(st.lists(st.integers(0, 40), min_size=8, max_size=8))
def test_the_limit_is_the_first_alarm_and_more_past_raises_it(past: list[int]) -> None:
    limit = surges.limit(past)
    assert limit >= surges.LEAST
    assert surges.is_surge(limit, past)
    assert limit == surges.LEAST or not surges.is_surge(limit - 1, past)
    assert surges.limit([past[0] + 8, *past[1:]]) >= limit


def test_quiet_series_alarm_about_as_often_as_said() -> None:
    """20 000 weeks of Poisson numbers: false alarms stay near 1 in 1000, never above 2."""
    chooser = random.Random(31)

    def poisson(mean: float) -> int:
        stop, k, product = math.exp(-mean), 0, chooser.random()
        while product > stop:
            k, product = k + 1, product * chooser.random()
        return k

    alarms = sum(
        surges.is_surge(poisson(mean), [poisson(mean) for _week in range(8)])
        for mean in (0.5, 2, 5, 10)
        for _time in range(5_000)
    )
    assert alarms / 20_000 < 0.002
