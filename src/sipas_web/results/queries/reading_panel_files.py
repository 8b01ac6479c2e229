"""The files of the map, the national line, the drivers and the targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from sipas_web.results.queries import reading, reading_drivers, reading_map, reading_national, reading_targets
from sipas_web.results.queries.reading import Opened
from sipas_web.results.queries.reading_rows import HIDDEN
from sipas_web.results.sheets import rounded
from sipas_web.shared.downloads import Cell

Made = tuple[str, tuple[str, ...], tuple[tuple[Cell, ...], ...], Mapping[str, Any] | str]
NAME_WIDTH = 40


def place_map(opened: Opened, query: Mapping[str, str]) -> Made | None:
    """Give the map with its table; None where there is none."""
    found = reading_map.sheet(opened, query)
    if found is None:
        return None
    title, page, drawing = found
    heads = (_("Code"), _("Name"), _("Index (%)"), _("Lower limit 95%"), _("Upper limit 95%"), _("Respondents (n)"))
    rows = page.table.rows if page.table else ()
    cells = tuple(
        (row.key, row.name, *(HIDDEN,) * 4)
        if row.is_hidden
        else (row.key, row.name, *(rounded(v) for v in (row.value.percent, row.value.low, row.value.high)), row.value.n)
        for row in rows
    )
    return title, heads, cells, drawing


def national(opened: Opened, query: Mapping[str, str]) -> Made:
    """Give the published national line."""
    del opened, query
    heads, cells, chart = reading_national.chart()
    return _("National index published by the Ministry of Home Affairs"), heads, cells, chart


def drivers(opened: Opened, query: Mapping[str, str]) -> Made | None:
    """Give the drivers; None where there are none."""
    del query
    from sipas.reporting.charts.quadrants import quadrants

    found = reading_drivers.drivers(opened)
    if not found.items:
        return None
    rows = [item.row for item in found.items]
    names = ("importance", "importance_low", "importance_high", "percent", "low", "high")
    cells = tuple(
        (
            item.mark,
            item.name,
            *(rounded(item.row[name]) for name in names),
            str(item.quadrant_name),
            _("yes") if item.is_sure else _("no"),
        )
        for item in found.items
    )
    drawn = [{"mark": item.mark, **{name: item.row[name] for name in names}} for item in found.items]
    titles = (_("Satisfied (%)"), _("Importance (% of R²)"))
    chart = quadrants(drawn, reading_drivers.lines(rows), titles, reading_drivers.corners())
    title = reading.about(opened, _("Importance and performance of the items"))
    return title, reading_drivers.heads(), cells, chart


def targets(opened: Opened, query: Mapping[str, str]) -> Made | None:
    """Give the targets with their verdicts; None where none was set."""
    del query
    from sipas.reporting.charts.dots import dots
    from sipas.reporting.charts.theme import wrap

    found = reading_targets.targets(opened)
    if not found.rows:
        return None
    heads = (_("Unit"), _("In"), _("Target (%)"), _("Index (%)"), _("Lower limit 95%"), _("Upper limit 95%"))
    cells = tuple(
        (row.name, row.node_name, rounded(row.target), *_figures(row), str(row.text), row.source) for row in found.rows
    )
    drawn = [
        {
            "name": wrap(f"{row.name}: {row.node_name}", NAME_WIDTH),
            "percent": row.value.percent,
            "low": row.value.low,
            "high": row.value.high,
            "target": row.target,
        }
        for row in found.rows
        if row.value is not None and row.value.percent is not None
    ]
    title = reading.about(opened, _("Targets and whether they are met"))
    return title, (*heads, _("Verdict"), _("Set by")), cells, dots(drawn, _("Satisfied (%); bar: target"))


def _figures(row: reading_targets.Judged) -> tuple[Cell, ...]:
    if row.is_hidden:
        return (HIDDEN,) * 3
    value = row.value
    return (None,) * 3 if value is None else tuple(rounded(v) for v in (value.percent, value.low, value.high))
