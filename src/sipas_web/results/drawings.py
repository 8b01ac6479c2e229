"""Small drawings inside table rows: SVG without text, in shares of its own width, coloured by classes of the sheet.

They take any width and both themes, and need no script; the figures beside them are their text alternative.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sipas.reporting.charts.theme import window

HEIGHT = 22  # px of a row's drawing
MIDDLE = HEIGHT // 2
STEPS = ((16.0, 5.0), (35.0, 10.0), (float("inf"), 20.0))  # an axis so long has a tick at so many points
LEAST_LABELLED = 9.0  # percent: a narrower part of a stacked bar holds no figure
FROM_END = 4.0  # share of the axis within which a tick's number is set inwards

Line = tuple[str, float]  # class and value


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from ``low`` to ``high``, with ticks and lines across every row."""

    low: float
    high: float
    ticks: tuple[float, ...]
    lines: tuple[Line, ...] = ()

    def at(self, value: float) -> str:
        """Give the place of a value, as SVG wants it."""
        return f"{self.share(value):.2f}%"

    def share(self, value: float) -> float:
        """Give the place of a value in percent of the width, inside the axis."""
        inside = min(max(value, self.low), self.high)
        return 100 * (inside - self.low) / (self.high - self.low)


def percent_scale(values: Sequence[float | None], lines: Sequence[Line] = ()) -> Scale:
    """Make an axis that shows all values; dots and intervals may be read on one that does not begin at 0."""
    low, high = window([*values, *(value for _, value in lines)])
    if high - low < 10:
        low, high = (max(0.0, high - 10), high) if high > 50 else (low, low + 10)
    step = next(step for length, step in STEPS if high - low <= length)
    first = -(-low // step) * step
    count = int((high - first) // step) + 1
    return Scale(low, high, tuple(first + step * k for k in range(count)), tuple(lines))


def rank_scale(ranked: int) -> Scale:
    """Make an axis of places, 1 at the left."""
    step = next(step for most, step in ((10, 2), (25, 5), (60, 10), (150, 25), (10**6, 500)) if ranked <= most)
    inner = (float(t) for t in range(step, ranked + 1, step) if 1 < t <= 0.88 * ranked)
    return Scale(1.0, float(max(ranked, 2)), (1.0, *inner, float(max(ranked, 2))))


def axis(scale: Scale) -> SafeString:
    """Draw the numbers of an axis."""
    texts = [(_anchor(scale.share(t)), scale.at(t), f"{t:.0f}") for t in scale.ticks]
    inside = format_html_join("", '<text class="{}" x="{}" y="14">{}</text>', texts)
    return _svg("drawing axis", 18, inside)


def dot(
    scale: Scale,
    value: float | None,
    low: float | None,
    high: float | None,
    beside: float | None = None,
    mark: str = "d-whole",
) -> SafeString:
    """Draw a value with its interval, and a line for what stands beside it; the grid alone where all is missing."""
    parts = [_grid(scale)]
    if beside is not None:
        line = '<line class="{1}" x1="{0}" y1="2" x2="{0}" y2="20"/>'
        parts.append(format_html(line, scale.at(beside), mark))
    if low is not None and high is not None:
        ends = (scale.at(low), MIDDLE, scale.at(high), MIDDLE)
        parts.append(format_html('<line class="d-ends" x1="{}" y1="{}" x2="{}" y2="{}"/>', *ends))
    if value is not None:
        parts.append(format_html('<circle class="d-dot" cx="{}" cy="{}" r="5"/>', scale.at(value), MIDDLE))
    return _svg("drawing", HEIGHT, *parts)


def stack(shares: Sequence[tuple[float, str]]) -> SafeString:
    """Draw shares of a whole (percent, its figure as text) one after another, the worst answer first."""
    parts, start = [], 0.0
    for place, (percent, text) in enumerate(shares):
        shade = round(1 + 4 * place / max(len(shares) - 1, 1))
        box = (shade, f"{start:.2f}%", f"{percent:.2f}%")
        parts.append(format_html('<rect class="d-shade-{}" x="{}" y="1" width="{}" height="20"/>', *box))
        if percent >= LEAST_LABELLED:
            middle = f"{start + percent / 2:.2f}%"
            parts.append(format_html('<text class="d-on-{}" x="{}" y="15">{}</text>', shade, middle, text))
        start += percent
    return _svg("drawing stack", HEIGHT, *parts)


def gauge(
    value: float, low: float | None, high: float | None, beside: float | None, mark: str = "d-target"
) -> SafeString:
    """Draw the index on the whole length from 0 to 100, with its interval and a line for what stands beside it."""
    whole = Scale(0.0, 100.0, (0.0, 20.0, 40.0, 60.0, 80.0, 100.0))
    parts = [
        SafeString('<rect class="d-track" x="0" y="4" width="100%" height="16"/>'),
        format_html('<rect class="d-bar" x="0" y="4" width="{}" height="16"/>', whole.at(value)),
    ]
    if low is not None and high is not None:
        ends = [(name, whole.at(low), whole.at(high)) for name in ("d-halo", "d-ends")]
        parts.append(format_html_join("", '<line class="{}" x1="{}" y1="12" x2="{}" y2="12"/>', ends))
    if beside is not None:
        line = '<line class="{1}" x1="{0}" y1="0" x2="{0}" y2="24"/>'
        parts.append(format_html(line, whole.at(beside), mark))
    texts = [(_anchor(whole.share(t)), whole.at(t), f"{t:.0f}") for t in whole.ticks]
    parts.append(format_html_join("", '<text class="{}" x="{}" y="38">{}</text>', texts))
    return _svg("drawing gauge", 42, *parts)


@lru_cache(maxsize=64)
def _grid(scale: Scale) -> SafeString:
    ticks = [("d-grid", scale.at(t)) for t in scale.ticks] + [(f"d-{name}", scale.at(v)) for name, v in scale.lines]
    return format_html_join("", f'<line class="{{0}}" x1="{{1}}" y1="0" x2="{{1}}" y2="{HEIGHT}"/>', ticks)


def _anchor(share: float) -> str:
    return "d-start" if share < FROM_END else "d-end" if share > 100 - FROM_END else "d-mid"


def _svg(classes: str, height: int, *parts: SafeString) -> SafeString:
    head = '<svg class="{}" width="100%" height="{}" aria-hidden="true" focusable="false">{}</svg>'
    return format_html(head, classes, height, format_html_join("", "{}", ((p,) for p in parts)))
