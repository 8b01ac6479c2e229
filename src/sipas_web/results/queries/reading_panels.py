"""What stands on the overview of a round, panel by panel.

A panel is a template and the function that fills it; a function that gives None is left out. Another part of the
application adds its panel to ``OVERVIEW`` (or ``UNIT``) from its own module, imported in the app's ``ready``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sipas_web.results.queries import (
    reading,
    reading_drivers,
    reading_home,
    reading_map,
    reading_national,
    reading_rows,
)
from sipas_web.results.queries.reading import Opened
from sipas_web.results.queries.reading_names import WHOLE, domain_name, kind_name

MOST_COMPARED = 4  # kinds of few domains on the overview
MOST_DOMAINS = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks of a page of panels."""

    open_nodes: frozenset[str] = frozenset()
    domain: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a page: its template gets ``panel`` and ``opened``."""

    template: str
    content: Any


Fill = Callable[[Opened, Asked], Panel | None]


def tree(opened: Opened, asked: Asked) -> Panel | None:
    """The tree of contents, factors and items."""
    rows = reading_rows.tree(opened, asked.open_nodes)
    branches = [row.key for row in rows.rows if row.is_branch]
    toggles = {key: ",".join(sorted(_toggled(asked.open_nodes, key, branches))) for key in branches}
    return Panel("results/read_tree.html", {"table": rows, "toggles": toggles, "all_open": _all_open(asked, branches)})


def extremes(opened: Opened, asked: Asked) -> Panel | None:
    """The weakest and the strongest items."""
    del asked
    low, high = reading_rows.extremes(opened)
    return Panel("results/read_extremes.html", {"low": low, "high": high}) if low.rows else None


def ranking(opened: Opened, asked: Asked) -> Panel | None:
    """What can be said for certain of the ranks."""
    del asked
    from sipas.reporting.contents.ranking import halves

    kind = opened.main_kind
    values = opened.results.figures.domains(kind, opened.results.figures.root)
    if not any(v.rank for v in values):
        return None
    upper, lower = halves(values)
    told = [[(domain_name(opened.results, kind, v.domain), v) for v in part] for part in (upper, lower)]
    content = {"upper": told[0], "lower": told[1], "ranked": max(v.ranked or 0 for v in values)}
    return Panel("results/read_ranking.html", content)


def comparison(opened: Opened, asked: Asked) -> Panel | None:
    """The kinds of few domains side by side."""
    del asked
    root = opened.results.figures.root
    known = [k for k in reading.kinds(opened)[1:] if len(opened.results.figures.domains(k, root)) <= MOST_DOMAINS]
    tables = [
        (kind, kind_name(opened.results, kind), reading_rows.domains(opened, kind, root))
        for kind in known[:MOST_COMPARED]
    ]
    return Panel("results/read_comparison.html", {"tables": tables}) if tables else None


def quality(opened: Opened, asked: Asked) -> Panel | None:
    """How the data came about."""
    del asked
    found = reading_home.quality(opened)
    return Panel("results/read_quality.html", found) if found else None


def documents(opened: Opened, asked: Asked) -> Panel | None:
    """The files of the version."""
    del asked
    found = reading_home.documents(opened)
    return Panel("results/read_documents.html", found) if found else None


def drivers(opened: Opened, asked: Asked) -> Panel | None:
    """What to do first, by the drivers."""
    del asked
    found = reading_drivers.drivers(opened)
    return Panel("results/read_first.html", found) if found.items else None


def further(opened: Opened, asked: Asked) -> Panel | None:
    """Ways to the map and to the targets of units."""
    del asked
    of_units = sum(verdict.domain_kind != WHOLE for verdict in opened.results.verdicts)
    return Panel("results/read_further.html", {"has_map": bool(reading_map.places(opened)), "targets": of_units})


def national(opened: Opened, asked: Asked) -> Panel | None:
    """The national values that the Ministry published."""
    del opened, asked
    return Panel("results/read_national.html", reading_national.national())


OVERVIEW: list[Fill] = [tree, extremes, drivers, ranking, comparison, further, national, quality, documents]


def filled(fills: Sequence[Fill], opened: Opened, asked: Asked) -> list[Panel]:
    """Fill the panels of a page, in order."""
    made = (fill(opened, asked) for fill in fills)
    return [panel for panel in made if panel is not None]


def _toggled(open_nodes: frozenset[str], key: str, branches: Sequence[str]) -> frozenset[str]:
    now = frozenset(branches) if "all" in open_nodes else open_nodes & frozenset(branches)
    return now - {key} if key in now else now | {key}


def _all_open(asked: Asked, branches: Sequence[str]) -> bool:
    return "all" in asked.open_nodes or set(branches) <= asked.open_nodes
