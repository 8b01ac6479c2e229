"""Importance beside performance: which items go with overall satisfaction, and how well each does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sipas.reporting.charts.theme import ACCENT, DARK, INK, chart, percent_axis, window

HEIGHT = 460


def quadrants(
    rows: Sequence[Mapping[str, Any]],
    lines: tuple[float, float],
    titles: tuple[str, str],
    corners: tuple[str, str, str, str],
) -> dict[str, Any]:
    """Draw each item by its value and its importance, with both intervals, over the two lines that part them.

    Parameters
    ----------
    rows : sequence of Mapping
        ``mark`` (a short sign, as a number), ``percent``, ``low``, ``high``, ``importance``, ``importance_low``,
        ``importance_high``; ends may be None.
    lines : tuple of float
        Mean value; importance if all were alike.
    titles : tuple of str
        Of the axes of values and of importance, with their units.
    corners : tuple of str
        Words of the quadrants: above left and right, below left and right.

    Returns
    -------
    dict
        A Vega-Lite specification.
    """
    low, high = window([row[key] for row in rows for key in ("percent", "low", "high")])
    most = max((row[key] or 0.0 for row in rows for key in ("importance", "importance_high")), default=1.0) * 1.08
    x = {"field": "percent", "type": "quantitative", **percent_axis(titles[0], low, high)}
    scale = {"domain": [0, most], "nice": False}
    y = {"field": "importance", "type": "quantitative", "scale": scale, "axis": {"title": titles[1], "tickCount": 6}}
    point = {"x": x, "y": y}
    thin = {"type": "rule", "color": DARK, "opacity": 0.35}
    layers: list[dict[str, Any]] = [
        *_lines(*lines),
        {"mark": thin, "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}}},
        {
            "mark": thin,
            "encoding": {"x": x, "y": {**y, "field": "importance_low"}, "y2": {"field": "importance_high"}},
        },
        {"mark": {"type": "point", "filled": True, "size": 280, "color": DARK, "opacity": 1}, "encoding": point},
        {
            "mark": {"type": "text", "color": "white", "fontSize": 11, "fontWeight": 600},
            "encoding": {**point, "text": {"field": "mark", "type": "nominal"}},
        },
        *_corners(corners),
    ]
    return chart(layers, rows, HEIGHT)


def _lines(value: float, importance: float) -> list[dict[str, Any]]:
    look = {"type": "rule", "color": ACCENT, "strokeDash": [4, 3], "strokeWidth": 1.6}
    return [
        {"data": {"values": [{}]}, "mark": look, "encoding": {axis: {"datum": at, "type": "quantitative"}}}
        for axis, at in (("x", value), ("y", importance))
    ]


def _corners(words: tuple[str, str, str, str]) -> list[dict[str, Any]]:
    places = (
        ("left", 0, 6, 14),
        ("right", "width", -6, 14),
        ("left", 0, 6, HEIGHT - 8),
        ("right", "width", -6, HEIGHT - 8),
    )
    return [
        {
            "data": {"values": [{"words": text}]},
            "mark": {"type": "text", "align": align, "dx": dx, "color": INK, "fontStyle": "italic"},
            "encoding": {"x": {"value": at}, "y": {"value": top}, "text": {"field": "words", "type": "nominal"}},
        }
        for text, (align, at, dx, top) in zip(words, places, strict=True)
    ]
