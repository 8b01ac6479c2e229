"""Rows of the readers' tables: each with its figures written by the library's rules and its drawing.

Everything comes from tables that were disclosed together, under one suppression plan. A comparison takes one kind of
domain as it was published, and never sets two kinds against each other: a cross that was not planned for could give a
withheld cell back by subtraction.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.core.paginator import Page, Paginator
from django.utils.safestring import SafeString

from sipas.rounds.published import PublishedRound
from sipas_web.results import drawings
from sipas_web.results.drawings import Line, Scale
from sipas_web.results.numbers import (
    between,
    count,
    half_width,
    interval,
    number,
    places,
    share,
    signed,
)
from sipas_web.results.queries.reading import Opened
from sipas_web.results.queries.reading_names import LEVELS, WHOLE, domain_name, node_name, option_names
from sipas_web.shared.vietnamese_text import search_key, sort_key

HIDDEN = "…"
EXTREMES = 5
PER_PAGE = 250


@dataclass(frozen=True, slots=True)
class Row:
    """A value with what is written and drawn of it. ``value`` is the library's, for files and sorting."""

    key: str  # node, or domain
    name: str
    percent: str
    ends: str
    n: str
    change: str
    movement: str
    change_ends: str
    drawing: SafeString
    value: Any
    level: int = 0
    level_name: str = ""
    is_branch: bool = False
    is_open: bool = True
    is_shown: bool = True
    may_open: bool = False
    note: tuple[int, int] = (0, 0)  # of extremes: surely lower or higher than so many, of so many others

    @property
    def is_hidden(self) -> bool:
        """Whether the figures are withheld."""
        return bool(self.value.suppressed)

    @property
    def rank(self) -> str:
        """Place."""
        return HIDDEN if self.is_hidden else count(self.value.rank)

    @property
    def places(self) -> str:
        """Places the data allow."""
        return HIDDEN if self.is_hidden else places(self.value.rank_low, self.value.rank_high)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows over one axis."""

    rows: tuple[Row, ...]
    axis: SafeString
    scale: Scale
    page: Page[Any] | None = None  # where only a part of many rows is shown
    unranked: int = 0  # units that are shown, on any page, and have no rank

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Lines across the rows: what each is, and its value written."""
        return [(name, number(value)) for name, value in self.scale.lines]

    @property
    def has_change(self) -> bool:
        """Whether any row can be compared with the earlier round."""
        return any(row.movement != "none" for row in self.rows)

    @property
    def has_hidden(self) -> bool:
        """Whether a row is withheld."""
        return any(row.is_hidden for row in self.rows)


def target_of(results: PublishedRound, node: str) -> float | None:
    """Give the first target set for a node of the whole."""
    return next((v.threshold for v in results.verdicts if v.node == node and v.domain_kind == WHOLE), None)


def written(value: Any, name: str, drawing: SafeString, **more: Any) -> Row:
    """Write a value of the index; what is withheld stays so in every column."""
    from sipas.reporting.reading import movement

    if value.suppressed:
        cells = {"percent": HIDDEN, "ends": "", "n": HIDDEN, "change": HIDDEN, "change_ends": ""}
    else:
        told = movement(value) != "none"
        cells = {
            "percent": number(value.percent),
            "ends": interval(value.low, value.high),
            "n": count(value.n),
            "change": signed(value.change) if told else "",
            "change_ends": between(value.change_low, value.change_high) if told else "",
        }
    return Row(
        name=name, value=value, drawing=drawing, movement=movement(value), **{"key": value.node, **cells, **more}
    )


def tree(opened: Opened, open_nodes: Collection[str], kind: str = WHOLE, domain: str = "") -> Rows:
    """Give the tree of one domain, top to bottom; children of a node that is not open are there but not shown."""
    results = opened.results
    found = [(n, p, results.figures.values.get((kind, domain, n.name))) for n, p in results.edition.nodes()]
    known = [(n, p, v) for n, p, v in found if v is not None]
    root = results.figures.root
    target = target_of(results, root) if kind == WHOLE else None
    wholes = {} if kind == WHOLE else {n.name: results.figures.whole(n.name) for n, _, _ in known}
    scale = _scale([v for _, _, v in known] + [v for v in wholes.values() if v is not None], [("target", target)])
    levels, shown = {"": -1}, {"": True}
    rows = []
    for node, parent, value in known:
        above = parent or ""
        levels[node.name] = levels[above] + 1
        is_open = node.name == root or node.name in open_nodes or "all" in open_nodes
        rows.append(
            written(
                value,
                node_name(results, node.name),
                _dot(scale, value, wholes.get(node.name)),
                level=levels[node.name],
                level_name=str(LEVELS.get(node.level, "")),
                is_branch=bool(node.children) and node.name != root,
                is_open=is_open,
                is_shown=shown[above],
                may_open=True,
            )
        )
        shown[node.name] = shown[above] and is_open
    return Rows(tuple(rows), drawings.axis(scale), scale)


def domains(opened: Opened, kind: str, node: str, sort: str = "", page: str | None = None) -> Rows:
    """Compare the domains of one kind in one node, the highest first unless asked otherwise; all, or one page."""
    results = opened.results
    named = [(domain_name(results, kind, v.domain), v) for v in results.figures.domains(kind, node)]
    if opened.is_limited(kind, node):
        named = [(name, v) for name, v in named if opened.may_see_inside(kind, v.domain)]
    whole = results.figures.whole(node)
    lines = [("whole", whole.percent if whole else None), ("target", target_of(results, node))]
    scale = _scale([v for _, v in named], lines)
    ordered, shown = _paged(_sorted(named, sort), page)
    rows = [written(v, name, _dot(scale, v), key=v.domain, may_open=opened.may_open(v.domain)) for name, v in ordered]
    return Rows(tuple(rows), drawings.axis(scale), scale, shown)


