"""The picture of the provinces on a day, and where a commune lies on it."""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl

REFORM = dt.date(2025, 7, 1)  # Nghị quyết 202/2025/QH15: 63 provinces became 34
BEFORE, SINCE = "until 2025-06-30", "since 2025-07-01"


@dataclass(frozen=True, slots=True)
class Outline:
    """A province, or islands of one, as a picture.

    Parameters
    ----------
    code : str
        Code of the province.
    name : str
        Its name, or that of the islands.
    path : str
        Outline as the ``d`` of an SVG path, even-odd.
    x, y : float
        A point well inside, for a label.
    """

    code: str
    name: str
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class ProvinceMap:
    """The country as a picture, with Hoàng Sa and Trường Sa.

    Parameters
    ----------
    view_box : str
        ``viewBox`` of the SVG.
    credit : str
        Who drew it and under which licence; must stand beside the map.
    provinces : tuple of Outline
        63 until 30/6/2025, 34 since, by code.
    islands : tuple of Outline
        Hoàng Sa and Trường Sa, with the code of their province.
    """

    view_box: str
    credit: str
    provinces: tuple[Outline, ...]
    islands: tuple[Outline, ...]

    def islands_of(self, code: str) -> tuple[Outline, ...]:
        """List the islands that belong to a province.

        Parameters
        ----------
        code : str
            Code of the province.

        Returns
        -------
        tuple of Outline
            Drawn apart from its mainland.
        """
        return tuple(outline for outline in self.islands if outline.code == code)


def province_map(on: dt.date) -> ProvinceMap:
    """Give the picture of the country on a day.

    Parameters
    ----------
    on : date
        Day; outlines changed on 1/7/2025 alone.

    Returns
    -------
    ProvinceMap
        Outlines of that day.
    """
    return _map(SINCE if on >= REFORM else BEFORE)


def commune_place(code: str) -> tuple[float, float] | None:
    """Give the place of a commune on the picture.

    Parameters
    ----------
    code : str
        Code of a commune since 1/7/2025.

    Returns
    -------
    tuple of float, or None
        Its middle in units of the picture, good to some 7 of 873 units (the picture has no projection of its own: its
        places were fitted by the middles of the provinces); None where it is not known.
    """
    return _places().get(code)


@cache
def _map(period: str) -> ProvinceMap:
    data: dict[str, Any] = json.loads(_data("map.json"))
    outlines = tuple(Outline(**row) for row in data["provinces"][period])
    islands = tuple(Outline(**row) for row in data["islands"])
    return ProvinceMap(data["view_box"], data["credit"], outlines, islands)


@cache
def _places() -> dict[str, tuple[float, float]]:
    rows = pl.read_parquet(io.BytesIO(_data("commune-places.parquet"))).select("code", "x", "y")
    return {code: (x, y) for code, x, y in rows.iter_rows()}


def _data(name: str) -> bytes:
    return files("sipas.geography").joinpath("data", name).read_bytes()
