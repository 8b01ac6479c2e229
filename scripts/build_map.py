"""Make the map of provinces, before and after 1 July 2025, and the places of communes on it.

Run: ``python scripts/build_map.py PACKAGE_FOLDER`` with the dependency group ``build`` installed, where the folder is
the unpacked npm package ``@svg-maps/vietnam`` 2.0.0 (CC BY 4.0, Stephen Truong). Writes ``map.json`` and
``commune-places.parquet`` beside the register. Same input, same bytes.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import sqlite3
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from shapely.geometry import MultiPolygon, Polygon
from shapely.ops import unary_union

from sipas.geography import successors, units_at
from sipas.intake.vietnamese import search_key

DATA = Path(__file__).parents[1] / "src" / "sipas" / "geography" / "data"
BEFORE, SINCE = dt.date(2025, 6, 30), dt.date(2025, 7, 1)
ISLANDS = {"hoangsa": ("48", "Hoàng Sa"), "truongsa": ("56", "Trường Sa")}  # Đà Nẵng, Khánh Hòa
NAMES = {"baria": "77", "tthue": "46", "hcm": "79"}  # written otherwise than in the register
TOKEN = re.compile(r"[MmLlCcZz]|[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?")
CURVE_STEPS = 4
GAP = 0.15  # units of the picture; neighbours in it do not quite touch
SMALLEST = 0.02  # area of a hole that is only such a gap
DETAIL = 0.35  # units of the picture; less is not seen
Point = tuple[float, float]
Ring = list[Point]


def rings(path: str) -> list[Ring]:
    """Read the outlines of a path; curves become a few straight pieces."""
    found: list[Ring] = []
    tokens = TOKEN.findall(path)
    command, at, place = "", 0, (0.0, 0.0)
    while at < len(tokens):
        if tokens[at].isalpha():
            command = tokens[at]
            at += 1
            if command in "Zz":
                place = found[-1][0]
                continue
        width = 6 if command in "Cc" else 2
        numbers = [float(t) for t in tokens[at : at + width]]
        at += width
        points = [absolute(command, place, numbers[i : i + 2]) for i in range(0, width, 2)]
        if command in "Mm":
            found.append([points[0]])
            command = "L" if command == "M" else "l"
        else:
            found[-1] += points if width == 2 else list(curve(place, *points))
        place = points[-1]
    return found


def absolute(command: str, place: Point, pair: list[float]) -> Point:
    return (place[0] + pair[0], place[1] + pair[1]) if command.islower() else (pair[0], pair[1])


def curve(start: Point, first: Point, second: Point, end: Point) -> Iterator[Point]:
    for step in range(1, CURVE_STEPS + 1):
        t = step / CURVE_STEPS
        u = 1 - t
        weights = (u**3, 3 * u * u * t, 3 * u * t * t, t**3)
        corners = (start, first, second, end)
        yield (
            sum(w * p[0] for w, p in zip(weights, corners, strict=True)),
            sum(w * p[1] for w, p in zip(weights, corners, strict=True)),
        )


def area(path: str) -> Any:
    return unary_union([Polygon(ring).buffer(0) for ring in rings(path) if len(ring) > 3])


def merged(parts: list[Any]) -> Any:
    """Join areas that nearly touch and fill the slits between them."""
    joined = unary_union([part.buffer(GAP) for part in parts]).buffer(-GAP)
    pieces = joined.geoms if isinstance(joined, MultiPolygon) else [joined]
    filled = [Polygon(p.exterior, [h for h in p.interiors if Polygon(h).area > SMALLEST]) for p in pieces]
    return unary_union(filled)


def written(shape: Any) -> str:
    pieces = shape.geoms if isinstance(shape, MultiPolygon) else [shape]
    kept = [piece.simplify(DETAIL) if piece.area > 1 else piece.simplify(DETAIL / 4) for piece in pieces]
    outlines = [ring for piece in kept for ring in (piece.exterior, *piece.interiors)]
    return "".join("M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in list(ring.coords)[:-1]) + "Z" for ring in outlines)


def codes() -> dict[str, str]:
    rows = units_at(BEFORE, level="province").select("code", "name").iter_rows()
    return {search_key(name).replace(" ", ""): code for code, name in rows} | NAMES


def shape_row(code: str, name: str, shape: Any) -> dict[str, Any]:
    place = shape.representative_point()
    return {"code": code, "name": name, "path": written(shape), "x": round(place.x, 1), "y": round(place.y, 1)}


def joined(areas: dict[str, Any], day: dt.date) -> dict[str, Any]:
    groups: dict[str, list[Any]] = {}
    for code, shape in areas.items():
        links = successors(code, BEFORE, day) if day >= SINCE else ()
        whole = [link.unit.code for link in links if link.extent == "whole"] or [code]
        groups.setdefault(whole[0], []).append(shape)
    return {code: merged(parts) if len(parts) > 1 else parts[0] for code, parts in sorted(groups.items())}


def provinces(shapes: dict[str, Any], day: dt.date) -> list[dict[str, Any]]:
    names = dict(units_at(day, level="province").select("code", "name").iter_rows())
    return [shape_row(code, names[code], shape) for code, shape in shapes.items()]


def northing(latitude: float) -> float:
    return math.degrees(math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2)))


def fitted(areas: dict[str, Any], database: sqlite3.Connection) -> Any:
    """Find the straight map from longitude and Mercator's northing to the picture, by the middles of 63 provinces."""
    query = "SELECT provinceCode, wardLat, wardLon FROM admin_units_legacy WHERE wardLat IS NOT NULL"
    seen: dict[str, list[Point]] = {}
    for code, latitude, longitude in database.execute(query):
        seen.setdefault(code, []).append((longitude, northing(latitude)))
    rows, x, y = [], [], []
    for code, points in sorted(seen.items()):
        if code in areas:
            west, north = np.quantile(np.array(points), 0.5, axis=0)
            left, top, right, bottom = areas[code].bounds
            rows.append((west, north, 1.0))
            x.append((left + right) / 2)
            y.append((top + bottom) / 2)
    solved = np.linalg.lstsq(np.array(rows), np.array([x, y]).T, rcond=None)[0]
    off = np.array(rows) @ solved - np.array([x, y]).T
    print("provinces fitted:", len(rows), "root mean square:", np.sqrt((off**2).mean()).round(2), "of 873")
    return solved


