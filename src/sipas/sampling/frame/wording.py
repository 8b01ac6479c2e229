"""What the words of a list say: whether a dossier is finished, who handed it in."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

from sipas.intake.vietnamese import clean, nfc, search_key

Kind = Literal["person", "organisation"]


@cache
def _words(group: str) -> tuple[str, ...]:
    data = yaml.safe_load(files(__package__).joinpath("words.yaml").read_text(encoding="utf-8"))
    return tuple(nfc(word) for word in data[group])


def is_finished(status: str) -> bool | None:
    """Read a status.

    Parameters
    ----------
    status : str
        As ``Đã trả kết quả`` or ``Đang xử lý``.

    Returns
    -------
    bool or None
        None where the words are not known; then the day of the result decides.
    """
    if _holds(status, "not_finished"):
        return False
    return True if _holds(status, "finished") else None


def respondent_kind(text: str) -> Kind | None:
    """Read who handed a dossier in.

    Parameters
    ----------
    text : str
        As ``Cá nhân`` or ``Tổ chức``.

    Returns
    -------
    {'person', 'organisation'} or None
        None where the words are not known or both are meant.
    """
    person, organisation = _holds(text, "person"), _holds(text, "organisation")
    if person == organisation:
        return None
    return "person" if person else "organisation"


def organisation_pattern() -> str:
    """Give the pattern of the beginning of an organisation's name.

    Returns
    -------
    str
        Regular expression for a search key.
    """
    return r"^(" + "|".join(re.escape(search_key(word)) for word in _words("organisation_name")) + r")\b"


def _holds(text: str, group: str) -> bool:
    """Whole words only; a text with diacritics is compared with them (``cho`` is not ``chờ``)."""
    written = clean(text).lower()
    plain = written.isascii()
    return any(re.search(rf"\b{re.escape(search_key(word) if plain else word)}\b", written) for word in _words(group))
