"""Sentences of a paragraph, as stretches."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sipas.letters.text import Text

# A full stop ends a sentence before a capital or a bullet; abbreviations (TT. , TP. , NAM.) do not.
_SENTENCE = re.compile(
    r"(?<!\bTT)(?<!\bTP)(?<!\bKT)[.?!](?:\s*/\s*\.)?\s+(?=[^\W\d_]|[-+\"(])|[;]\s+|\n\n+|\n(?=\s*[-+•*]\s)"
)
_FULL_STOP = re.compile(_SENTENCE.pattern.replace(r"|[;]\s+", ""))


def sentences(text: Text, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a stretch into sentences; a semicolon ends one too.

    Parameters
    ----------
    text : Text
        The letter.
    start, end : int
        The stretch.

    Yields
    ------
    tuple of int
        Offsets.
    """
    yield from _cut(_SENTENCE, text, start, end)


def whole_sentences(text: Text, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a stretch into sentences at full stops only.

    Parameters
    ----------
    text : Text
        The letter.
    start, end : int
        The stretch.

    Yields
    ------
    tuple of int
        Offsets.
    """
    yield from _cut(_FULL_STOP, text, start, end)


def _cut(mark: re.Pattern[str], text: Text, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for match in mark.finditer(text.raw, start, end):
        if text.raw[at : match.start()].strip():
            yield at, match.start()
        at = match.end()
    if text.raw[at:end].strip():
        yield at, end
