"""Topics of feedback, the items of the questionnaire they are about, and templates of answers: data/topics.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.utils.translation import get_language

from sipas_web.feedback.rules import read


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic."""

    code: str
    vi: str
    en: str
    items: dict[str, tuple[str, ...]]  # edition -> codes
    reply: str

    @property
    def label(self) -> str:
        """Give its name in the reader's language."""
        return self.en if get_language() == "en" else self.vi

    def all_items(self, edition: str = "") -> set[str]:
        """Give the codes of the items it is about, of one edition or of all."""
        return {code for name, codes in self.items.items() if edition in {"", name} for code in codes}


@cache
def topics() -> dict[str, Topic]:
    """Give every topic by its code, in order."""
    return {
        row["code"]: Topic(
            row["code"],
            row["vi"],
            row["en"],
            {name: tuple(codes) for name, codes in row["items"].items()},
            row["reply"],
        )
        for row in read("topics")
    }


def label_of(code: str) -> str:
    """Give a topic's name; the code itself where it is no longer in the table."""
    topic = topics().get(code)
    return topic.label if topic else code


def named(code: str) -> str:
    """Give a topic's Vietnamese name, for lists that are data."""
    topic = topics().get(code)
    return topic.vi if topic else code


def choices() -> list[tuple[str, str]]:
    """Give the topics for a form."""
    return [(topic.code, topic.label) for topic in topics().values()]


def reply_to(code: str, *, number: str, received: str, unit: str) -> str:
    """Fill the template of an answer."""
    table = topics()
    return table.get(code, table["other"]).reply.format(number=number, received=received, unit=unit)
