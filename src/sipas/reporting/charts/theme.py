"""One look for every chart: our font, readable in grey print, Vietnamese numbers."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

FONT = "Be Vietnam Pro"
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
WIDTH = 624  # px at 96 per inch: the 165 mm between the margins of NĐ 30/2020
FONT_SIZE = 12
INK = "#1a1a1a"
# One hue, lightness falling in even steps: the order survives a grey printer.
LIGHTNESS = ("#f0f4f8", "#c9d8e6", "#93b3cf", "#5585ad", "#1f4e79")
DARK = LIGHTNESS[-1]
MIDDLE = LIGHTNESS[2]
ACCENT = "#b35900"
TITLE_WIDTH = 44  # letters of a line of the title: it begins at the plot, right of long names
SUBTITLE_WIDTH = 56  # letters of a line of what must be said: it begins at the plot, right of long names
LABEL_TO_NUMBER = "replace(format(datum.{field}, '.2f'), '.', ',')"

CONFIG: Mapping[str, Any] = {
    "font": FONT,
    "aria": False,  # the figure carries one text alternative; role marks on every bar would drown it
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": FONT_SIZE,
        "titleFontSize": FONT_SIZE,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": INK,
        "gridColor": "#dddddd",
        "domainColor": "#888888",
        "tickColor": "#888888",
        "labelLimit": 260,
    },
    "legend": {
        "labelFontSize": FONT_SIZE,
        "titleFontSize": FONT_SIZE,
        "labelColor": INK,
        "titleColor": INK,
        "labelLimit": 320,
        "orient": "top",
        "title": None,
    },
    "text": {"fontSize": FONT_SIZE, "color": INK, "font": FONT},
}


def chart(layers: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], height: int) -> dict[str, Any]:
    """Put layers over one data set.

    Parameters
    ----------
    layers : sequence of Mapping
        Vega-Lite layers without data.
    rows : sequence of Mapping
        The data drawn.
    height : int
        Of the plot, in px.

    Returns
    -------
    dict
        A Vega-Lite specification.
    """
    return {
        "$schema": SCHEMA,
        "width": WIDTH,
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": 2,
        "background": "transparent",
        "data": {"values": list(rows)},
        "layer": list(layers),
        "config": dict(CONFIG),
    }


def alone(spec: Mapping[str, Any], title: str, mark: str = "") -> dict[str, Any]:
    """Make a chart ready to leave its page: on white, with what it shows and whether its data are simulated.

    Parameters
    ----------
    spec : Mapping
        Vega-Lite specification.
    title : str
        What, where, when.
    mark : str
        Words for simulated data; empty: none.

    Returns
    -------
    dict
        A Vega-Lite specification.
    """
    told = {
        "text": textwrap.wrap(title, TITLE_WIDTH),
        "anchor": "start",
        "fontSize": 14,
        "frame": "group",
        "offset": 10,
    }
    if mark:
        told |= {
            "subtitle": textwrap.wrap(mark, SUBTITLE_WIDTH),
            "subtitleFontWeight": "bold",
            "subtitleColor": ACCENT,
            "subtitleFontSize": 12,
        }
    return {**spec, "title": told, "background": "white", "padding": _wider(spec.get("padding", 2))}


def _wider(padding: Any) -> dict[str, float]:
    sides = padding if isinstance(padding, Mapping) else dict.fromkeys(("left", "top", "right", "bottom"), padding)
    return {side: 10 + float(width) for side, width in sides.items()}


def names(rows: Sequence[Mapping[str, Any]], field: str = "name") -> list[str]:
    """List the values of a field in the order of the rows, each once.

    Parameters
    ----------
    rows : sequence of Mapping
        The data.
    field : str
        Field of text.

    Returns
    -------
    list of str
        For the ``sort`` of an axis.
    """
    return list(dict.fromkeys(str(row[field]) for row in rows))


def name_axis(rows: Sequence[Mapping[str, Any]], field: str = "name", limit: int = 250) -> dict[str, Any]:
    """Give the axis of names, in the order of the rows.

    Parameters
    ----------
    rows : sequence of Mapping
        The data.
    field : str
        Field of text.
    limit : int
        Widest name in px; longer names are wrapped by the caller.

    Returns
    -------
    dict
        Encoding of ``y``.
    """
    two = any("\n" in str(row[field]) for row in rows)
    wrapped = {
        "labelExpr": "split(datum.label, '\\n')",
        "labelLimit": limit,
        "labelLineHeight": 12 if two else 14,
        "labelFontSize": 11 if two else FONT_SIZE,
        # Vega hangs a second line below the middle; two lines are set around it.
        "labelBaseline": {
            "condition": {"test": "indexof(datum.label, '\\n') >= 0", "value": "bottom"},
            "value": "middle",
        },
    }
    return {
        "field": field,
        "type": "nominal",
        "sort": names(rows, field),
        "axis": {"title": None, "ticks": False, "domain": False, "labelPadding": 6, **wrapped},
    }


def wrap(text: str, width: int) -> str:
    """Break a name into two lines at most; a longer one ends in an ellipsis (the table has it whole).

    Parameters
    ----------
    text : str
        A name.
    width : int
        Most letters on a line.

    Returns
    -------
    str
        Lines joined by a line feed.
    """
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines if len(lines) <= 2 else [lines[0], lines[1] + "…"])


def percent_axis(title: str, low: float = 0, high: float = 100) -> dict[str, Any]:
    """Give the axis of percentages.

    Parameters
    ----------
    title : str
        With its unit.
    low, high : float
        Ends, in percent.

    Returns
    -------
    dict
        ``axis`` and ``scale`` of an encoding.
    """
    return {
        "axis": {"title": title, "format": ",.0f", "tickCount": 6},
        "scale": {"domain": [low, high], "nice": False, "zero": False, "clamp": True},
    }


def window(values: Sequence[float | None], step: float = 5.0) -> tuple[float, float]:
    """Give the ends of an axis of dots, rounded outwards, inside 0 to 100.

    Parameters
    ----------
    values : sequence of float or None
        Everything that is to be seen.
    step : float
        Rounding, in points.

    Returns
    -------
    tuple of float
        Low and high end; 0 and 100 where nothing is known.
    """
    known = [value for value in values if value is not None]
    if not known:
        return 0.0, 100.0
    low = max(0.0, (min(known) - 1) // step * step)
    high = min(100.0, -(-(max(known) + 1) // step) * step)
    return low, high