def ranks(opened: Opened, kind: str, sort: str = "", text: str = "", page: str | None = None) -> Rows:
    """Give the ranked units with the places each could hold, best first unless asked otherwise; all, or one page."""
    results = opened.results
    values = results.figures.domains(kind, results.figures.root)
    named = [(domain_name(results, kind, v.domain), v) for v in values]
    scale = drawings.rank_scale(max((v.ranked or 0 for v in values), default=0))
    if text:
        named = [(name, v) for name, v in named if search_key(text) in search_key(name)]
    ordered, shown = _paged(_sorted(named, sort or "rank"), page)
    rows = [
        written(
            v,
            name,
            drawings.dot(scale, v.rank, v.rank_low, v.rank_high),
            key=v.domain,
            may_open=opened.may_open(v.domain),
        )
        for name, v in ordered
    ]
    unranked = sum(v.rank is None and not v.suppressed for _, v in named)
    return Rows(tuple(rows), drawings.axis(scale), scale, shown, unranked)


def extremes(opened: Opened, kind: str = WHOLE, domain: str = "", most: int = EXTREMES) -> tuple[Rows, Rows]:
    """Give the weakest and the strongest items, each with how many others are surely above or below it."""
    from sipas.reporting.reading import items_of, placed

    results = opened.results
    found = placed(items_of(results.figures, kind, domain))
    scale = _scale([p.value for p in found], [])
    most = min(most, len(found) // 2)
    low = [(p, (p.surely_above, p.others)) for p in found[:most]]
    high = [(p, (p.surely_below, p.others)) for p in reversed(found[len(found) - most :])]

    def made(part: Sequence[Any]) -> Rows:
        rows = (
            written(p.value, node_name(results, p.value.node), _dot(scale, p.value), note=n, may_open=True)
            for p, n in part
        )
        return Rows(tuple(rows), drawings.axis(scale), scale)

    return made(low), made(high)


@dataclass(frozen=True, slots=True)
class Answer:
    """A part of a spread of answers."""

    name: str
    percent: str
    half: str
    estimate: Any
    shade: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How the answers to one question are spread in one domain."""

    name: str
    n: str
    answers: tuple[Answer, ...]
    drawing: SafeString
    is_hidden: bool


def spread(opened: Opened, question: str, kind: str = WHOLE, domain: str = "") -> Spread:
    """Give the spread of the answers to a question; withheld where any part of it is."""
    from sipas.reporting.reading import spread as spread_of

    results = opened.results
    rows = None if kind == WHOLE else _rows_of(results, kind, domain)
    estimates = spread_of(results.figures, results.edition.question(question), rows)
    hidden = any(e.suppressed for e in estimates)
    names = option_names(results, question)
    last = max(len(names) - 1, 1)
    cells = [(HIDDEN, "") if hidden else (share(e.estimate), half_width(e.low, e.high)) for e in estimates]
    answers = tuple(
        Answer(name, percent, half, e, round(1 + 4 * place / last))
        for place, (name, (percent, half), e) in enumerate(zip(names, cells, estimates, strict=True))
    )
    drawn = (
        []
        if hidden
        else [(100 * (e.estimate or 0.0), percent) for (percent, _), e in zip(cells, estimates, strict=True)]
    )
    n = next((e.n for e in estimates if e.n is not None), None)
    name = domain_name(results, kind, domain)
    return Spread(name, HIDDEN if hidden else count(n), answers, drawings.stack(drawn), hidden)


def _rows_of(results: PublishedRound, kind: str, domain: str) -> pl.DataFrame:
    return results.estimates.filter((pl.col("domain_kind") == kind) & (pl.col("domain") == domain))


def _paged(named: list[tuple[str, Any]], page: str | None) -> tuple[list[tuple[str, Any]], Page[Any] | None]:
    if page is None:
        return named, None
    shown = Paginator(named, PER_PAGE).get_page(page)
    return list(shown.object_list), shown


def _dot(scale: Scale, value: Any, whole: Any = None) -> SafeString:
    return drawings.dot(scale, value.percent, value.low, value.high, whole.percent if whole else None)


def _scale(values: Sequence[Any], lines: Sequence[tuple[str, float | None]]) -> Scale:
    known: list[Line] = [(name, value) for name, value in lines if value is not None]
    return drawings.percent_scale([x for v in values for x in (v.low, v.high, v.percent)], known)


_SORTS: dict[str, Callable[[tuple[str, Any]], Any]] = {
    "name": lambda pair: sort_key(pair[0]),
    "value": lambda pair: pair[1].percent,
    "n": lambda pair: pair[1].n,
    "rank": lambda pair: pair[1].rank,
    "places": lambda pair: pair[1].rank_low,
    "change": lambda pair: pair[1].change,
}


def _sorted(named: list[tuple[str, Any]], sort: str) -> list[tuple[str, Any]]:
    """Sort by a column; what is missing or withheld stays last either way, and its order tells nothing."""
    key = _SORTS.get(sort.removeprefix("-"))
    if key is None:
        return named
    known = [pair for pair in named if key(pair) is not None]
    rest = sorted((pair for pair in named if key(pair) is None), key=_SORTS["name"])
    return sorted(known, key=key, reverse=sort.startswith("-")) + rest
