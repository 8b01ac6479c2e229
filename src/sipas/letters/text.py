"""The text of a letter and its folded twin of the same length, so that places in both agree."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sipas.intake.vietnamese import nfc

# Marks of a scan's export (bold, italics) count as spaces; dashes and quotes have one form.
_FLAT = str.maketrans({
    "*": " ", "\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u3000": " ", "\r": " ", "\f": " ", "\v": " ",
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
    "“": '"', "”": '"', "‘": "'", "’": "'", "：": ":", "；": ";", "，": ",",
})  # fmt: skip
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
_NEWLINE = re.compile("\r\n|[\r\n\u0085\u2028\u2029]")
_SPACES = re.compile(r"\s+")
_EDGE = " \t\n;,.:*-–_/|\"'"


@dataclass(frozen=True)
class Text:
    """A letter's text and its folded twin.

    Parameters
    ----------
    raw : str
        NFC, lines end in a newline, nothing invisible.
    said : str, optional
        What is shown to a person where ``raw`` has parts blanked out; same length.
    """

    raw: str
    said: str | None = None

    @classmethod
    def of(cls, text: str) -> Text:
        """Make it from any text.

        Parameters
        ----------
        text : str
            As it was read.

        Returns
        -------
        Text
            The same words; offsets count from here on in ``raw``.
        """
        return cls(_INVISIBLE.sub("", nfc(_NEWLINE.sub("\n", text))))

    @cached_property
    def folded(self) -> str:
        """Lower case without diacritics, one character for each of ``raw``."""
        return "".join(_fold(c) for c in self.raw.translate(_FLAT))

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Offset of the first character of each line."""
        return (0, *(match.end() for match in re.finditer("\n", self.raw)))

    def line(self, offset: int) -> int:
        """Give the line of an offset.

        Parameters
        ----------
        offset : int
            Into ``raw``.

        Returns
        -------
        int
            From 1.
        """
        return bisect_right(self.starts, offset)

    def shown(self, start: int, end: int) -> str:
        """Give a stretch as it is said to a person.

        Parameters
        ----------
        start, end : int
            Offsets into ``raw``.

        Returns
        -------
        str
            Single spaces, no marks of an export, no punctuation at the ends but closing brackets.
        """
        return tidy((self.said or self.raw)[start:end])

    def trimmed(self, start: int, end: int) -> tuple[int, int]:
        """Narrow a stretch to what is not space or loose punctuation.

        Parameters
        ----------
        start, end : int
            Offsets into ``raw``.

        Returns
        -------
        tuple of int
            The narrower stretch; empty at ``start`` where nothing stands.
        """
        piece = self.raw[start:end]
        left = len(piece) - len(piece.lstrip(_EDGE + "\u00a0"))
        right = len(piece.rstrip(_EDGE + "\u00a0"))
        return (start + left, start + right) if left < right else (start, start)


@lru_cache(maxsize=20_000)
def _fold(char: str) -> str:
    if char in "đĐð":
        return "d"
    base = unicodedata.normalize("NFD", char)[:1]
    lowered = base.lower()
    return lowered if len(lowered) == 1 else base


def fold(text: str) -> str:
    """Fold a text of its own, for comparison.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Lower case, no diacritics, single spaces.
    """
    return _SPACES.sub(" ", "".join(_fold(c) for c in nfc(text).translate(_FLAT))).strip()


def tidy(text: str) -> str:
    """Take the marks of an export, double spaces and loose punctuation off a text.

    Parameters
    ----------
    text : str
        A stretch of a letter.

    Returns
    -------
    str
        On one line.
    """
    return _SPACES.sub(" ", text.replace("*", " ")).strip(_EDGE + "\u00a0")
