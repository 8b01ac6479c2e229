"""Texts that people type for a draw: they are printed on a certificate, so every letter must be in its font."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sipas_web.shared.vietnamese_text import nfc

SHORTEST = 8  # characters of a witness's text: long enough that nobody guesses it
KINDS = frozenset("LMNPSZ")  # letters, marks, numbers, punctuation, signs, spaces; nothing invisible


def checked(text: str, *, shortest: int = 1) -> str:
    """Give a text composed and without space at its ends; refuse what cannot be printed or is too short."""
    clean = " ".join(nfc(text).split())
    if strange := [c for c in clean if not _is_printed(c)]:
        message = _("This cannot be printed: %(signs)s. Use letters, digits and punctuation.")
        raise ValidationError(message, params={"signs": " ".join(sorted(set(strange)))})
    if len(clean) < shortest:
        raise ValidationError(_("Type at least %(count)d characters."), params={"count": shortest})
    return clean


def in_fours(text: str) -> list[str]:
    """Cut a hash or a code into groups of four characters, to be read aloud."""
    return [text[at : at + 4] for at in range(0, len(text), 4)]


def _is_printed(sign: str) -> bool:
    """Latin letters with every Vietnamese mark, digits and common punctuation: what the shipped fonts hold."""
    code = ord(sign)
    is_known = code < 0x180 or code in {0x1A0, 0x1A1, 0x1AF, 0x1B0, 0x20AB} or 0x1EA0 <= code <= 0x1EF9
    is_punctuation = 0x2010 <= code <= 0x2026 and unicodedata.category(sign)[0] == "P"
    return (is_known or is_punctuation) and unicodedata.category(sign)[0] in KINDS
