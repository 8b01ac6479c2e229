"""The figures of a snapshot as reviewers see them before publication, beside the earlier round."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from sipas_web.audit.actors import Actor
from sipas_web.results.numbers import count, interval, number, signed
from sipas_web.results.queries import reading, reading_home
from sipas_web.results.queries.reading_home import Quality, Verdict
from sipas_web.results.queries.reading_names import depths, domain_name, kind_name, node_name
from sipas_web.rounds.queries import Round

HIDDEN = "disclosed/hidden.parquet"
DOCUMENTS = ("report/*", "certificate.json", "open-data/*")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its interval and its change; percent and points. A missing value is hidden or was not computed."""

    name: str
    depth: int
    n: int | None
    percent: float | None
    low: float | None
    high: float | None
    previous: float | None
    change: float | None
    change_low: float | None
    change_high: float | None
    rank: int | None
    suppressed: bool

    @property
    def written(self) -> dict[str, str]:
        """The figures as readers will see them."""
        return {
            "n": count(self.n),
            "percent": number(self.percent),
            "ends": interval(self.low, self.high),
            "previous": number(self.previous),
            "change": signed(self.change),
        }

    @property
    def is_change_certain(self) -> bool:
        """Whether the interval of the change leaves zero out."""
        return (
            self.change_low is not None
            and self.change_high is not None
            and not self.change_low <= 0 <= self.change_high
        )


@dataclass(frozen=True, slots=True)
class Hidden:
    """How many figures of a kind of domain are withheld, of how many."""

    kind: str
    hidden: int
    all: int


@dataclass(frozen=True, slots=True)
class Trimming:
    """What weighting did beside adjusting: weights cut, cases at their bounds, classes drawn together."""

    capped: int
    at_bounds: int
    collapsed: int
    margin_error: float


@dataclass(frozen=True, slots=True)
class Document:
    """A file to look at before it leaves."""

    name: str
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class Review:
    """Everything on the page of a review."""

    nodes: tuple[Figure, ...]
    units: tuple[Figure, ...]
    unit_kind: str
    verdicts: tuple[Verdict, ...]
    quality: Quality | None
    hidden: tuple[Hidden, ...]
    trimming: Trimming
    documents: tuple[Document, ...]
    notices: tuple[str, ...]


def review_of(by: Actor, round_: Round) -> Review | None:
    """Gather the figures of the snapshot under review; None where there is none the actor may review."""
    opened = reading.opened(by, round_.pk, reading.DRAFT)
    if opened is None:
        return None
    results, kind = opened.results, opened.main_kind
    figures = results.figures
    depth = depths(results)
    nodes = [(n.name, figures.whole(n.name)) for n, _ in results.edition.nodes() if n.level != "item"]
    units = figures.domains(kind, figures.root)
    return Review(
        nodes=tuple(_figure(v, node_name(results, name), depth[name]) for name, v in nodes if v is not None),
        units=tuple(_figure(v, domain_name(results, kind, v.domain), 0) for v in units),
        unit_kind=kind_name(results, kind),
        verdicts=reading_home.verdicts(results),
        quality=reading_home.quality(opened),
        hidden=_hidden(opened.root, results),
        trimming=_trimming(opened.root),
        documents=_documents(opened.root),
        notices=tuple(reading_home.notices(opened)),
    )


def document_path(root: Path, name: str) -> Path | None:
    """Give a file that reviewers may take; None for any other name."""
    return root / name if name in {d.name for d in _documents(root)} else None


def _figure(value: Any, name: str, depth: int) -> Figure:
    kept = ("n", "percent", "low", "high", "previous", "change", "change_low", "change_high", "rank", "suppressed")
    return Figure(name, depth, **{field: getattr(value, field) for field in kept})


def _hidden(root: Path, results: Any) -> tuple[Hidden, ...]:
    hidden = pl.read_parquet(root / HIDDEN, columns=["domain_kind"])
    everything = pl.read_parquet(root / "disclosed/index.parquet", columns=["domain_kind"])
    counts: Mapping[str, int] = dict(hidden["domain_kind"].value_counts().iter_rows())
    totals = everything["domain_kind"].value_counts().sort("count", "domain_kind", descending=[True, False])
    return tuple(
        Hidden(kind_name(results, kind), counts[kind], total) for kind, total in totals.iter_rows() if kind in counts
    )


def _trimming(root: Path) -> Trimming:
    steps = json.loads((root / "weighting.json").read_bytes())["steps"]

    def total(name: str) -> int:
        return sum(step[name] or 0 for step in steps)

    last = next((s["margin_error"] for s in reversed(steps) if s["margin_error"] is not None), 0.0)
    return Trimming(total("capped"), total("at_bounds"), total("collapsed"), last)


def _documents(root: Path) -> tuple[Document, ...]:
    found = [p for pattern in DOCUMENTS for p in sorted(root.glob(pattern)) if p.is_file() and p.name[0] != "."]
    return tuple(Document(p.relative_to(root).as_posix(), p.stat().st_size) for p in found)