def communes(database: sqlite3.Connection, solved: Any, outlines: dict[str, Any]) -> pl.DataFrame:
    """Place the communes: by the straight map, then moved with their province until its middle fits the outline's."""
    query = (
        "SELECT wardCode, provinceCode, wardLat, wardLon FROM admin_units WHERE wardLat IS NOT NULL ORDER BY wardCode"
    )
    rows = database.execute(query).fetchall()
    flat = np.array([(longitude, northing(latitude), 1.0) for _, _, latitude, longitude in rows]) @ solved
    owners = np.array([province for _, province, _, _ in rows])
    for province in sorted(set(owners.tolist())):
        mine = owners == province
        left, top, right, bottom = largest(outlines[province]).bounds
        ends = np.quantile(flat[mine], (0.03, 0.97), axis=0)  # without islands far out
        flat[mine] += np.array([(left + right) / 2, (top + bottom) / 2]) - ends.mean(axis=0)
    made = [
        (code, round(float(x), 1), round(float(y), 1), latitude, longitude)
        for (code, _, latitude, longitude), (x, y) in zip(rows, flat, strict=True)
    ]
    return pl.DataFrame(made, schema=["code", "x", "y", "latitude", "longitude"], orient="row")


def largest(shape: Any) -> Any:
    return max(shape.geoms, key=lambda p: p.area) if isinstance(shape, MultiPolygon) else shape


def main(folder: Path) -> None:
    text = (folder / "index.js").read_text(encoding="utf-8").removeprefix("export default ").rstrip().rstrip(";")
    source = json.loads(text)
    known = codes()
    areas = {known[entry["id"]]: area(entry["path"]) for entry in source["locations"] if entry["id"] not in ISLANDS}
    assert len(areas) == 63, sorted(set(known.values()) - areas.keys())
    islands = [
        shape_row(*ISLANDS[entry["id"]], area(entry["path"])) for entry in source["locations"] if entry["id"] in ISLANDS
    ]
    now = joined(areas, SINCE)
    made = {
        "view_box": source["viewBox"],
        "credit": "@svg-maps/vietnam 2.0.0, Stephen Truong, CC BY 4.0; merged to 34 provinces",
        "provinces": {
            "until 2025-06-30": provinces(joined(areas, BEFORE), BEFORE),
            "since 2025-07-01": provinces(now, SINCE),
        },
        "islands": islands,
    }
    (DATA / "map.json").write_text(json.dumps(made, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    with sqlite3.connect(str(files("vietnamadminunits").joinpath("data/dataset.db"))) as database:
        communes(database, fitted(areas, database), now).write_parquet(
            DATA / "commune-places.parquet", statistics=False
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
