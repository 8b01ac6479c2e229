"""Names of units: the keys by which they are compared, and what a person may have meant by a text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sipas.intake.vietnamese import nfc, search_key, sort_key

# Folded words that may stand before a name, longest first, with the kind they mean.
PREFIXES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("thanh", "pho"), "thành phố"),
    (("thi", "tran"), "thị trấn"),
    (("dac", "khu"), "đặc khu"),
    (("thi", "xa"), "thị xã"),
    (("t", "p"), "thành phố"),
    (("t", "t"), "thị trấn"),
    (("t", "x"), "thị xã"),
    (("phuong",), "phường"),
    (("huyen",), "huyện"),
    (("quan",), "quận"),
    (("tinh",), "tỉnh"),
    (("tp",), "thành phố"),
    (("tt",), "thị trấn"),
    (("tx",), "thị xã"),
    (("dk",), "đặc khu"),
    (("xa",), "xã"),
    (("h",), "huyện"),
    (("p",), "phường"),
    (("q",), "quận"),
    (("t",), "tỉnh"),
    (("x",), "xã"),
)
# Other spellings and short forms of provinces in office files, as name keys.
ALIASES = {
    "hcm": "hochiminh",
    "hn": "hanoi",
    "baccan": "backan",
    "brvt": "bariavungtau",
    "daclac": "daklak",
    "dacnong": "daknong",
    "thuathien": "thuathienhue",
    "tthue": "thuathienhue",
}

_WORD = re.compile(r"[^\W_]+")
_GLUED = re.compile(r"\b(tp|q|p)(?=\d|hcm\b)", re.IGNORECASE)
# A syllable of one vowel written y or i: Lý/Lí, Mỹ/Mĩ, Quy/Qui.
_FINAL_Y = re.compile(r"^(qu|[bcdghklmnprstvx]+)y$")


@dataclass(frozen=True, slots=True)
class Meaning:
    """One way to read a text as a unit.

    Parameters
    ----------
    kind : str, optional
        Kind written before the name; missing: any.
    name_key : str
        Key of the name without diacritics.
    spelling_key : str
        Key of the name with diacritics.
    """

    kind: str | None
    name_key: str
    spelling_key: str


def name_key(name: str) -> str:
    """Give the key that is equal for a name with and without diacritics, spaces, hyphens, leading zeros.

    Parameters
    ----------
    name : str
        Name without its kind.

    Returns
    -------
    str
        Letters a to z and digits; ``đ`` as ``d``.
    """
    return "".join(_folded(word) for word in _WORD.findall(nfc(name)))


def spelling_key(name: str) -> str:
    """Give the key that is equal for Hòa and Hoà, but not for Hoa.

    Parameters
    ----------
    name : str
        Name without its kind.

    Returns
    -------
    str
        Syllables with their letters and tones, case and punctuation apart.
    """
    return sort_key(nfc(name).lower()).split("\t", maxsplit=1)[0]


def has_diacritics(text: str) -> bool:
    """Tell whether a text is written with Vietnamese letters.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    bool
        False for plain ASCII Vietnamese, as ``ninh thuan``.
    """
    return not nfc(text).isascii()


def meanings(text: str) -> tuple[Meaning, ...]:
    """List the ways to read a text as a unit: with its first words as a kind, and as a bare name.

    Parameters
    ----------
    text : str
        As ``TP.HCM``, ``Q1``, ``xa Tan Thanh``; no comma.

    Returns
    -------
    tuple of Meaning
        The reading with a kind first; empty for a text without letters or digits.
    """
    words = _WORD.findall(_GLUED.sub(r"\1 ", nfc(text)))
    if not words:
        return ()
    found = [_meaning(kind, words[len(prefix) :]) for prefix, kind in PREFIXES if _begins(words, prefix)]
    return (*found[:1], _meaning(None, words))


def _folded(word: str) -> str:
    return str(int(word)) if word.isdecimal() else _FINAL_Y.sub(r"\1i", search_key(word))


def _begins(words: list[str], prefix: tuple[str, ...]) -> bool:
    return len(words) > len(prefix) and tuple(search_key(w) for w in words[: len(prefix)]) == prefix


def _meaning(kind: str | None, words: list[str]) -> Meaning:
    name = " ".join(words)
    key = name_key(name)
    return Meaning(kind, ALIASES.get(key, key), spelling_key(name))
