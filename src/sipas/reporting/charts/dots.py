"""Dots: factors by round, and places with the places each unit could hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sipas.reporting.charts.bars import reference_line
from sipas.reporting.charts.theme import ACCENT, DARK, INK, LABEL_TO_NUMBER, chart, name_axis, percent_axis, window

STEP = 34
RANK_STEP = 17
WRAPPED_STEP = 25
LABEL_ROOM = 0.14  # of the axis, that a figure takes
RANK_TITLE = "Hạng (1 là cao nhất)"


def dots_by_round(rows: Sequence[Mapping[str, Any]], rounds: Sequence[str], axis_title: str) -> dict[str, Any]:
    """Draw each node's value in one or two rounds; the shape tells the rounds apart, not the colour.

    Parameters
    ----------
    rows : sequence of Mapping
        ``name``, ``round``, ``percent``, ``low``, ``high``; ends may be None.
    rounds : sequence of str
        The rounds, the earlier first.
    axis_title : str
        With its unit.

    Returns
    -------
    dict
        A Vega-Lite specification.
    """
    ends = [row[key] for row in rows for key in ("low", "high", "percent")]
    y = name_axis(rows, limit=230)
    offset = {"field": "round", "type": "nominal", "sort": list(rounds)}
    x = {"field": "percent", "type": "quantitative", **percent_axis(axis_title, *window(ends))}
    shapes = ["circle", "diamond"][-len(rounds) :]
    fills = ["white", DARK][-len(rounds) :]
    domain = {"domain": list(rounds)}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "rule", "color": INK, "strokeWidth": 1.2},
            "encoding": {
                "y": y,
                "yOffset": offset,
                "x": {**x, "field": "low"},
                "x2": {"field": "high"},
            },
        },
        {
            "mark": {"type": "point", "size": 75, "filled": True, "stroke": INK, "opacity": 1},
            "encoding": {
                "y": y,
                "yOffset": offset,
                "x": x,
                "shape": {"field": "round", "type": "nominal", "scale": {**domain, "range": shapes}},
                "fill": {"field": "round", "type": "nominal", "scale": {**domain, "range": fills}},
            },
        },
        {
            "transform": [{"calculate": LABEL_TO_NUMBER.format(field="percent"), "as": "figure"}],
            "mark": {"type": "text", "align": "left", "dx": 9},
            "encoding": {
                "y": y,
                "yOffset": offset,
                "x": {**x, "field": "label_at"},
                "text": {"field": "figure", "type": "nominal"},
            },
        },
    ]
    drawn = [{**row, "label_at": row["percent"] if row["high"] is None else row["high"]} for row in rows]
    spec = chart(layers, drawn, STEP * max(len({row["name"] for row in rows}), 1))
    spec["padding"] = {"left": 2, "top": 2, "right": 40, "bottom": 2}
    return spec


def dots(rows: Sequence[Mapping[str, Any]], axis_title: str, lines: Sequence[tuple[str, float]] = ()) -> dict[str, Any]:
    """Draw a value and its interval per row, on an axis that need not begin at 0.

    Parameters
    ----------
    rows : sequence of Mapping
        ``name``, ``percent``, ``low``, ``high`` in the order drawn; ends may be None. A ``target`` of its own is marked
        on the row.
    axis_title : str
        With its unit.
    lines : sequence of tuple
        Name and percent of each reference line.

    Returns
    -------
    dict
        A Vega-Lite specification.
    """
    ends = [row.get(key) for row in rows for key in ("low", "high", "percent", "target")]
    y = name_axis(rows)
    step = WRAPPED_STEP if any("\n" in str(row["name"]) for row in rows) else RANK_STEP
    x = {
        "field": "percent",
        "type": "quantitative",
        **percent_axis(axis_title, *window([*ends, *(p for _, p in lines)])),
    }
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "rule", "color": INK, "strokeWidth": 1.6},
            "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 60, "color": DARK, "opacity": 1},
            "encoding": {"y": y, "x": x},
        },
        {
            "transform": [{"calculate": LABEL_TO_NUMBER.format(field="percent"), "as": "figure"}],
            "mark": {"type": "text", "align": "left", "dx": 8},
            "encoding": {"y": y, "x": {**x, "field": "label_at"}, "text": {"field": "figure", "type": "nominal"}},
        },
        *(layer for place, line in enumerate(lines) for layer in reference_line(*line, place)),
    ]
    if any("target" in row for row in rows):
        tick = {"type": "tick", "color": ACCENT, "thickness": 3, "height": step - 4}
        layers.insert(0, {"mark": tick, "encoding": {"y": y, "x": {**x, "field": "target"}}})
    drawn = [
        {**row, "label_at": _label_at(row, room=LABEL_ROOM * (x["scale"]["domain"][1] - x["scale"]["domain"][0]))}
        for row in rows
    ]
    spec = chart(layers, drawn, step * max(len(rows), 1))
    spec["padding"] = {"left": 2, "top": 4 + 16 * len(lines), "right": 44, "bottom": 2}
    return spec


def _label_at(row: Mapping[str, Any], room: float) -> float | None:
    """Say where the figure stands: behind the interval, or behind a target that would strike it through."""
    end: float | None = row["percent"] if row["high"] is None else row["high"]
    target = row.get("target")
    return target if end is not None and target is not None and end < target < end + room else end


def rank_intervals(rows: Sequence[Mapping[str, Any]], ranked: int, axis_title: str = RANK_TITLE) -> dict[str, Any]:
    """Draw each unit's place and the places it could hold.

    Parameters
    ----------
    rows : sequence of Mapping
        ``name``, ``rank``, ``rank_low``, ``rank_high`` in the order drawn.
    ranked : int
        Units ranked together.
    axis_title : str
        Of the axis of places.

    Returns
    -------
    dict
        A Vega-Lite specification.
    """
    y = name_axis(rows)
    step = WRAPPED_STEP if any("\n" in str(row["name"]) for row in rows) else RANK_STEP
    x = {
        "field": "rank",
        "type": "quantitative",
        "axis": {"title": axis_title, "format": ".0f", "tickMinStep": 1, "tickCount": 10},
        "scale": {"domain": [0.5, ranked + 0.5], "nice": False, "zero": False},
    }
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "rule", "color": INK, "strokeWidth": 1.6},
            "encoding": {
                "y": y,
                "x": {**x, "field": "rank_low"},
                "x2": {"field": "rank_high"},
            },
        },
        *(
            {
                "mark": {"type": "tick", "color": INK, "thickness": 1.6, "height": 8},
                "encoding": {"y": y, "x": {**x, "field": end}},
            }
            for end in ("rank_low", "rank_high")
        ),
        {
            "mark": {"type": "point", "filled": True, "size": 60, "color": DARK, "opacity": 1},
            "encoding": {"y": y, "x": x},
        },
    ]
    return chart(layers, rows, step * max(len(rows), 1))
