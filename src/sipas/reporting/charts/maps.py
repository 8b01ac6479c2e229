"""Maps as SVG: provinces filled by value, communes as bubbles. Every shape says its name and figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from sipas.geography import Outline, ProvinceMap, commune_place, province_map
from sipas.reporting.charts.theme import FONT, INK, LIGHTNESS

NO_VALUE = "#ffffff"
BORDER = "#5c6670"
BUBBLE = 4.0  # radius in units of the picture, of a commune on the map of its province
MARGIN = 12.0
LEGEND_STEP, LEGEND_SIZE, LEGEND_TOP = 24.0, 18.0, 470.0
LEGEND_LEFT, LABEL_GAP = 20.0, 6.0


@dataclass(frozen=True, slots=True)
class Band:
    """A step of the scale.

    Parameters
    ----------
    low, high : float
        Ends; a value equal to ``high`` belongs to the next band.
    label : str
        As in the legend.
    """

    low: float
    high: float
    label: str


def bands(values: Sequence[float], count: int = 5) -> tuple[Band, ...]:
    """Cut a scale into equal steps with round ends.

    Parameters
    ----------
    values : sequence of float
        In percent; may be empty.
    count : int
        Most bands, 2 to 5: the one hue of the charts has five steps that can be told apart in grey.

    Returns
    -------
    tuple of Band
        From low to high; whole numbers at the ends.
    """
    if not values:
        return ()
    low, high = int(min(values)), int(max(values)) + 1
    step = max(1, -(-(high - low) // count))
    ends = [low + step * i for i in range(-(-(high - low) // step) + 1)]
    return tuple(Band(a, b, f"{a}–{b} %") for a, b in pairwise(ends))


def province_svg(values: Mapping[str, float], labels: Mapping[str, str], on: dt.date, title: str) -> str:
    """Draw the country with each province filled by its value.

    Parameters
    ----------
    values : mapping of str to float
        Percent by code of province; others are drawn empty, with Hoàng Sa and Trường Sa always there.
    labels : mapping of str to str
        What a shape says, by code: the figure with its interval.
    on : date
        Day whose provinces are drawn.
    title : str
        Text alternative of the whole.

    Returns
    -------
    str
        An SVG element. Shapes carry the classes ``band-0`` to ``band-4`` or ``band-none``, so that a page can colour
        them for its own theme; without a page's style they are filled as in print.
    """
    drawn = province_map(on)
    scale = bands(list(values.values()))
    shapes = [_province(o, values, labels, scale) for o in (*drawn.provinces, *drawn.islands)]
    names = [_text(o.x, o.y, o.name, "middle") for o in drawn.islands]
    return _svg(drawn.view_box, title, [*shapes, *names, *_legend(scale)], drawn.credit)


def commune_svg(province: str, values: Mapping[str, float], labels: Mapping[str, str], on: dt.date, title: str) -> str:
    """Draw a province with a bubble for each commune.

    Parameters
    ----------
    province : str
        Code of the province.
    values : mapping of str to float
        Percent by code of commune; communes without a known place are left out (they stand in the table).
    labels : mapping of str to str
        What a bubble says, by code.
    on : date
        Day whose outlines are drawn.
    title : str
        Text alternative of the whole.

    Returns
    -------
    str
        An SVG element, as of ``province_svg``.
    """
    drawn = province_map(on)
    outline = next(o for o in drawn.provinces if o.code == province)
    scale = bands(list(values.values()))
    box = _box(outline)
    bubbles = [
        _bubble(place, labels.get(code, code), _place(value, scale))
        for code, value in sorted(values.items())
        if (place := commune_place(code)) is not None and _inside(place, box)
    ]
    drawn_as = f'fill="{NO_VALUE}" stroke="{BORDER}" stroke-width="0.5" fill-rule="evenodd" d="{outline.path}"'
    ground = f'<path class="map-ground" {drawn_as}/>'
    left, top, width, height = box
    view = f"{left:.0f} {top:.0f} {width:.0f} {height:.0f}"
    return _svg(view, title, [ground, *bubbles], drawn.credit)


def _province(outline: Outline, values: Mapping[str, float], labels: Mapping[str, str], scale: Sequence[Band]) -> str:
    value = values.get(outline.code)
    said = labels.get(outline.code, outline.name)
    place = None if value is None else _place(value, scale)
    drawn = f'stroke="{BORDER}" stroke-width="0.6" fill-rule="evenodd" d="{outline.path}"'
    return f"<path {_fill(place)} {drawn}>{_said(said)}</path>"


def _bubble(place: tuple[float, float], said: str, band: int | None) -> str:
    x, y = place
    drawn = f'stroke="{BORDER}" stroke-width="0.3" cx="{x}" cy="{y}" r="{BUBBLE / 2}"'
    return f"<circle {_fill(band)} {drawn}>{_said(said)}</circle>"


def _fill(band: int | None) -> str:
    if band is None:
        return f'class="band-none" fill="{NO_VALUE}"'
    return f'class="band-{band}" fill="{LIGHTNESS[band]}"'


def _place(value: float, scale: Sequence[Band]) -> int:
    return next((i for i, band in enumerate(scale) if value < band.high), len(scale) - 1)


def _legend(scale: Sequence[Band]) -> Iterator[str]:
    for number, band in enumerate(scale):
        y = LEGEND_TOP + number * LEGEND_STEP
        yield (
            f'<rect {_fill(number)} stroke="{BORDER}" stroke-width="0.6" x="{LEGEND_LEFT}" y="{y}" '
            f'width="{LEGEND_SIZE}" height="{LEGEND_SIZE}"/>'
        )
        yield _text(LEGEND_LEFT + LEGEND_SIZE + LABEL_GAP, y + LEGEND_SIZE - 4, band.label, "start")


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return (
        f'<text class="map-label" x="{x}" y="{y}" font-family="{FONT}" font-size="13" fill="{INK}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )


def _said(words: str) -> str:
    return f"<title>{escape(words)}</title>"


def _box(outline: Outline) -> tuple[float, float, float, float]:
    """Give left, top, width and height around an outline, with a margin."""
    pairs = [pair.split(",") for pair in outline.path.replace("M", "L").replace("Z", "").split("L") if pair]
    x, y = [float(p[0]) for p in pairs], [float(p[1]) for p in pairs]
    left, top = min(x) - MARGIN, min(y) - MARGIN
    return left, top, max(x) + MARGIN - left, max(y) + MARGIN - top


def _inside(place: tuple[float, float], box: tuple[float, float, float, float]) -> bool:
    left, top, width, height = box
    return left <= place[0] <= left + width and top <= place[1] <= top + height


def _svg(view: str, title: str, parts: Sequence[str], credit: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="map" role="img" aria-label={quoteattr(title)} '
        f'viewBox="{view}">{_said(title)}{"".join(parts)}<desc>{escape(credit)}</desc></svg>'
    )


__all__ = ["Band", "ProvinceMap", "bands", "commune_svg", "province_svg"]
