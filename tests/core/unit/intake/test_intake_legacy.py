"""TCVN3 and VNI text is recognised and turned into Unicode; good Unicode stays."""

import unicodedata

import polars as pl
import pytest

from sipas.intake.legacy import ENCODINGS, Conversion, Encoding, decode, decode_word, encode, modernise, verdict
from sipas.intake.syllables import is_syllable

VOWELS = "aăâeêioôơuưy"
TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
LETTERS = [unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES] + ["đ"]
NAMES = [
    "Nguyễn Thị Hường",
    "Vũ Văn Ước",
    "Đặng Đức Hải",
    "Lê Thuỳ Dương",
    "Trần Quốc Toản",
    "Phạm Ngọc Ánh",
    "Bùi Xuân Huệ",
    "Hoàng Mỹ Lệ",
    "Đỗ Khắc Tiệp",
    "Ngô Bảo Châu",
    "Lý Thường Kiệt",
    "Hồ Quỳnh Hương",
    "Tạ Bích Ngọc",
    "Võ Thị Sáu",
    "Mạc Đĩnh Chi",
    "Phùng Khắc Khoan",
    "Thái Thị Liễu",
    "Giáp Văn Khương",
    "Quách Thị Nhài",
    "Trịnh Hoài Đức",
    "Lương Thế Vinh",
    "Cù Chính Lan",
    "Nông Văn Dền",
    "Vừ A Dính",
    "Kiều Oanh",
    "Tống Duy Tân",
    "Ông Ích Khiêm",
    "Ủy ban nhân dân phường Tân Quang",
    "Tổ dân phố 5, đường Chiến thắng Sông Lô",
    "Đăng ký giấy chứng nhận quyền sử dụng đất",
]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("letter", LETTERS)
def test_every_letter_comes_back(letter: str, encoding: Encoding) -> None:
    assert decode(encode(letter, encoding), encoding) == letter


@pytest.mark.parametrize("letter", LETTERS)
def test_vni_keeps_capitals(letter: str) -> None:
    assert decode(encode(letter.upper(), "vni"), "vni") == letter.upper()


def test_codes_of_the_standard() -> None:
    # TCVN 5712:1993 VN3, and what stands in VNI-Times; typed here from printed tables, not from legacy.yaml
    assert encode("Việt Nam - Cộng hoà xã hội chủ nghĩa", "tcvn3") == "ViÖt Nam - Céng hoµ x· héi chñ nghÜa"
    assert encode("Việt Nam - Cộng hoà xã hội chủ nghĩa", "vni") == "Vieät Nam - Coäng hoaø xaõ hoäi chuû nghóa"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", NAMES)
def test_names_are_recognised_and_come_back(name: str, encoding: Encoding) -> None:
    old = encode(name, encoding)
    grid, conversions = modernise(pl.DataFrame({"c0": [old, encode("Nguyễn Thị Hường", encoding)]}))
    assert grid["c0"][0].lower() == name.lower()
    assert [c.encoding for c in conversions] == [encoding]


@pytest.mark.parametrize("name", NAMES)
def test_good_unicode_is_never_touched(name: str) -> None:
    grid = pl.DataFrame({"c0": [name, unicodedata.normalize("NFD", name), None]})
    assert modernise(grid) == (grid, ())


@pytest.mark.parametrize(
    "text", ["Müller", "François", "Café Noël", "50m²", "Nº 12", "São Paulo", "Hà", "Bé", "Lê", "Vò", "20°C", "×", "½"]
)
def test_latin_text_alone_is_left(text: str) -> None:
    grid = pl.DataFrame({"c0": [text, "abc"]})
    assert modernise(grid)[0].equals(grid)


def test_font_of_capitals_gives_capitals() -> None:
    assert decode("NGUYÔN THÞ H¦êng", "tcvn3") == "NGUYỄN THỊ HƯờng"
    assert decode("TRÇN V¡N H¶I", "tcvn3") == "TRẦN VĂN HẢI"
    assert decode("NGUYÔN §øC Hµ", "tcvn3") == "NGUYỄN ĐỨC HÀ"
    assert decode("TrÇn §øc Hµ", "tcvn3") == "Trần Đức Hà"


def test_a_doubtful_cell_goes_with_its_row() -> None:
    grid = pl.DataFrame({"c0": ["Vò", "Vò"], "c1": ["Hµ Néi", "Hà Nội, phường Bưởi"]})
    modern, _ = modernise(grid)
    assert modern["c0"].to_list() == ["Vũ", "Vò"]


def test_a_doubtful_cell_goes_with_its_column_where_the_row_says_nothing() -> None:
    modern, conversions = modernise(pl.DataFrame({"c0": ["NguyÔn V¨n", "Vò", None, "abc"]}))
    assert modern["c0"].to_list() == ["Nguyễn Văn", "Vũ", None, "abc"]
    assert conversions == (Conversion("c0", "tcvn3", 2),)


def test_a_doubtful_cell_between_both_kinds_stays_and_is_counted() -> None:
    modern, conversions = modernise(pl.DataFrame({"c0": ["NguyÔn V¨n", "Vò", "Nguyễn Văn"]}))
    assert modern["c0"][1] == "Vò"
    assert Conversion("c0", "uncertain", 1) in conversions


def test_two_encodings_in_two_columns() -> None:
    grid = pl.DataFrame({"c0": ["NguyÔn ThÞ H­êng"], "c1": ["Phöôøng Minh Xuaân"], "c2": ["Đã trả"]})
    assert modernise(grid)[0].row(0) == ("Nguyễn Thị Hường", "Phường Minh Xuân", "Đã trả")


def test_verdicts() -> None:
    assert verdict("Nguyễn") == "unicode"
    assert verdict("abc 1") == "ascii"
    assert verdict("NguyÔn V¨n") == "tcvn3"
    assert verdict("Nguyeãn Vaên") == "vni"
    assert verdict("Vò") == "tcvn3?"
    assert verdict("Müller") == "foreign"


def test_a_word_outside_the_encoding_has_no_reading() -> None:
    assert decode_word("Mÿ", "tcvn3") is None
    assert decode_word("tÿ", "vni") is None


@pytest.mark.parametrize("word", ["nghiêng", "khuỷu", "HOÀ", "hòa", "quyển", "giếng", "Đắk", "Krông", "uống", "ý"])
def test_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["hờt", "xyz", "nguyeãn", "bẳc", "Müller", "aá"])
def test_not_syllables(word: str) -> None:
    assert not is_syllable(word)
