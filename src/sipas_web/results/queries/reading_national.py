"""National values that the Ministry published: never simulated, never one series with a round or across a break."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from sipas_web.results import plots
from sipas_web.results.numbers import number

TABLE = "national"


@dataclass(frozen=True, slots=True)
class Line:
    """A year of the table."""

    year: int
    percent: str
    method: str
    source: str
    is_first_after_break: bool


@dataclass(frozen=True, slots=True)
class National:
    """The line with its table."""

    drawing: SafeString
    lines: tuple[Line, ...]
    words: str  # of the drawing


def national() -> National:
    """Give the line as published."""
    rows, spans = _read()
    last: str | None = None
    lines = []
    for row in rows:
        known = row.percent is not None
        broken = known and last is not None and row.series != last
        last = row.series if known else last
        lines.append(Line(row.year, number(row.percent), _method(spans, row) if known else "–", row.source, broken))
    drawn = [[(r.year, r.percent) for r in rows if r.series == s and r.percent is not None] for s in spans]
    middle = [(a[1] + b[0]) / 2 for a, b in itertools.pairwise(spans.values())]
    words = _("Line chart of the published national index %(first)d–%(last)d, broken where the method changed.")
    told = words % {"first": rows[0].year, "last": rows[-1].year}
    return National(plots.years(drawn, middle, _break_words(spans)), tuple(lines), told)


def chart() -> tuple[tuple[str, ...], tuple[tuple[Any, ...], ...], Mapping[str, Any]]:
    """Give heads, rows and chart of the line as a file."""
    from sipas.reporting.charts.series import national_line

    rows, spans = _read()
    drawn = [{"year": r.year, "series": _method(spans, r), "percent": r.percent} for r in rows if r.percent is not None]
    ends = list(spans.values())
    breaks = [((a[1] + b[0]) / 2, _break_words(spans)) for a, b in itertools.pairwise(ends)]
    spec = national_line(drawn, breaks, _("Satisfied (%)"), (rows[0].year, rows[-1].year))
    heads = (_("Year"), _("Index (%)"), _("Method"), _("Source"))
    cells = tuple((r.year, r.percent, _method(spans, r) if r.percent is not None else "", r.source) for r in rows)
    return heads, cells, spec


def _read() -> tuple[list[Any], dict[str, tuple[int, int]]]:
    """Give the years in order, and first and last year of each method."""
    from sipas.reporting import gather_national

    rows = sorted(gather_national(), key=lambda row: (row.year, row.series))
    spans: dict[str, tuple[int, int]] = {}
    for row in rows:
        if row.percent is not None:
            first, last = spans.get(row.series, (row.year, row.year))
            spans[row.series] = (min(first, row.year), max(last, row.year))
    return rows, dict(sorted(spans.items(), key=lambda item: item[1]))


def _method(spans: Mapping[str, tuple[int, int]], row: Any) -> str:
    first, last = spans[row.series]
    return _("method of %(first)d–%(last)d") % {"first": first, "last": last}


def _break_words(spans: Mapping[str, tuple[int, int]]) -> str:
    ends = list(spans.values())
    return _("method changed %(last)d/%(first)d") % {"last": ends[0][1], "first": ends[-1][0]} if len(ends) > 1 else ""
