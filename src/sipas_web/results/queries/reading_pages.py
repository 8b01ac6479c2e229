"""Pages about one node, one kind of domain, one agency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sipas_web.results import drawings
from sipas_web.results.queries import reading
from sipas_web.results.queries.reading import Opened
from sipas_web.results.queries.reading_names import WHOLE, domain_name, english, kind_name, node_name, option_names
from sipas_web.results.queries.reading_rows import (
    HIDDEN,
    Row,
    Rows,
    Spread,
    domains,
    extremes,
    ranks,
    spread,
    target_of,
    tree,
    written,
)

MOST_SPREADS = 12
PULLING = 3


@dataclass(frozen=True, slots=True)
class NodePage:
    """A node by itself."""

    row: Row
    level: str
    parent: str
    parent_name: str
    question: str
    wording: str  # official, copy, recalled
    rule: str
    options: tuple[tuple[str, int], ...]  # answer, shade
    whole: Spread | None
    spreads: tuple[Spread, ...]
    kind: str
    kind_name: str
    kinds: tuple[tuple[str, str], ...]
    table: Rows
    children: Rows | None


def node_page(opened: Opened, node: str, kind: str, sort: str, page: str | None = None) -> NodePage | None:
    """Give a node's value, its question and answers, and its value by the domains of one kind."""
    results = opened.results
    found, value = results.figures.titles.get(node), results.figures.whole(node)
    if found is None or value is None:
        return None
    kind = _known_kind(opened, kind, few=True)
    parent = next((p for n, p in results.edition.nodes() if n.name == node), None) or ""
    table = domains(opened, kind, node, sort, page)
    asked = results.edition.question(found.question) if found.question else None
    question = "" if asked is None else (english() and asked.text_en) or asked.text
    gauge = drawings.gauge(value.percent or 0.0, value.low, value.high, target_of(results, node))
    return NodePage(
        row=written(value, node_name(results, node), gauge),
        level=found.level,
        parent=parent,
        parent_name=node_name(results, parent) if parent else "",
        question=question,
        wording=found.status,
        rule=found.rule or "top_box",
        options=_options(opened, found.question),
        whole=spread(opened, found.question) if found.question else None,
        spreads=_spreads(opened, found.question, kind, table),
        kind=kind,
        kind_name=kind_name(results, kind),
        kinds=tuple((k, kind_name(results, k)) for k in reading.kinds(opened)),
        table=table,
        children=_children(opened, node) if found.children else None,
    )


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    """The domains of one kind in one node."""

    kind: str
    kind_name: str
    node: str
    node_name: str
    whole: Row | None
    table: Rows
    is_ranked: bool
    is_limited: bool


def comparison_page(opened: Opened, kind: str, node: str, sort: str, page: str) -> ComparisonPage:
    """Compare the domains of a kind."""
    results = opened.results
    whole = results.figures.whole(node)
    table = domains(opened, kind, node, sort, page)
    return ComparisonPage(
        kind=kind,
        kind_name=kind_name(results, kind),
        node=node,
        node_name=node_name(results, node),
        whole=written(whole, node_name(results, node), drawings.stack([])) if whole else None,
        table=table,
        is_ranked=kind in results.settings.estimates.rank_by,
        is_limited=opened.is_limited(kind, node),
    )


@dataclass(frozen=True, slots=True)
class UnitPage:
    """One agency."""

    domain: str
    name: str
    kind: str
    row: Row
    whole: Row | None
    ranked: str
    rank_drawing: Rows
    tree: Rows
    pulling: Rows
    apart: str  # above, below, or empty where it cannot be told apart from the whole
    below: tuple[Row, ...]  # items surely lower than in the whole round
    least_to_rank: int

    @property
    def is_ranked(self) -> bool:
        """Whether it has a rank."""
        return self.row.value.rank is not None


def unit_page(opened: Opened, domain: str, open_nodes: frozenset[str]) -> UnitPage | None:
    """Give an agency's own page: the one named, else the reader's own; None where there is none."""
    from sipas.reporting.reading import apart

    kind, results = opened.main_kind, opened.results
    domain = domain or next(iter(opened.own), "")
    value = results.figures.values.get((kind, domain, results.figures.root))
    if value is None:
        return None
    whole = results.whole
    gauge = drawings.gauge(value.percent or 0.0, value.low, value.high, whole.percent if whole else None, "d-whole")
    all_ranks = ranks(opened, kind)
    mine = tuple(row for row in all_ranks.rows if row.key == domain)
    parts = tree(opened, open_nodes, kind, domain)
    return UnitPage(
        domain=domain,
        name=domain_name(results, kind, domain),
        kind=kind_name(results, kind),
        row=written(value, domain, gauge),
        whole=written(whole, "", gauge) if whole else None,
        ranked=str(value.ranked or HIDDEN),
        rank_drawing=Rows(mine, all_ranks.axis, all_ranks.scale),
        tree=parts,
        pulling=extremes(opened, kind, domain, PULLING)[0],
        apart=apart(value, whole),
        below=tuple(sorted((r for r in parts.rows if _is_item_below(opened, r)), key=lambda r: r.value.percent)),
        least_to_rank=results.settings.estimates.least_to_rank,
    )


def _is_item_below(opened: Opened, row: Row) -> bool:
    from sipas.reporting.reading import apart

    figures = opened.results.figures
    return figures.titles[row.key].question is not None and apart(row.value, figures.whole(row.key)) == "below"


def asked_ranks(opened: Opened, query: Mapping[str, str]) -> tuple[str, str]:
    """Give the ranked kind and the part of a name that an address asks for."""
    kinds = opened.results.settings.estimates.rank_by
    kind = query.get("kind", "")
    return kind if kind in kinds else kinds[0], query.get("text", "")[:100]


def asked_comparison(opened: Opened, query: Mapping[str, str]) -> tuple[str, str]:
    """Give the kind and the node that an address asks for, known ones only."""
    node = query.get("node", "")
    known = node if node in opened.results.figures.titles else opened.results.figures.root
    return _known_kind(opened, query.get("kind", ""), few=True), known


def _known_kind(opened: Opened, kind: str, *, few: bool) -> str:
    known = reading.kinds(opened)
    if kind in known:
        return kind
    return next((k for k in known[1:] if few), known[0])


def _options(opened: Opened, question: str | None) -> tuple[tuple[str, int], ...]:
    if question is None:
        return ()
    names = option_names(opened.results, question)
    return tuple((name, round(1 + 4 * place / max(len(names) - 1, 1))) for place, name in enumerate(names))


def _spreads(opened: Opened, question: str | None, kind: str, table: Rows) -> tuple[Spread, ...]:
    if question is None or kind == WHOLE or len(table.rows) > MOST_SPREADS:
        return ()
    return tuple(spread(opened, question, kind, row.key) for row in table.rows)


def _children(opened: Opened, node: str) -> Rows:
    whole = tree(opened, {"all"})
    names = {n.name for n, parent in opened.results.edition.nodes() if parent == node}
    return Rows(tuple(row for row in whole.rows if row.key in names), whole.axis, whole.scale)
