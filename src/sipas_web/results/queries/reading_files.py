"""The tables and charts of the pages as files: the same rows, the same figures, the same signs for what is withheld."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sipas_web.results.queries import reading, reading_home, reading_pages, reading_panel_files, reading_rows
from sipas_web.results.queries.reading import Opened
from sipas_web.results.queries.reading_names import domain_name, kind_name, node_name
from sipas_web.results.queries.reading_panel_files import Made
from sipas_web.results.queries.reading_rows import HIDDEN, Row, Rows, Spread
from sipas_web.results.sheets import Sheet, rounded
from sipas_web.shared.downloads import Cell
from sipas_web.shared.vietnamese_text import slug

NAME_WIDTH = 40  # letters of a line of a name in a chart
MOST_DRAWN = 160  # rows of one chart


@dataclass(frozen=True, slots=True)
class Taken:
    """A table of a page, ready to leave it; ``chart`` is a Vega-Lite specification, or a map as SVG."""

    sheet: Sheet
    chart: Mapping[str, Any] | str
    file_name: str  # without its ending; plain ASCII


def taken(opened: Opened, table: str, query: Mapping[str, str]) -> Taken | None:
    """Give a table of a page by its name; None where there is none, or the reader may not have it."""
    make = TABLES.get(table)
    made = None if make is None or opened.is_draft else make(opened, query)
    if made is None:
        return None
    title, heads, rows, chart = made
    published = table in PUBLISHED
    source = _("Source: Ministry of Home Affairs; published values, in the table with the source of each year.")
    notices = [source] if published else reading_home.notices(opened)
    notes = (*notices, *([] if published else _notes(opened, heads, rows)))
    shown = chart if isinstance(chart, str) else _alone(chart, title, notices)
    return Taken(Sheet(title, heads, rows, notes), shown, PUBLISHED.get(table) or _file_name(opened, table))


def _tree(opened: Opened, query: Mapping[str, str]) -> Made:
    del query
    rows = reading_rows.tree(opened, {"all"})
    title = reading.about(opened, _("Satisfaction index, contents, factors and items"))
    return (title, *_values(opened, _("Index, factor, item"), rows), _dots(opened, rows, of_index=True))


def _ranks(opened: Opened, query: Mapping[str, str]) -> Made:
    from sipas.reporting.charts.dots import rank_intervals
    from sipas.reporting.charts.theme import wrap

    kind, text = reading_pages.asked_ranks(opened, query)
    rows = reading_rows.ranks(opened, kind, query.get("sort", ""), text)
    heads, cells = _values(opened, _capital(kind_name(opened.results, kind)), rows)
    more = tuple(
        (*line, *((HIDDEN,) * 3 if row.is_hidden else (row.value.rank, row.value.rank_low, row.value.rank_high)))
        for line, row in zip(cells, rows.rows, strict=True)
    )
    known = [row for row in rows.rows if row.value.rank is not None and row.value.rank_low is not None][:MOST_DRAWN]
    drawn = [
        {
            "name": wrap(r.name, NAME_WIDTH),
            "rank": r.value.rank,
            "rank_low": r.value.rank_low,
            "rank_high": r.value.rank_high,
        }
        for r in known
    ]
    ranked = max((row.value.ranked or 1 for row in known), default=1)
    title = reading.about(opened, _("Ranks, and the ranks each unit could hold"))
    heads = (*heads, _("Rank"), _("Best possible rank"), _("Worst possible rank"))
    return title, heads, more, rank_intervals(drawn, ranked, _("Rank (1 is the highest)"))


def _comparison(opened: Opened, query: Mapping[str, str]) -> Made:
    results = opened.results
    kind, node = reading_pages.asked_comparison(opened, query)
    rows = reading_rows.domains(opened, kind, node, query.get("sort", ""))
    told = _("%(node)s by %(kind)s") % {"node": node_name(results, node), "kind": kind_name(results, kind)}
    heads, cells = _values(opened, _capital(kind_name(results, kind)), rows)
    return reading.about(opened, told), heads, cells, _dots(opened, rows, results.figures.whole(node))


def _extremes(opened: Opened, query: Mapping[str, str]) -> Made:
    del query
    low, high = reading_rows.extremes(opened)
    rows = Rows((*low.rows, *reversed(high.rows)), low.axis, low.scale)
    heads, cells = _values(opened, _("Item"), rows)
    notes = [row.note for row in rows.rows]
    cells = tuple((*line, note[0]) for line, note in zip(cells, notes, strict=True))
    told = _("Items surely higher (of the weakest), surely lower (of the strongest)")
    return reading.about(opened, _("Weakest and strongest items")), (*heads, told), cells, _dots(opened, rows)


def _answers(opened: Opened, query: Mapping[str, str]) -> Made | None:
    page = reading_pages.node_page(opened, query.get("node", ""), query.get("kind", ""), "")
    if page is None or page.whole is None:
        return None
    parts = [page.whole, *page.spreads]
    names = [name for name, _shade in page.options]
    heads = (_("Group"), "n", *(f"{name} (%)" for name in names))
    cells = tuple(
        (
            part.name,
            HIDDEN if part.is_hidden else next((a.estimate.n for a in part.answers if a.estimate.n is not None), None),
            *(HIDDEN if part.is_hidden else _share(a.estimate.estimate) for a in part.answers),
        )
        for part in parts
    )
    return reading.about(opened, page.row.name), heads, cells, _stacked(parts, names)


def _unit(opened: Opened, query: Mapping[str, str]) -> Made | None:
    domain = query.get("name", "") or next(iter(opened.own), "")
    if not domain or not opened.may_open(domain):
        return None
    rows = reading_rows.tree(opened, {"all"}, opened.main_kind, domain)
    title = reading.about(opened, domain_name(opened.results, opened.main_kind, domain))
    return (title, *_values(opened, _("Index, factor, item"), rows), _dots(opened, rows)) if rows.rows else None


TABLES: dict[str, Callable[[Opened, Mapping[str, str]], Made | None]] = {
    "tree": _tree,
    "ranks": _ranks,
    "comparison": _comparison,
    "extremes": _extremes,
    "answers": _answers,
    "unit": _unit,
    "map": reading_panel_files.place_map,
    "national": reading_panel_files.national,
    "drivers": reading_panel_files.drivers,
    "targets": reading_panel_files.targets,
}
# Values that others published: the round's own notices and version do not hold for them.
PUBLISHED = {"national": "chi-so-ca-nuoc"}


def _values(opened: Opened, first: str, rows: Rows) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    heads = (first, _("Index (%)"), _("Lower limit 95%"), _("Upper limit 95%"), _("Respondents (n)"))
    more = (_("Change (points)"), _("Change: lower limit 95%"), _("Change: upper limit 95%")) if rows.has_change else ()
    return (*heads, *more), tuple(_cells(row, changed=rows.has_change) for row in rows.rows)


def _cells(row: Row, *, changed: bool) -> tuple[Cell, ...]:
    value, name = row.value, f"{'  ' * row.level}{row.name}"
    if row.is_hidden:
        return (name, *(HIDDEN,) * (7 if changed else 4))
    cells: tuple[Cell, ...] = (name, rounded(value.percent), rounded(value.low), rounded(value.high), value.n)
    more = (rounded(value.change), rounded(value.change_low), rounded(value.change_high))
    return (*cells, *more) if changed else cells


def _dots(opened: Opened, rows: Rows, whole: Any = None, *, of_index: bool = False) -> Mapping[str, Any]:
    from sipas.reporting.charts.dots import dots
    from sipas.reporting.charts.theme import wrap
    from sipas.reporting.wording import number

    shown = [row for row in rows.rows if row.value.percent is not None][:MOST_DRAWN]
    drawn = [
        {"name": wrap(r.name, NAME_WIDTH), "percent": r.value.percent, "low": r.value.low, "high": r.value.high}
        for r in shown
    ]
    told = _capital(_("target of the index")) if of_index else _("Target")
    lines = [(f"{told}: {number(value)}", value) for name, value in rows.scale.lines if name == "target"]
    if whole is not None and whole.percent is not None:
        lines.append((f"{_('Whole round')}: {number(whole.percent)}", whole.percent))
    return dots(drawn, _("Satisfied (%)"), lines)


def _stacked(parts: list[Spread], names: list[str]) -> Mapping[str, Any]:
    from sipas.reporting.charts.stacked import stacked_answers
    from sipas.reporting.charts.theme import wrap

    drawn: list[dict[str, Any]] = []
    for part in (p for p in parts if not p.is_hidden):
        start = 0.0
        for order, answer in enumerate(part.answers):
            percent = 100 * (answer.estimate.estimate or 0.0)
            place = {"order": order, "start": start, "end": start + percent, "percent": percent}
            drawn.append({"name": wrap(part.name, NAME_WIDTH), "answer": answer.name, **place})
            start += percent
    return stacked_answers(drawn, names, _("Share of the answers (%)"))


def _alone(chart: Mapping[str, Any], title: str, notices: list[str]) -> Mapping[str, Any]:
    from sipas.reporting.charts.theme import alone

    return alone(chart, title, " ".join(notices))


def _notes(opened: Opened, heads: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...]) -> list[str]:
    told = [_("Version %(version)s.") % {"version": opened.version}]
    if len(heads) > 1 and any(HIDDEN in row for row in rows):
        least = opened.results.edition.minimum_cell
        told.append(
            _("…: withheld to protect those who answered: fewer than %(least)d answers, or needed to hide such a cell.")
            % {"least": least}
        )
    return told


def _file_name(opened: Opened, table: str) -> str:
    mark = "-mo-phong" if opened.results.settings.simulated else ""
    return f"{slug(opened.round.unit.full_name)}-{opened.round.year}-{opened.version}-{table}{mark}"


def _share(value: float | None) -> float | None:
    return None if value is None else rounded(100 * value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
