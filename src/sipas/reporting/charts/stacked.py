"""Stacked bars of 100 percent: how the answers of a scale are spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sipas.reporting.charts.theme import INK, LABEL_TO_NUMBER, LIGHTNESS, chart, name_axis, percent_axis

LINE = 14  # px; a name has two lines at most
DARK_SHADES = list(LIGHTNESS[3:])  # carry white figures
LEAST_LABELLED = 7.0  # percent: a narrower segment holds no figure


def stacked_answers(rows: Sequence[Mapping[str, Any]], answers: Sequence[str], axis_title: str) -> dict[str, Any]:
    """Draw the spread of the answers of each question.

    Parameters
    ----------
    rows : sequence of Mapping
        ``name``, ``answer``, ``order`` (from 0), ``start``, ``end`` (percent, cumulated) and ``percent``.
    answers : sequence of str
        Labels in the order of the scale, the worst first.
    axis_title : str
        With its unit.

    Returns
    -------
    dict
        A Vega-Lite specification.
    """
    y = name_axis(rows, limit=270)
    colors = shades(len(answers))
    scale = {"domain": list(answers), "range": colors}
    legend = {"columns": 5 if sum(map(len, answers)) < 40 else 3, "symbolStrokeWidth": 0.6}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "bar", "stroke": "#555555", "strokeWidth": 0.6, "height": {"band": 0.74}},
            "encoding": {
                "y": y,
                "x": {"field": "start", "type": "quantitative", **percent_axis(axis_title)},
                "x2": {"field": "end"},
                "fill": {
                    "field": "answer",
                    "type": "nominal",
                    "scale": scale,
                    "sort": list(answers),
                    "legend": {**legend, "symbolType": "square", "symbolStrokeColor": "#555555"},
                },
            },
        },
        {
            "transform": [
                {"filter": f"datum.percent >= {LEAST_LABELLED}"},
                {"calculate": LABEL_TO_NUMBER.format(field="percent"), "as": "figure"},
                {"calculate": "(datum.start + datum.end) / 2", "as": "middle"},
                {"calculate": f"indexof({DARK_SHADES}, datum.shade) >= 0 ? 'white' : '{INK}'", "as": "ink"},
            ],
            "mark": {"type": "text", "fontSize": 11},
            "encoding": {
                "y": y,
                "x": {"field": "middle", "type": "quantitative"},
                "text": {"field": "figure", "type": "nominal"},
                "color": {"field": "ink", "type": "nominal", "scale": None},
            },
        },
    ]
    drawn = [{**row, "shade": colors[row["order"]]} for row in rows]
    lines = sum(max(2, str(name).count("\n") + 1) for name in dict.fromkeys(row["name"] for row in rows))
    return chart(layers, drawn, LINE * max(lines, 2))


def shades(levels: int) -> list[str]:
    """Give colours whose lightness falls with the order of the answers.

    Parameters
    ----------
    levels : int
        At least 1.

    Returns
    -------
    list of str
        Colours, the lightest first; more than five levels repeat the middle ones.
    """
    last = len(LIGHTNESS) - 1
    return [LIGHTNESS[round(k * last / max(levels - 1, 1))] for k in range(levels)]
