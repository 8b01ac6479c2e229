"""Draws a specification: the same picture for the page, the PDF and the office document."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import fontpkg
import vl_convert

VEGA_LITE = "6.4"
SCALE = 2.1  # 200 dots per inch at the printed width
QUIET = 4  # modules of white around a QR code, ISO/IEC 18004
KEPT = 256  # drawings kept, so that three renderers draw each chart once

_ID = re.compile(r'\b(id="|url\(#|href="#)([^")]+)')


def svg(spec: Mapping[str, Any], prefix: str = "") -> str:
    """Draw a chart as SVG.

    Parameters
    ----------
    spec : Mapping
        Vega-Lite specification.
    prefix : str
        Put before every id, so that several drawings can stand on one page.

    Returns
    -------
    str
        An ``<svg>`` element; the same bytes for the same specification.
    """
    drawn = _drawn(json.dumps(spec, ensure_ascii=False, sort_keys=True))
    names: dict[str, str] = {}
    for match in _ID.finditer(drawn):
        names.setdefault(match[2], f"{prefix}m{len(names)}")
    return _ID.sub(lambda match: match[1] + names[match[2]], drawn)


def png(spec: Mapping[str, Any]) -> bytes:
    """Draw a chart as PNG.

    Parameters
    ----------
    spec : Mapping
        Vega-Lite specification.

    Returns
    -------
    bytes
        The file, 200 dots per inch at 165 mm.
    """
    return _png(svg(spec))


def png_of(drawing: str) -> bytes:
    """Turn an SVG made elsewhere, as a map, into PNG with our font.

    Parameters
    ----------
    drawing : str
        An ``<svg>`` element with its size.

    Returns
    -------
    bytes
        The file.
    """
    return _png(drawing)


def code_svg(modules: tuple[str, ...]) -> str:
    """Draw the modules of a QR code, with the quiet zone it needs to be read.

    Parameters
    ----------
    modules : tuple of str
        Rows of ``0`` and ``1``.

    Returns
    -------
    str
        An ``<svg>`` element, black on white in every theme.
    """
    side = len(modules) + 2 * QUIET
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z"
        for y, row in enumerate(modules)
        for x, dark in enumerate(row)
        if dark == "1"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side}" height="{side}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/>'
        f'<path fill="#000" d="{path}"/></svg>'
    )


def code_png(modules: tuple[str, ...]) -> bytes:
    """Draw the modules of a QR code as PNG.

    Parameters
    ----------
    modules : tuple of str
        Rows of ``0`` and ``1``.

    Returns
    -------
    bytes
        The file, eight pixels a module.
    """
    return bytes(vl_convert.svg_to_png(code_svg(modules), scale=8))


@lru_cache(maxsize=KEPT)
def _drawn(spec: str) -> str:
    _register_fonts()
    locale = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " đ"]}
    return str(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE, format_locale=locale))


@lru_cache(maxsize=KEPT)
def _png(drawing: str) -> bytes:
    _register_fonts()
    return bytes(vl_convert.svg_to_png(drawing, scale=SCALE))


@cache
def _register_fonts() -> None:
    vl_convert.register_font_directory(str(fontpkg.family("Be Vietnam Pro").files[0].path.parent))
