"""Sorted bars with intervals and reference lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sipas.reporting.charts.theme import ACCENT, INK, LABEL_TO_NUMBER, MIDDLE, chart, name_axis, percent_axis

STEP = 20
NARROW_STEP = 15
WRAPPED_STEP = 25
MANY = 32


def sorted_bars(
    rows: Sequence[Mapping[str, Any]], axis_title: str, lines: Sequence[tuple[str, float]] = ()
) -> dict[str, Any]:
    """Draw one bar per row, from 0 to 100 percent, with its interval and its value in figures.

    Parameters
    ----------
    rows : sequence of Mapping
        ``name``, ``percent``, ``low``, ``high`` in the order drawn; ends may be None.
    axis_title : str
        With its unit.
    lines : sequence of tuple
        Name and percent of each reference line.

    Returns
    -------
    dict
        A Vega-Lite specification.
    """
    wrapped = any("\n" in str(row["name"]) for row in rows)
    step = WRAPPED_STEP if wrapped else STEP if len(rows) <= MANY else NARROW_STEP
    y = name_axis(rows)
    x = {"field": "percent", "type": "quantitative", **percent_axis(axis_title)}
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "bar", "color": MIDDLE, "height": {"band": 0.72}}, "encoding": {"y": y, "x": x}},
        {
            "mark": {"type": "rule", "color": INK, "strokeWidth": 1.4},
            "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
        },
        _figures(y),
        *(layer for place, line in enumerate(lines) for layer in reference_line(*line, place)),
    ]
    spec = chart(layers, rows, step * max(len(rows), 1))
    spec["padding"] = {"left": 2, "top": 4 + 16 * len(lines), "right": 10, "bottom": 2}
    return spec


def _figures(y: Mapping[str, Any]) -> dict[str, Any]:
    """Write the value inside the foot of the bar, where no interval runs."""
    return {
        "transform": [{"calculate": LABEL_TO_NUMBER.format(field="percent"), "as": "figure"}],
        "mark": {"type": "text", "align": "left", "dx": 4, "fontWeight": 500},
        "encoding": {"y": y, "x": {"datum": 0}, "text": {"field": "figure", "type": "nominal"}},
    }


def reference_line(name: str, percent: float, place: int) -> list[dict[str, Any]]:
    """Draw a line across the rows with its name above.

    Parameters
    ----------
    name : str
        With its value in figures.
    percent : float
        Where it stands.
    place : int
        Its number, from 0; tells dash, colour and height of the name.

    Returns
    -------
    list of dict
        Vega-Lite layers.
    """
    dash = ([6, 3], [2, 2], [8, 2, 2, 2])[place % 3]
    color = (INK, ACCENT, INK)[place % 3]
    at = {"datum": percent, "type": "quantitative"}
    return [
        {
            "data": {"values": [{}]},
            "mark": {"type": "rule", "color": color, "strokeDash": dash, "strokeWidth": 1.6},
            "encoding": {"x": at},
        },
        {
            "data": {"values": [{"name": name}]},
            "mark": {"type": "text", "align": "right", "dx": -4, "dy": -8 - 16 * place, "color": color},
            "encoding": {"x": at, "y": {"value": 0}, "text": {"field": "name", "type": "nominal"}},
        },
    ]
