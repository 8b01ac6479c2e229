"""What a design stands on: the frame as the library made it, the earlier round, what is expected; and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import polars as pl

from sipas.errors import Place
from sipas.rounds.domain_labels import domain_label
from sipas.rounds.settings import Round as Settings
from sipas.rounds.settings import check_round
from sipas.sampling import (
    Design,
    Expectation,
    Forecast,
    check_frame,
    columns_needed,
    count_frame,
    deviation_of_share,
    forecast,
    measures_needed,
    parse_design,
)
from sipas.tables.typed import from_json
from sipas_web.rounds.design_choices import CROSS
from sipas_web.rounds.folders import folder_of, settings_of
from sipas_web.rounds.queries import Round

Source = Literal["frame", "earlier", "typed", ""]
MOST_VALUES = 5_000  # a column with more values is no stratum
HIDDEN = {"unit_id", "commitment", "prn"}
POINTS = 100
# Until a person or an earlier round says otherwise: the national index of 2024 (83,94, moha.gov.vn) and the valid forms
# of 2021 (28.372 of 30.000, ninhthuan.gov.vn). Similarity, widest and least have no source: people decide them.
USUAL = {"share": 83.94, "response": 94.6, "similarity": 0.05, "widest": 10.0, "least": 30}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the frame that may divide it."""

    name: str
    values: int
    filled: bool


@dataclass(frozen=True, slots=True)
class Base:
    """The sizes a design is worked out on, and where they come from."""

    source: Source
    path: Path | None = None
    typed: Mapping[str, int] | None = None

    def columns(self) -> tuple[Column, ...]:
        """List the columns that may divide it."""
        if self.path is not None:
            return _columns(self.path, *_stamp(self.path))
        return (Column("agency", len(self.typed or {}), filled=True),)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the earlier round found, for those who plan the next; percent."""

    share: float
    response: float | None
    shares: Mapping[str, float]  # by agency


@dataclass(frozen=True, slots=True)
class Line:
    """A unit of the table; margins in percentage points."""

    name: str
    population: int
    sample: float
    part: float
    reserve: float
    answers: float
    margin: float | None
    saved: float | None
    weighting: float | None
    clustering: float
    wide: bool
    few: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """What a design gives."""

    lines: tuple[Line, ...]
    whole: Line
    shortfalls: tuple[tuple[str, int, int], ...]
    unreached: int
    staged: bool


def frame_path(round_: Round) -> Path | None:
    """Give the round's own frame, where it was imported."""
    path = folder_of(round_) / "frame.parquet"
    return path if path.is_file() else None


def base_of(round_: Round) -> Base:
    """Give what the design is worked out on: the frame, else sizes typed by hand, else the earlier round's frame."""
    own = frame_path(round_)
    if own is not None:
        return Base("frame", own)
    typed = round_.planning.get("sizes")
    if typed:
        return typed_base(typed)
    before = frame_path(round_.previous) if round_.previous is not None else None
    return Base("earlier", before) if before is not None else Base("")


def typed_base(sizes: Mapping[str, int]) -> Base:
    """Give a base of sizes assumed for each unit."""
    return Base("typed", typed={unit: size for unit, size in sizes.items() if size})


def earlier_of(round_: Round) -> Earlier | None:
    """Read the earlier round's index and response; None where there is none yet."""
    if round_.previous is None:
        return None
    index = folder_of(round_.previous) / "index.parquet"
    return _earlier(folder_of(round_.previous), *_stamp(index)) if index.is_file() else None


def spreads_of(round_: Round) -> dict[str, float]:
    """Give the standard deviation of each agency's share in the earlier round, for Neyman's allocation."""
    earlier = earlier_of(round_)
    shares = {} if earlier is None else earlier.shares
    return {unit: round(deviation_of_share(_inside(p)), 3) for unit, p in shares.items()}


def expected_of(round_: Round) -> dict[str, Any]:
    """Give what is expected, in percent: as saved, else as the earlier round found, else as published."""
    saved: dict[str, Any] = round_.planning.get("expected") or {}
    earlier = earlier_of(round_)
    found: dict[str, Any] = {}
    if earlier is not None:
        found = {"share": earlier.share, "by_unit": True} | ({"response": earlier.response} if earlier.response else {})
    return USUAL | {"by_unit": False} | found | saved


def check(round_: Round, changed: Mapping[str, Any]) -> Design:
    """Check design and estimates with the round's other settings and its frame; raises SipasError."""
    design = parse_design(changed["design"])
    check_round(settings_of(round_) | dict(changed), _place)
    own = frame_path(round_)
    if own is not None:
        check_frame(pl.Schema(pl.read_parquet_schema(own)), design)
    return design


def figures(
    round_: Round, changed: Mapping[str, Any], expected: Mapping[str, Any], base: Base, saved: Forecast | None = None
) -> Figures:
    """Work a design out, unit by unit; raises SipasError where the library refuses it."""
    design = parse_design(changed["design"])
    by = units_by(changed)
    made = worked_out(round_, design, by, expected, base)
    before = _margins(saved, by) if saved is not None else {}
    settings = check_round(settings_of(round_) | dict(changed), _place)
    lines = tuple(_line(row, by, expected, settings, before) for row in made.units.iter_rows(named=True))
    whole = _line(made.whole.row(0, named=True), (), expected, settings, {"": _whole_margin(saved)})
    missing = tuple((s.group or s.parent, s.wanted, s.population) for _, s in made.shortfalls)
    return Figures(lines, whole, missing, int(made.whole["unreached"][0]), len(design.stages) > 1)


