"""Published national values over the years; a break between two methods is never bridged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sipas.reporting.charts.theme import ACCENT, DARK, INK, LABEL_TO_NUMBER, chart, percent_axis, window

HEIGHT = 240


def national_line(
    rows: Sequence[Mapping[str, Any]],
    breaks: Sequence[tuple[float, str]],
    axis_title: str,
    ends: tuple[int, int] | None = None,
) -> dict[str, Any]:
    """Draw one line per series, with a gap and a mark where the method changed.

    Parameters
    ----------
    rows : sequence of Mapping
        ``year``, ``series`` (a label), ``percent``.
    breaks : sequence of tuple
        Place on the axis of years (as 2021.5) and words of each break.
    axis_title : str
        With its unit.
    ends : tuple of int, optional
        First and last year of the axis; by default those of the rows.

    Returns
    -------
    dict
        A Vega-Lite specification.
    """
    drawn = [int(row["year"]) for row in rows]
    first, last = ends or (min(drawn), max(drawn))
    series = list(dict.fromkeys(row["series"] for row in rows))
    x = {
        "field": "year",
        "type": "quantitative",
        "scale": {"domain": [first - 0.5, last + 0.5], "nice": False},
        "axis": {"title": "Năm", "format": "d", "values": list(range(first, last + 1)), "grid": False},
    }
    y = {
        "field": "percent",
        "type": "quantitative",
        **percent_axis(axis_title, *window([row["percent"] for row in rows])),
    }
    look = {"domain": series}
    shape = {"field": "series", "type": "nominal", "scale": {**look, "range": ["circle", "square", "diamond"]}}
    dash = {"field": "series", "type": "nominal", "scale": {**look, "range": [[1, 0], [6, 3], [2, 2]]}}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "line", "color": DARK, "strokeWidth": 2},
            "encoding": {"x": x, "y": y, "strokeDash": dash, "detail": {"field": "series"}},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 70, "color": DARK, "opacity": 1},
            "encoding": {"x": x, "y": y, "shape": shape},
        },
        {
            "transform": [{"calculate": LABEL_TO_NUMBER.format(field="percent"), "as": "figure"}],
            "mark": {"type": "text", "dy": -12},
            "encoding": {"x": x, "y": y, "text": {"field": "figure", "type": "nominal"}},
        },
        *(layer for at, words in breaks for layer in _break(at, words)),
    ]
    return chart(layers, rows, HEIGHT)


def _break(at: float, words: str) -> list[dict[str, Any]]:
    place = {"datum": at, "type": "quantitative"}
    return [
        {
            "data": {"values": [{}]},
            "mark": {"type": "rule", "color": ACCENT, "strokeDash": [4, 3], "strokeWidth": 1.6},
            "encoding": {"x": place},
        },
        {
            "data": {"values": [{"words": words}]},
            "mark": {"type": "text", "align": "right", "dx": -6, "dy": -8, "color": INK, "fontStyle": "italic"},
            "encoding": {"x": place, "y": {"value": HEIGHT}, "text": {"field": "words", "type": "nominal"}},
        },
    ]
