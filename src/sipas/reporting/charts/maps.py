"""Maps as SVG: provinces filled by value, communes as bubbles. Every shape says its name and figure."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from sipas.geography import Outline, ProvinceMap, commune_place, province_map
from sipas.reporting.charts.theme import FONT, INK, LIGHTNESS

GROUND = "#ffffff"
BORDER = "#5c6670"
HATCH = "map-hatch"  # of shapes without a figure: the lowest band is nearly white, so white alone would not tell
BUBBLE = 0.28  # radius, by the side of the square that each commune would have of the picture
LEAST_BUBBLE, MOST_BUBBLE = 0.8, 4.0
MARGIN = 8.0
LEGEND_STEP, LEGEND_SIZE, LEGEND_TOP = 24.0, 18.0, 470.0
LEGEND_LEFT, LABEL_GAP = 20.0, 6.0
LABEL, LOCATOR_LABEL = 13, 52  # size of letters in units of the country's picture
SHEET_WIDTH, SHEET_MARGIN, SHEET_LINE = 812.0, 20.0, 20.0
SHEET_LETTERS = 84  # of a line


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
    return tuple(Band(a, b, f"{a}–{min(b, 100)} %") for a, b in pairwise(ends))  # no percent is above 100


def province_svg(
    values: Mapping[str, float | None],
    labels: Mapping[str, str],
    on: dt.date,
    title: str,
    *,
    empty: str = "chưa có số liệu",
) -> str:
    """Draw the country with each province filled by its value.

    Parameters
    ----------
    values : mapping of str to float or None
        Percent by code of province; others and None are hatched, with Hoàng Sa and Trường Sa always there.
    labels : mapping of str to str
        What a shape says, by code: the figure with its interval.
    on : date
        Day whose provinces are drawn.
    title : str
        Text alternative of the whole.
    empty : str
        Words of the legend for provinces without a figure.

    Returns
    -------
    str
        An SVG element. Shapes carry the classes ``band-0`` to ``band-4`` or ``band-none``, so that a page can colour
        them for its own theme; without a page's style they are filled as in print.
    """
    drawn = province_map(on)
    scale = bands([value for value in values.values() if value is not None])
    shapes = [_province(o, values, labels, scale) for o in (*drawn.provinces, *drawn.islands)]
    names = [_text(min(o.x, 770.0), o.y - 24, o.name, "middle") for o in drawn.islands]  # nothing beyond the edge
    return _svg(drawn.view_box, title, [_hatch(6), *shapes, *names, _legend(scale, empty)], drawn.credit)


def commune_svg(
    province: str, values: Mapping[str, float | None], labels: Mapping[str, str], on: dt.date, title: str
) -> str:
    """Draw a province with a bubble for each commune.

    Parameters
    ----------
    province : str
        Code of the province.
    values : mapping of str to float or None
        Percent by code of commune, None hatched; communes without a known place are left out (they stand in the
        table).
    labels : mapping of str to str
        What a bubble says, by code.
    on : date
        Day whose outlines are drawn.
    title : str
        Text alternative of the whole.

    Returns
    -------
    str
        An SVG element, as of ``province_svg``, without legend; beside it belongs ``locator_svg``.
    """
    drawn = province_map(on)
    outline = next(o for o in drawn.provinces if o.code == province)
    scale = bands([value for value in values.values() if value is not None])
    left, top, width, height = box = _box(outline)
    placed = [(code, value, place) for code, value in sorted(values.items()) if (place := commune_place(code))]
    inside = [one for one in placed if _inside(one[2], box)]
    radius = min(max(BUBBLE * (width * height / max(len(inside), 1)) ** 0.5, LEAST_BUBBLE), MOST_BUBBLE)
    bubbles = [_bubble(place, radius, labels.get(code, code), _place(value, scale)) for code, value, place in inside]
    view = f"{left:.0f} {top:.0f} {width:.0f} {height:.0f}"
    return _svg(view, title, [_hatch(1.2), _ground(outline, 0.5), *bubbles], drawn.credit)


def locator_svg(province: str, on: dt.date, title: str) -> str:
    """Draw the whole country small, with one province marked, and with Hoàng Sa and Trường Sa.

    Parameters
    ----------
    province : str
        Code of the province.
    on : date
        Day whose outlines are drawn.
    title : str
        Text alternative.

    Returns
    -------
    str
        An SVG element; the marked province carries the class ``map-here``.
    """
    drawn = province_map(on)
    shapes = []
    for outline in (*drawn.provinces, *drawn.islands):
        here = outline.code == province
        colour = LIGHTNESS[-1] if here else GROUND
        marked = f'class="{"map-here" if here else "map-ground"}" fill="{colour}" stroke="{BORDER}"'
        shapes.append(f'<path {marked} stroke-width="1.5" fill-rule="evenodd" d="{outline.path}"/>')
    names = [_text(min(o.x, 640.0), o.y - 30, o.name, "middle", LOCATOR_LABEL) for o in drawn.islands]
    return _svg(drawn.view_box, title, [*shapes, *names], drawn.credit)


def map_sheet(
    drawing: str,
    title: str,
    notes: Sequence[str],
    *,
    locator: str = "",
    scale: Sequence[Band] = (),
    empty: str = "chưa có số liệu",
) -> str:
    """Put a map on a sheet that can leave its page: title above, notes and credit below, on white.

    Parameters
    ----------
    drawing : str
        As of ``province_svg`` or ``commune_svg``.
    title : str
        What, where, when.
    notes : sequence of str
        What must stand beside the map: its credit, that data are simulated.
    locator : str
        As of ``locator_svg``; put beside the drawing, with the legend under it.
    scale : sequence of Band
        Of that legend.
    empty : str
        Its words for shapes without a figure.

    Returns
    -------
    str
        An SVG element of fixed size.
    """
    heads, told = _lines([title]), _lines(notes)
    top = SHEET_MARGIN + SHEET_LINE * (len(heads) + 1)
    tall = 600.0 if locator else 873.0
    height = top + tall + SHEET_LINE * (len(told) + 1) + SHEET_MARGIN
    wide = 520.0 if locator else SHEET_WIDTH - 2 * SHEET_MARGIN
    parts = [f'<rect width="100%" height="100%" fill="{GROUND}"/>']
    parts += [_line(row, words, 'font-weight="600" font-size="16"') for row, words in enumerate(heads, start=1)]
    parts.append(_placed(drawing, SHEET_MARGIN, top, wide, tall))
    if locator:
        parts.append(_placed(locator, 560, top, 232, 260))
        legend = _legend(scale, empty, f"{HATCH}-legend")
        moved = f"translate(550 {top + 300 - LEGEND_TOP:g})"
        parts.append(f'{_hatch(6, f"{HATCH}-legend")}<g transform="{moved}">{legend}</g>')
    below = (top + tall) / SHEET_LINE
    parts += [_line(below + row, words, 'font-size="12"') for row, words in enumerate(told)]
    size = f'width="{SHEET_WIDTH:g}" height="{height:g}" viewBox="0 0 {SHEET_WIDTH:g} {height:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONT}">{"".join(parts)}</svg>'


def _lines(texts: Sequence[str]) -> list[str]:
    return [line for text in texts for line in textwrap.wrap(text, SHEET_LETTERS)]


def _line(row: float, words: str, look: str) -> str:
    y = SHEET_MARGIN + row * SHEET_LINE
    return f'<text x="{SHEET_MARGIN:g}" y="{y:g}" fill="{INK}" {look}>{escape(words)}</text>'


def _placed(drawing: str, x: float, y: float, width: float, height: float) -> str:
    return f'<svg x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}">{drawing}</svg>'


def _province(
    outline: Outline, values: Mapping[str, float | None], labels: Mapping[str, str], scale: Sequence[Band]
) -> str:
    said = labels.get(outline.code, outline.name)
    drawn = f'stroke="{BORDER}" stroke-width="0.6" fill-rule="evenodd" d="{outline.path}"'
    return f"<path {_fill(_place(values.get(outline.code), scale))} {drawn}>{_said(said)}</path>"


def _ground(outline: Outline, stroke: float) -> str:
    drawn = f'fill="{GROUND}" stroke="{BORDER}" stroke-width="{stroke}" fill-rule="evenodd" d="{outline.path}"'
    return f'<path class="map-ground" {drawn}/>'


def _bubble(place: tuple[float, float], radius: float, said: str, band: int | None) -> str:
    x, y = place
    drawn = f'stroke="{BORDER}" stroke-width="0.3" cx="{x}" cy="{y}" r="{radius:.2f}"'
    return f"<circle {_fill(band)} {drawn}>{_said(said)}</circle>"


def _fill(band: int | None, hatch: str = HATCH) -> str:
    if band is None:
        return f'class="band-none" fill="url(#{hatch})"'
    return f'class="band-{band}" fill="{LIGHTNESS[band]}"'


def _hatch(step: float, name: str = HATCH) -> str:
    """Give the pattern of shapes without a figure, ``step`` units from line to line."""
    size = f'width="{step}" height="{step}" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"'
    line = f'<path class="map-hatch" d="M0 0V{step}" stroke="{BORDER}" stroke-width="{step / 4:g}"/>'
    ground = f'<rect class="map-ground" width="{step}" height="{step}" fill="{GROUND}"/>'
    return f'<defs><pattern id="{name}" {size}>{ground}{line}</pattern></defs>'


def _place(value: float | None, scale: Sequence[Band]) -> int | None:
    if value is None:
        return None
    return next((i for i, band in enumerate(scale) if value < band.high), len(scale) - 1)


def _legend(scale: Sequence[Band], empty: str, hatch: str = HATCH) -> str:
    lines = [(_fill(number), band.label) for number, band in enumerate(scale)]
    parts = []
    for number, (fill, label) in enumerate([*lines, (_fill(None, hatch), empty)]):
        y = LEGEND_TOP + number * LEGEND_STEP
        box = f'x="{LEGEND_LEFT}" y="{y}" width="{LEGEND_SIZE}" height="{LEGEND_SIZE}"'
        parts.append(f'<rect {fill} stroke="{BORDER}" stroke-width="0.6" {box}/>')
        parts.append(_text(LEGEND_LEFT + LEGEND_SIZE + LABEL_GAP, y + LEGEND_SIZE - 4, label, "start"))
    return f'<g class="map-legend">{"".join(parts)}</g>'


def _text(x: float, y: float, words: str, anchor: str, size: int = LABEL) -> str:
    return (
        f'<text class="map-label" x="{x}" y="{y}" font-family="{FONT}" font-size="{size}" fill="{INK}" '
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


__all__ = ["Band", "ProvinceMap", "bands", "commune_svg", "locator_svg", "map_sheet", "province_svg"]
