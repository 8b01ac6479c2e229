"""The notice that a respondent reads before the first question: data, filled with the round's own names."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from sipas_web.rounds.queries import Round


@dataclass(frozen=True, slots=True)
class Notice:
    """What is read, in one language."""

    version: str
    paragraphs: tuple[str, ...]


def notice_of(round_: Round, language: str) -> Notice:
    """Give the notice of a round."""
    words = _words()
    language = "en" if language == "en" else "vi"
    documents = round_.settings.get("documents", {})
    parts = [str(documents.get("department") or ""), str(round_.unit.full_name)]
    who = " – ".join(dict.fromkeys(part for part in parts if part))
    said = [text.format(who=who) for text in words[language]]
    if until := _day(round_.settings.get("contacts_until")):
        said.append(words[f"until_{language}"].format(until=until))
    return Notice(words["version"], tuple(said))


def version() -> str:
    """Give the version of the notice shown now."""
    return str(_words()["version"])


def _day(text: object) -> str:
    try:
        day = dt.date.fromisoformat(str(text))
    except ValueError:
        return ""
    return f"{day.day}/{day.month}/{day.year}"


@cache
def _words() -> dict[str, Any]:
    text = (files("sipas_web.capture") / "data" / "notice.yaml").read_text(encoding="utf-8")
    made: dict[str, Any] = yaml.safe_load(text)
    return made
