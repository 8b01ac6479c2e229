"""Plots of a page: SVG in shares of its own width, coloured by classes of the sheet, so that it takes both themes.

The table beside a plot is its text alternative.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sipas.reporting.charts.theme import window
from sipas_web.results.drawings import Scale, percent_scale
from sipas_web.results.numbers import number

TOP, BOTTOM = 26.0, 26.0  # px above and below the plot
LEFT, WIDTH = 6.0, 90.0  # shares of the width: the numbers of the axis stand to the left
LINE_HEIGHT, QUADRANT_HEIGHT = 240.0, 460.0
RADIUS = 10


@dataclass(frozen=True, slots=True)
class Point:
    """An item between its two intervals, in percent."""

    mark: str
    name: str
    x: float
    y: float
    x_ends: tuple[float | None, float | None]
    y_ends: tuple[float | None, float | None]
    is_first: bool  # to be done first


@dataclass(frozen=True, slots=True)
class _Plot:
    x: Scale
    y: Scale
    height: float

    def across(self, value: float) -> str:
        return f"{LEFT + WIDTH * self.x.share(value) / 100:.2f}%"

    def down(self, value: float) -> str:
        return f"{self.height - BOTTOM - (self.height - TOP - BOTTOM) * self.y.share(value) / 100:.1f}"


def years(series: Sequence[Sequence[tuple[int, float]]], breaks: Sequence[float], words: str) -> SafeString:
    """Draw values over years, each series by itself; at a break stands a line and nothing crosses it."""
    every = [point for one in series for point in one]
    first, last = min(y for y, _ in every), max(y for y, _ in every)
    low, high = window([value for _, value in every])
    span = Scale(first - 0.5, last + 0.5, tuple(float(y) for y in range(first, last + 1)))
    plot = _Plot(span, Scale(low, high, percent_scale([low, high]).ticks), LINE_HEIGHT)
    parts = [_frame(plot, "{:.0f}")]
    for at in breaks:
        place = plot.across(at)
        look = (
            '<line class="d-target" x1="{0}" y1="{1}" x2="{0}" y2="{2}"/><text class="d-mid" x="{0}" y="12">{3}</text>'
        )
        parts.append(format_html(look, place, TOP - 8, LINE_HEIGHT - BOTTOM, words))
    for order, one in enumerate(series, start=1):
        pairs = [(order, *_at(plot, a), *_at(plot, b)) for a, b in itertools.pairwise(one)]
        line = '<line class="p-line p-line-{}" x1="{}" y1="{}" x2="{}" y2="{}"/>'
        parts.append(format_html_join("", line, pairs))
        parts.append(_values(plot, one))
    return _svg("drawing plot", LINE_HEIGHT, parts)


def quadrants(points: Sequence[Point], lines: tuple[float, float], corners: tuple[str, str, str, str]) -> SafeString:
    """Draw items by value (to the right) and importance (upwards), with the lines that part the quadrants."""
    across = percent_scale([v for p in points for v in (p.x, *p.x_ends)])
    most = max(v for p in points for v in (p.y, *p.y_ends) if v is not None) * 1.08
    step = next(s for s in (1.0, 2.0, 5.0, 10.0, 20.0, 50.0) if most / s <= 8)
    plot = _Plot(across, Scale(0.0, most, tuple(step * k for k in range(int(most / step) + 1))), QUADRANT_HEIGHT)
    left, right = plot.across(across.low), plot.across(across.high)
    foot = QUADRANT_HEIGHT - BOTTOM
    parts = [_frame(plot, "{:.0f}")]
    ends = [
        (plot.across(lines[0]), TOP, plot.across(lines[0]), foot),
        (left, plot.down(lines[1]), right, plot.down(lines[1])),
    ]
    parts.append(format_html_join("", '<line class="d-target" x1="{}" y1="{}" x2="{}" y2="{}"/>', ends))
    texts = [
        ("p-corner d-start", left, TOP - 8, corners[0]),
        ("p-corner d-end", right, TOP - 8, corners[1]),
        ("p-corner d-start", left, foot - 8, corners[2]),
        ("p-corner d-end", right, foot - 8, corners[3]),
    ]
    parts.append(format_html_join("", '<text class="{}" x="{}" y="{}">{}</text>', texts))
    parts += [_whiskers(plot, point) for point in points]
    parts += [_dot(plot, point) for point in points]
    return _svg("drawing plot", QUADRANT_HEIGHT, parts)


def _at(plot: _Plot, point: tuple[int, float]) -> tuple[str, str]:
    return plot.across(point[0]), plot.down(point[1])


def _values(plot: _Plot, one: Sequence[tuple[int, float]]) -> SafeString:
    """Draw points with their figures; on a narrow screen only those at the ends are written."""
    rows = []
    for place, (year, value) in enumerate(one):
        x, y = _at(plot, (year, value))
        ends = "p-figure" if place in {0, len(one) - 1} else "p-figure p-between"
        rows.append((x, y, ends, x, float(y) - 10, number(value)))
    return format_html_join(
        "", '<circle class="d-dot" cx="{}" cy="{}" r="5"/><text class="d-mid {}" x="{}" y="{}">{}</text>', rows
    )


def _frame(plot: _Plot, form: str) -> SafeString:
    left, right = plot.across(plot.x.low), plot.across(plot.x.high)
    rows = [(left, plot.down(t), right, plot.down(t), plot.down(t), form.format(t)) for t in plot.y.ticks]
    lines = '<line class="d-grid" x1="{}" y1="{}" x2="{}" y2="{}"/><text x="0" y="{}" dy="4">{}</text>'
    below = [(plot.across(t), plot.height - 6, form.format(t)) for t in plot.x.ticks]
    return format_html_join("", lines, rows) + format_html_join(
        "", '<text class="d-mid p-year" x="{}" y="{}">{}</text>', below
    )


def _whiskers(plot: _Plot, point: Point) -> SafeString:
    x, y = plot.across(point.x), plot.down(point.y)
    rows = []
    if None not in point.x_ends:
        rows.append((plot.across(point.x_ends[0] or 0.0), y, plot.across(point.x_ends[1] or 0.0), y))
    if None not in point.y_ends:
        rows.append((x, plot.down(point.y_ends[0] or 0.0), x, plot.down(point.y_ends[1] or 0.0)))
    return format_html_join("", '<line class="p-thin" x1="{}" y1="{}" x2="{}" y2="{}"/>', rows)


def _dot(plot: _Plot, point: Point) -> SafeString:
    x, y = plot.across(point.x), plot.down(point.y)
    circle = '<circle cx="{}" cy="{}" r="{}"/>'
    drawn = f'<g class="{{}}"><title>{{}}</title>{circle}<text class="d-mid" x="{{}}" y="{{}}" dy="4">{{}}</text></g>'
    kind = "p-item p-first" if point.is_first else "p-item"
    return format_html(drawn, kind, point.name, x, y, RADIUS, x, y, point.mark)


def _svg(classes: str, height: float, parts: Sequence[SafeString]) -> SafeString:
    head = '<svg class="{}" width="100%" height="{}" aria-hidden="true" focusable="false">{}</svg>'
    return format_html(head, classes, f"{height:g}", format_html_join("", "{}", ((p,) for p in parts)))
