"""The sections of a report in the order and words of the receiving form, and which figures stand in which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from django.utils.translation import override

from sipas_web.shared import report_figures

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the form; its name is Vietnamese data."""

    code: str
    heading: str
    hint: str
    sources: tuple[str, ...]  # patterns
    shows_index: bool
    is_needed: bool  # a report does not go up without a text in it


@dataclass(frozen=True, slots=True)
class Form:
    """The form a report follows."""

    told: str  # where it comes from
    is_verified: bool
    sections: tuple[Section, ...]


@cache
def form() -> Form:
    """Read the form."""
    text = (files("sipas_web.improvement") / "data" / "report_sections.yaml").read_text(encoding="utf-8")
    given = yaml.safe_load(text)
    sections = (
        Section(
            s["code"], s["heading"], s["hint"], tuple(s["sources"]), s.get("shows_index", False),
            s.get("is_needed", False),
        )
        for s in given["sections"]
    )  # fmt: skip
    return Form(given["form"], given["is_verified"], tuple(sections))


def section_of(source: str) -> str:
    """Give the code of the section in which a source's figures stand: the first whose pattern fits."""
    return next(s.code for s in form().sections if any(fnmatchcase(source, pattern) for pattern in s.sources))


def codes() -> list[str]:
    """List the codes of all sections."""
    return [section.code for section in form().sections]


def outline() -> list[dict[str, Any]]:
    """Give every source with its lines, in Vietnamese: kept by each report, so that a newer program changes no word."""
    with override("vi"):
        return [
            {
                "code": source.code,
                "heading": str(source.heading),
                "lines": [{"code": line.code, "label": str(line.label), "of": line.of} for line in source.lines],
            }
            for source in report_figures.sources()
        ]


def in_section(kept: Iterable[dict[str, Any]], code: str) -> list[dict[str, Any]]:
    """Give the sources of a report's outline that stand in a section."""
    return [source for source in kept if section_of(source["code"]) == code]


def shown(kept: Sequence[dict[str, Any]]) -> list[tuple[str, Section]]:
    """Give the sections of a report with their Roman numbers; other figures only where there are any."""
    there = [s for s in form().sections if s.code != "other" or in_section(kept, "other")]
    return list(zip(ROMAN, there, strict=False))
