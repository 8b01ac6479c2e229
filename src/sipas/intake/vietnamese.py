"""Vietnamese text: one form, one order, one way to search, numbers and dates as officials write them."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

# Order of the tones in Vietnamese dictionaries: ngang, huyền, hỏi, ngã, sắc, nặng.
TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
# Marks that make a letter of its own: ă, â ê ô, ơ ư; their place after the plain letter.
LETTER_MARKS = {"\u0306": "1", "\u0302": "2", "\u031b": "3"}
MISSING = "–"

_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_SPACES = re.compile(r"\s+")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")


def nfc(text: str) -> str:
    """Compose a text: the one form in which the library keeps Vietnamese.

    Parameters
    ----------
    text : str
        Any Unicode text.

    Returns
    -------
    str
        The same text in Normalization Form C.
    """
    return unicodedata.normalize("NFC", text)


def clean(text: str) -> str:
    """Compose a cell's text and take out what cannot be seen.

    Parameters
    ----------
    text : str
        A cell as it stands in an office file.

    Returns
    -------
    str
        NFC, without zero-width and direction marks, single spaces, none at the ends.
    """
    return nfc(_SPACES.sub(" ", _INVISIBLE.sub("", text)).strip())


def search_key(text: str) -> str:
    """Give the form in which names are compared and searched.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Without diacritics, ``đ`` as ``d``, lower case, single spaces; punctuation stays.
    """
    plain = _without_marks(_without_marks(text).lower())
    return _SPACES.sub(" ", _INVISIBLE.sub("", plain)).strip()


def sort_key(text: str) -> str:
    """Give a text whose code-point order is the Vietnamese order of the original.

    Syllable by syllable as in Vietnamese dictionaries: letters a ă â b c d đ e ê … u ư, then the tone
    (ngang, huyền, hỏi, ngã, sắc, nặng). Numbers sort by value, punctuation only separates, case decides last.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Key for comparison only; different texts have different keys.
    """
    composed = nfc(text)
    return " ".join(_syllable(token) for token in _TOKEN.findall(composed)) + "\t" + composed


def format_number(value: float | Decimal | None, decimals: int) -> str:
    """Write a number as Vietnamese documents do: decimal comma, points between thousands.

    Parameters
    ----------
    value : int, float, Decimal or None
        The number; None and NaN are missing.
    decimals : int
        Digits after the comma, 0 or more; halves are rounded away from zero.

    Returns
    -------
    str
        As ``83,94`` or ``36.630``; ``–`` for a missing value.
    """
    if value is None or math.isnan(value):
        return MISSING
    number = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    number = abs(number) if number == 0 else number
    return f"{number:,f}".translate({ord(","): ".", ord("."): ","})


def format_date(date: dt.date) -> str:
    """Write a date as Vietnamese documents do.

    Parameters
    ----------
    date : datetime.date
        The day.

    Returns
    -------
    str
        ``dd/mm/yyyy``.
    """
    return f"{date.day:02d}/{date.month:02d}/{date.year:04d}"


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    kept = "".join(c for c in decomposed if not unicodedata.category(c).startswith("M"))
    return kept.replace("đ", "d").replace("Đ", "D")


def _syllable(token: str) -> str:
    if token.isdecimal():
        digits = str(int(token))
        return f"{len(digits):03d}{digits} 0"
    tone = "0"
    letters: list[str] = []
    for char in unicodedata.normalize("NFD", token.lower()):
        if char in TONES:
            tone = TONES[char]
        elif char in LETTER_MARKS:
            letters[-1:] = [letters[-1][0] + LETTER_MARKS[char]] if letters else []
        elif char == "đ":
            letters.append("d1")
        elif not unicodedata.combining(char):
            letters.append(char + "0")
    return "".join(letters) + " " + tone