def worked_out(round_: Round, design: Design, by: tuple[str, ...], expected: Mapping[str, Any], base: Base) -> Forecast:
    """Ask the library for sizes and precision."""
    earlier = earlier_of(round_) if expected.get("by_unit") else None
    shares = {unit: _inside(p) for unit, p in earlier.shares.items()} if earlier and by == ("agency",) else None
    given = Expectation(
        _inside(expected["share"]), expected["response"] / POINTS, similarity=expected["similarity"], proportions=shares
    )
    if base.path is None:
        sizes = base.typed or {}
        typed = {"agency": list(sizes), "count": list(sizes.values())}
        return forecast(pl.DataFrame(typed, schema_overrides={"count": pl.Int64}), design, given, by=by)
    return _forecast(base.path, *_stamp(base.path), msgspec.json.encode((design, given)), by)


def units_by(changed: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the columns that make the units of the table: those that are ranked."""
    return tuple((changed.get("estimates") or {}).get("rank_by") or ("agency",))


def _line(
    row: Mapping[str, Any],
    by: tuple[str, ...],
    expected: Mapping[str, Any],
    settings: Settings,
    before: Mapping[str, Any],
) -> Line:
    value = CROSS.join(str(row[name] or "") for name in by)
    margin = None if row["margin"] is None else row["margin"] * POINTS
    return Line(
        name=domain_label(CROSS.join(by), value, settings) if by else "",
        population=row["population"],
        sample=round(row["sample"], 6),  # expected values are sums of fractions
        part=row["sample"] / row["population"] * POINTS,
        reserve=round(row["reserve"], 6),
        answers=row["answers"],
        margin=margin,
        saved=before.get(value),
        weighting=row["weighting"],
        clustering=row["clustering"],
        wide=margin is None or margin > expected["widest"],
        few=row["answers"] < expected["least"],
    )


def _margins(made: Forecast, by: tuple[str, ...]) -> dict[str, float]:
    if not set(by) <= set(made.units.columns):
        return {}
    names = [CROSS.join(str(v or "") for v in row) for row in made.units.select(by).iter_rows()]
    return {n: m * POINTS for n, m in zip(names, made.units["margin"], strict=True) if m is not None}


def _whole_margin(made: Forecast | None) -> float | None:
    margin = None if made is None else made.whole["margin"][0]
    return None if margin is None else margin * POINTS


def _place(node: str) -> Place:
    return Place(node=node)


def _inside(percent: float) -> float:
    """Keep a share off 0 and 1, where the formula would promise no error at all."""
    return min(max(percent / POINTS, 0.01), 0.99)


def _stamp(path: Path) -> tuple[int, int]:
    """Tell two contents of a file apart without reading it: the library replaces files, it never writes into one."""
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=64)
def _counts(path: Path, moment: int, size: int, columns: tuple[str, ...], measures: tuple[str, ...]) -> pl.DataFrame:
    del moment, size
    present = pl.read_parquet_schema(path)
    wanted = [n for n in dict.fromkeys([*columns, *measures]) if n in present]
    return count_frame(pl.read_parquet(path, columns=wanted or ["unit_id"]), list(columns), list(measures))


@lru_cache(maxsize=256)
def _forecast(path: Path, moment: int, size: int, asked: bytes, by: tuple[str, ...]) -> Forecast:
    """Work out what was asked as bytes: designs hold tables and cannot be keys themselves."""
    design, expected = from_json(asked, tuple[Design, Expectation])
    columns = tuple(columns_needed(design, by))
    counts = _counts(path, moment, size, columns, tuple(measures_needed(design)))
    return forecast(counts, design, expected, by=by)


@lru_cache(maxsize=32)
def _columns(path: Path, moment: int, size: int) -> tuple[Column, ...]:
    del moment, size
    texts = [n for n, kind in pl.read_parquet_schema(path).items() if kind == pl.String and n not in HIDDEN]
    frame = pl.read_parquet(path, columns=texts)
    found = [Column(n, frame[n].n_unique(), filled=frame[n].null_count() == 0) for n in texts]
    return tuple(c for c in found if 1 < c.values <= MOST_VALUES or c.name == "agency")


@lru_cache(maxsize=16)
def _earlier(root: Path, moment: int, size: int) -> Earlier | None:
    del moment, size
    index = pl.read_parquet(root / "index.parquet", columns=["domain_kind", "domain", "node", "parent", "percent", "n"])
    top = index.filter(pl.col("parent").is_null() & pl.col("percent").is_not_null())
    whole = top.filter(pl.col("domain_kind") == "all")
    if whole.height == 0:
        return None
    units = top.filter(pl.col("domain_kind") == "agency").select("domain", "percent")
    return Earlier(round(whole["percent"][0], 2), _response(root), dict(units.iter_rows()))


def _response(root: Path) -> float | None:
    """Give valid answers per official unit, in percent."""
    paths = root / "sample.parquet", root / "weights.parquet"
    if not all(p.is_file() for p in paths):
        return None
    official = pl.scan_parquet(paths[0]).filter(pl.col("role") == "official").select(pl.len()).collect().item()
    answered = pl.scan_parquet(paths[1]).select(pl.len()).collect().item()
    return round(min(100.0, answered / official * POINTS), 1) if official and answered else None
