"""Old encodings come back, dates in every form are one day, column keys equal text keys."""

import datetime as dt
import unicodedata

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from sipas.intake.columns import search_keys
from sipas.intake.dates import EARLIEST, LATEST, read_date
from sipas.intake.legacy import ENCODINGS, decode, encode, modernise
from sipas.intake.syllables import SHARP_OR_HEAVY, STOPS, SYLLABLES, TONE_MARKS, is_syllable
from sipas.intake.vietnamese import nfc, search_key, sort_key

VOWELS = set("aăâeêioôơuưy")


def toned(syllable: str, tone: str) -> str:
    """Tone on the last vowel with a mark, else on the first; good enough to be a syllable."""
    places = [i for i, c in enumerate(syllable) if c in VOWELS]
    marked = [i for i in places if syllable[i] in "ăâêôơư"]
    place = (marked or places)[-1 if marked else 0]
    return nfc(syllable[: place + 1] + tone + syllable[place + 1 :])


# Made once: building a strategy inside each draw took so long that health checks failed on a busy machine.
WORDS = [
    toned(syllable, tone)
    for syllable in sorted(SYLLABLES)
    for tone in sorted(SHARP_OR_HEAVY if syllable.endswith(STOPS) else {"", *TONE_MARKS})
]
words = st.sampled_from(WORDS)
texts = st.lists(words, min_size=1, max_size=6).map(" ".join)


@given(words)
def test_every_built_word_is_a_syllable(word: str) -> None:
    assert is_syllable(word)
    assert is_syllable(word.upper())
    assert is_syllable(unicodedata.normalize("NFD", word))


@given(texts, st.sampled_from(ENCODINGS))
def test_old_text_comes_back(text: str, encoding: str) -> None:
    assert decode(encode(text, encoding), encoding) == text


@given(st.lists(texts, min_size=1, max_size=5))
def test_unicode_that_holds_a_letter_of_its_own_stays(cells: list[str]) -> None:
    grid = pl.DataFrame({"c0": [cell + " Nguyễn" for cell in cells]})
    assert modernise(grid)[0].equals(grid)


@given(st.lists(texts, min_size=1, max_size=5), st.sampled_from(ENCODINGS))
def test_old_cells_in_a_column_of_old_names_are_found(cells: list[str], encoding: str) -> None:
    old = [encode(cell + " nguyễn thị hường", encoding) for cell in cells]
    assert modernise(pl.DataFrame({"c0": old}))[0]["c0"].to_list() == [c + " nguyễn thị hường" for c in cells]


@given(st.dates(EARLIEST, LATEST))
def test_one_day_in_every_form(day: dt.date) -> None:
    d, m, y = day.day, day.month, day.year
    forms = [f"{d}/{m}/{y}", f"{d:02d}-{m:02d}-{y}", f"{d:02d}.{m}.{y}", f"ngày {d} tháng {m} năm {y}", day.isoformat()]
    forms += [f"{y}{m:02d}{d:02d}", f"{day} 23:59:59", f"07:30 {d}/{m}/{y}", f"{d}/{m}/{y} 7h30"]
    serial = (day - dt.date(1899, 12, 30)).days
    forms += [str(serial)] if serial >= 10_000 else []
    assert {read_date(form) for form in forms} == {day}


@given(st.text())
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    read = read_date(text)
    assert isinstance(read, dt.date) or read in {"intake.date_impossible", "intake.date_unreadable"}


@given(st.lists(st.text() | texts | st.none(), max_size=8))
@example(["a\u034f"])  # a mark of combining class 0
@example(["0\x850"])  # a space that is none in ASCII
def test_keys_of_columns_equal_keys_of_texts(cells: list[str | None]) -> None:
    keys = search_keys(pl.Series(cells, dtype=pl.String)).to_list()
    assert keys == [None if cell is None else search_key(cell) for cell in cells]


@given(st.text() | texts)
def test_keys_do_not_depend_on_the_form(text: str) -> None:
    assert search_key(unicodedata.normalize("NFD", text)) == search_key(unicodedata.normalize("NFC", text))
    assert search_key(search_key(text)) == search_key(text)
    assert sort_key(unicodedata.normalize("NFD", text)) == sort_key(nfc(text))


@given(st.lists(texts, min_size=2, max_size=2, unique=True))
def test_order_by_letters_then_tones_syllable_by_syllable(pair: list[str]) -> None:
    """The slow twin: compare syllable by syllable, letters by their place in the alphabet, then the tone."""
    alphabet = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
    tones = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]

    def slow(text: str) -> list[tuple[list[int], int]]:
        result = []
        for syllable in text.split():
            parts = unicodedata.normalize("NFD", syllable)
            tone = next((c for c in parts if c in TONE_MARKS), "")
            plain = nfc("".join(c for c in parts if c not in TONE_MARKS))
            result.append(([alphabet.index(c) for c in plain], tones.index(tone)))
        return result

    first, second = pair
    if slow(first) != slow(second):
        assert (sort_key(first) < sort_key(second)) == (slow(first) < slow(second))
