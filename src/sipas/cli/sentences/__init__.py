"""The one catalogue of sentences: what each code says to a person, in Vietnamese and English.

A YAML file per room: ``code: {vi: ..., en: ...}``. A sentence says what is wrong, what was expected and what
to do; it may use ``{parameter} {expected} {got} {hint} {place}``.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

from sipas.errors import Place, SipasError

Language = Literal["vi", "en"]
WORDS = {
    "vi": {"file": "tệp", "sheet": "trang tính", "row": "dòng", "column": "cột", "node": "mục"},
    "en": {"file": "file", "sheet": "sheet", "row": "row", "column": "column", "node": "node"},
}
EMPTY = {"vi": "trống", "en": "empty"}  # the cell that stands at fault


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Give every code with its sentences."""
    merged: dict[str, dict[str, str]] = {}
    for entry in sorted(files(__package__).iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".yaml"):
            merged |= yaml.safe_load(entry.read_text(encoding="utf-8")) or {}
    return merged


def say(error: SipasError, language: Language = "vi") -> str:
    """Make the sentence of an error."""
    template = catalogue().get(error.code, {}).get(language)
    if template is None:
        return str(error)
    where = place(error.place, language)
    sentence = template.format(
        parameter=error.parameter,
        expected=listed(error.expected),
        got=EMPTY[language] if error.got is None and error.place.row is not None else listed(error.got),
        hint=listed(error.hint),
        place=where,
    )
    return sentence if not where or "{place}" in template else f"{where}: {sentence}"


def say_code(code: str, language: Language = "vi") -> str:
    """Make the sentence of a code that has no data, as the reason of a rejected row."""
    return catalogue().get(code, {}).get(language, code)


def place(where: Place, language: Language = "vi") -> str:
    """Name a place: ``tệp x.xlsx, dòng 12, cột Họ tên``."""
    words = WORDS[language]
    parts = ((words[name], getattr(where, name)) for name in ("file", "sheet", "row", "column", "node"))
    return ", ".join(f"{word} {value}" for word, value in parts if value is not None)


def listed(value: object) -> str:
    """Write a value or a list of values for a person."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(str(v) for v in (sorted(value, key=str) if isinstance(value, (set, frozenset)) else value))
    return "" if value is None else str(value)
