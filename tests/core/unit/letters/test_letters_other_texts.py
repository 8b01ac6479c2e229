"""Texts that are no letter by the form: news, anything, endless ones."""

import time

import pytest

from sipas.letters import read_letter


def test_news_with_foreign_words() -> None:
    news = (
        "UBND tỉnh Lam Sơn vừa ban hành Văn bản số 15/UBND-NC về nâng cao chỉ số hài lòng. Theo đó, Chủ tịch UBND tỉnh "
        "yêu cầu: Các sở, ban, ngành công khai thủ tục. best casino bonus online Giao Sở Nội vụ đôn đốc."
    )
    letter = read_letter(news)
    assert letter.is_retelling
    assert letter.number is not None
    assert letter.number.value == "15"
    assert letter.subject is not None
    assert letter.subject.value == "nâng cao chỉ số hài lòng"
    assert [t.text for t in letter.tasks] == ["Các sở, ban, ngành công khai thủ tục", "Giao Sở Nội vụ đôn đốc"]
    assert letter.text == news
    assert "signer" in letter.missing


@pytest.mark.parametrize("text", ["", " \n\t", "Một câu không phải công văn.", "Số: /", "Nơi nhận:"])
def test_no_letter_says_what_is_missing(text: str) -> None:
    letter = read_letter(text)
    assert {"issuer", "number", "tasks", "signer"} <= set(letter.missing)


@pytest.mark.parametrize(
    "piece",
    ["l", "1", "Số ", "Giao Sở Nội vụ ", "định kỳ ", "Công văn a b ", "- a\n", "1. a\n", "(", "Anh ", "Luật ", "của "],
)
def test_long_monotonous_texts_are_read_in_linear_time(piece: str) -> None:
    start = time.process_time()
    read_letter(piece * (60_000 // len(piece)))
    assert time.process_time() - start < 10  # some 0.3 s; quadratic search took minutes
