"""TCVN3 (ABC, .VnTime) and VNI text in office files: recognised by its syllables and turned into Unicode.

A cell is judged by the words in it that hold letters beyond ASCII. A cell with a letter that only Unicode has
(ơ, ế, đ ...) is Unicode. A cell whose words are Vietnamese syllables in one old encoding and not as they stand is old.
A cell that could be both (``Vò`` is Vò, or Vũ in TCVN3) goes with the other cells of its row, then of its column,
then of the table, where these agree; otherwise it stays as it is and is counted as uncertain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product
from typing import Literal

import polars as pl
import yaml

from sipas.intake.syllables import is_syllable

Encoding = Literal["tcvn3", "vni"]
ENCODINGS: tuple[Encoding, ...] = ("tcvn3", "vni")
UNICODE_ONLY = "[\u0100-\u024f\u0300-\u036f\u1e00-\u1eff]"
OLD_CHARACTER = "[\u00a1-\u00ff]"
WORD = "[A-Za-z\u00a1-\u00ff]*[\u00a1-\u00ff][A-Za-z\u00a1-\u00ff]*"
_WORD = re.compile(WORD)
_UNICODE_ONLY = re.compile(UNICODE_ONLY)


@dataclass(frozen=True, slots=True)
class Conversion:
    """How many cells of a column came in an old encoding.

    Parameters
    ----------
    column : str
        Column of the grid.
    encoding : str
        ``tcvn3``, ``vni``, or ``uncertain`` for cells left as they were.
    cells : int
        Cells, 1 or more.
    """

    column: str
    encoding: str
    cells: int


@cache
def _table(encoding: Encoding) -> dict[str, str]:
    data = yaml.safe_load(files(__package__).joinpath("legacy.yaml").read_text(encoding="utf-8"))[encoding]
    if encoding == "tcvn3":
        return {chr(int(byte, 16)): letter for byte, letter in data.items()}
    both = {}
    for key, letter in data.items():
        for spelling in map("".join, product(*((c, c.upper()) for c in key))):
            both[spelling] = letter.upper() if spelling[0].isupper() else letter
    return both


@cache
def _pattern(encoding: Encoding) -> re.Pattern[str]:
    keys = sorted(_table(encoding), key=lambda key: (-len(key), key))
    return re.compile("|".join(map(re.escape, keys)) + f"|({OLD_CHARACTER})")


@lru_cache(maxsize=200_000)
def decode_word(word: str, encoding: Encoding) -> str | None:
    """Turn one word of an old encoding into Unicode.

    Parameters
    ----------
    word : str
        As it stands, characters of Windows-1252.
    encoding : {'tcvn3', 'vni'}
        The old encoding.

    Returns
    -------
    str or None
        NFC; None where a character has no place in the encoding. A word whose other letters are capitals
        (two or more) becomes capitals, as it was shown by .VnTimeH.
    """
    matches = list(_pattern(encoding).finditer(word))
    if any(match.group(1) for match in matches):
        return None
    decoded = _pattern(encoding).sub(lambda match: _table(encoding)[match.group(0)], word)
    ascii_letters = [c for c in word if c.isascii() and c.isalpha()]
    capitals = len(ascii_letters) > 1 and all(c.isupper() for c in ascii_letters)
    return decoded.upper() if capitals else decoded


def decode(text: str, encoding: Encoding) -> str:
    """Turn a text of an old encoding into Unicode, word by word.

    Parameters
    ----------
    text : str
        As it stands, characters of Windows-1252.
    encoding : {'tcvn3', 'vni'}
        The old encoding.

    Returns
    -------
    str
        NFC; words that have no place in the encoding stay.
    """
    decoded = _WORD.sub(lambda match: decode_word(match.group(0), encoding) or match.group(0), text)
    words = [word for word in decoded.split() if sum(c.isalpha() for c in word) > 1]
    loud = [word for word in words if sum(c.isascii() and c.isalpha() for c in word) > 1]
    if loud and all(word.isupper() for word in loud) and len(words) > len(loud):
        return decoded.upper()
    return decoded


def encode(text: str, encoding: Encoding) -> str:
    """Write a Unicode text in an old encoding; for tests and for exchange with old programs.

    Parameters
    ----------
    text : str
        NFC.
    encoding : {'tcvn3', 'vni'}
        The old encoding.

    Returns
    -------
    str
        Characters of Windows-1252; TCVN3 writes a capital with tone as the small letter.
    """
    back = _encoder(encoding)
    return "".join(back.get(c, back.get(c.lower(), c) if c != c.lower() else c) for c in text)


@cache
def _encoder(encoding: Encoding) -> dict[str, str]:
    back: dict[str, str] = {}
    for old, letter in _table(encoding).items():
        if len(old) == 1 or old.islower() or old.isupper():
            back[letter] = old
    return back


@lru_cache(maxsize=200_000)
def verdict(text: str) -> str:
    """Judge one cell by itself.

    Parameters
    ----------
    text : str
        The cell.

    Returns
    -------
    str
        ``ascii``; ``unicode``; ``tcvn3`` or ``vni``; ``tcvn3?``, ``vni?`` where it reads well both ways; ``foreign``.
    """
    if _UNICODE_ONLY.search(text):
        return "unicode"
    words = _WORD.findall(text)
    if not words:
        return "ascii"
    as_it_is = sum(is_syllable(word) for word in words)
    read = {encoding: _readable(words, encoding) for encoding in ENCODINGS}
    best = max(ENCODINGS, key=lambda encoding: read[encoding])
    telling = any(len(word) > 1 for word in words)
    if telling and read[best] > as_it_is and 2 * read[best] >= len(words):
        return best
    if read[best] == len(words):
        return best + "?"
    return "unicode" if as_it_is == len(words) else "foreign"


def _readable(words: Iterable[str], encoding: Encoding) -> int:
    decoded = (decode_word(word, encoding) for word in words)
    return sum(word is not None and is_syllable(word) for word in decoded)


def modernise(grid: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Conversion, ...]]:
    """Turn the old-encoded cells of a grid into Unicode; good Unicode is never touched.

    Parameters
    ----------
    grid : polars.DataFrame
        Text columns.

    Returns
    -------
    polars.DataFrame
        Same shape.
    tuple of Conversion
        Cells converted by column and encoding, and cells left uncertain.
    """
    if not any(_holds_old_words(grid[name]) for name in grid.columns):
        return grid, ()
    verdicts = pl.DataFrame([_verdicts(grid[name]) for name in grid.columns])
    rows = verdicts.select(_agreed(pl.concat_list(pl.all())).alias("row"))["row"]
    whole = _unanimous(set().union(*(set(verdicts[name].unique()) for name in verdicts.columns)))
    converted, counts = [], []
    for name in grid.columns:
        column, found = _modernise_column(grid[name], verdicts[name], rows, whole)
        converted.append(column)
        counts += found
    return pl.DataFrame(converted), tuple(counts)


def _holds_old_words(column: pl.Series) -> bool:
    cells = column.filter(column.str.contains(OLD_CHARACTER).fill_null(value=False))
    cells = cells.filter(~cells.str.contains(UNICODE_ONLY))
    if cells.is_empty():
        return False
    words = cells.str.extract_all(WORD).explode(empty_as_null=True).drop_nulls().unique().to_list()
    return any(
        len(word) > 1 and not is_syllable(word) and any(_readable([word], encoding) for encoding in ENCODINGS)
        for word in words
    )


def _verdicts(column: pl.Series) -> pl.Series:
    unique = column.drop_nulls().unique()
    judged = pl.Series([verdict(text) for text in unique.to_list()], dtype=pl.String)
    return column.replace_strict(unique, judged, default=None, return_dtype=pl.String).alias(column.name)


def _agreed(cells: pl.Expr) -> pl.Expr:
    sure = cells.list.eval(pl.element().filter(pl.element().is_in(["unicode", *ENCODINGS]))).list.unique()
    return pl.when(sure.list.len() == 1).then(sure.list.first())


def _unanimous(kinds: set[str | None]) -> str | None:
    sure = {kind for kind in kinds if kind in ENCODINGS or kind == "unicode"}
    return sure.pop() if len(sure) == 1 else None


def _modernise_column(
    column: pl.Series, verdicts: pl.Series, rows: pl.Series, whole: str | None
) -> tuple[pl.Series, list[Conversion]]:
    own = _unanimous(set(verdicts.unique())) or whole
    by_neighbours = rows.fill_null(own) if own else rows
    unsure = verdicts.str.ends_with("?") | (verdicts == "foreign")
    kinds = verdicts.zip_with(~unsure.fill_null(value=False), by_neighbours)
    result = column
    counts = []
    for encoding in ENCODINGS:
        chosen = (kinds == encoding).fill_null(value=False) & (verdicts != "ascii").fill_null(value=False)
        if chosen.any():
            old = column.filter(chosen).unique()
            new = pl.Series([decode(text, encoding) for text in old.to_list()], dtype=pl.String)
            changed = column.replace_strict(old, new, default=None, return_dtype=pl.String)
            result = changed.zip_with(chosen, result)
            counts.append(Conversion(column.name, encoding, int(chosen.sum())))
    uncertain = int((verdicts.str.ends_with("?") & kinds.is_null()).sum())
    if uncertain:
        counts.append(Conversion(column.name, "uncertain", uncertain))
    return result.alias(column.name), counts
