"""The map of a round: provinces filled, or communes as bubbles in the outline of their province."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from sipas_web.results.queries import reading, reading_home
from sipas_web.results.queries.reading import Opened
from sipas_web.results.queries.reading_names import kind_name, node_name
from sipas_web.results.queries.reading_rows import Row, Rows, domains
from sipas_web.shared.vietnamese_text import search_key

PLACES = ("province", "commune")
NATION = "all"
EMPTY = gettext_noop("none, or withheld")
NOTHING = SafeString("")
CREDIT = "@svg-maps/vietnam, Stephen Truong, CC BY 4.0"


@dataclass(frozen=True, slots=True)
class MapPage:
    """A map with its table. ``drawing`` is empty where no kind of place was published."""

    kind: str
    kinds: tuple[tuple[str, str], ...]
    node: str
    node_name: str
    kind_name: str = ""
    table: Rows | None = None
    drawing: SafeString = NOTHING
    locator: SafeString = NOTHING
    legend: tuple[tuple[int, str], ...] = ()  # band, label
    off_map: int = 0  # rows without a known place
    hidden: int = 0
    is_old: bool = False  # outlines before 1/7/2025
    is_limited: bool = False
    credit: str = CREDIT


def map_page(opened: Opened, query: Mapping[str, str]) -> MapPage:
    """Draw the values of the places of one kind."""
    kinds = places(opened)
    kind, node = _asked(opened, query, kinds)
    named = tuple((k, kind_name(opened.results, k)) for k in kinds)
    told: dict[str, Any] = {"kind": kind, "kinds": named, "node": node, "node_name": node_name(opened.results, node)}
    if not kind:
        return MapPage(**told)
    from sipas.geography.maps import REFORM

    table = domains(opened, kind, node, query.get("sort", ""))
    drawing, locator = _drawn(opened, kind, table, _title(opened, kind, node))
    shown = drawing.count("<circle") if kind == "commune" else len(table.rows)
    return MapPage(
        **told,
        kind_name=kind_name(opened.results, kind),
        table=table,
        drawing=SafeString(drawing),
        locator=SafeString(locator),
        legend=tuple((place, band.label) for place, band in enumerate(_scale(table))),
        off_map=len(table.rows) - shown,
        hidden=sum(row.is_hidden for row in table.rows),
        is_old=opened.round.window_to < REFORM,
        is_limited=opened.is_limited(kind, node),
    )


def places(opened: Opened) -> list[str]:
    """List the kinds of places that were published and can be drawn: in one province there is one province to fill."""
    return [k for k in PLACES if k in reading.kinds(opened) and (k == "province") == _is_national(opened)]


def sheet(opened: Opened, query: Mapping[str, str]) -> tuple[str, MapPage, str] | None:
    """Give a map as a picture that leaves its page: its title, the page, and the SVG; None where there is no map."""
    from sipas.reporting.charts.maps import map_sheet

    page = map_page(opened, query)
    if page.table is None:
        return None
    title = reading.about(opened, _title(opened, page.kind, page.node))
    notes = [*reading_home.notices(opened), _("Map: %(credit)s; merged to 34 provinces.") % {"credit": CREDIT}]
    made = map_sheet(
        str(page.drawing), title, notes, locator=str(page.locator), scale=_scale(page.table), empty=_(EMPTY)
    )
    return title, page, made


def _asked(opened: Opened, query: Mapping[str, str], kinds: list[str]) -> tuple[str, str]:
    figures = opened.results.figures
    kind, node = query.get("kind", ""), query.get("node", "")
    return kind if kind in kinds else next(iter(kinds), ""), node if node in figures.titles else figures.root


def _is_national(opened: Opened) -> bool:
    return opened.results.settings.province == NATION


def _title(opened: Opened, kind: str, node: str) -> str:
    told = {"node": node_name(opened.results, node), "kind": kind_name(opened.results, kind)}
    return _("%(node)s by %(kind)s") % told


def _scale(table: Rows) -> Sequence[Any]:
    from sipas.reporting.charts.maps import bands

    return bands([row.value.percent for row in table.rows if row.value.percent is not None])


def _drawn(opened: Opened, kind: str, table: Rows, title: str) -> tuple[str, str]:
    """Draw the map, and for communes the small one that shows where their province lies."""
    from sipas.reporting.charts.maps import commune_svg, locator_svg, province_svg

    on = opened.round.window_to
    codes = _codes(opened, kind, table)
    values = {codes[row.key]: row.value.percent for row in table.rows if row.key in codes}
    labels = {codes[row.key]: _said(row) for row in table.rows if row.key in codes}
    if kind == "province":
        return province_svg(values, labels, on, title, empty=_(EMPTY)), ""
    province = opened.results.settings.province
    where = _("%(unit)s on the map of the country, with Hoàng Sa and Trường Sa") % {"unit": opened.round.unit.full_name}
    return commune_svg(province, values, labels, on, title), locator_svg(province, on, where)


def _said(row: Row) -> str:
    if row.is_hidden:
        return _("%(name)s: withheld") % {"name": row.name}
    if not row.percent or row.value.percent is None:
        return _("%(name)s: no figure") % {"name": row.name}
    told = {"name": row.name, "value": row.percent, "ends": row.ends, "n": row.n}
    return _("%(name)s: %(value)s %% (%(ends)s; n = %(n)s)") % told


def _codes(opened: Opened, kind: str, table: Rows) -> dict[str, str]:
    """Give the code of each domain; tables made elsewhere may hold names, which are looked up where they are one."""
    named = [row.key for row in table.rows if not row.key.isdigit()]
    codes = {row.key: row.key for row in table.rows if row.key.isdigit()}
    if not named:
        return codes
    from sipas.geography import units_at

    found: dict[str, list[str]] = {}
    units = units_at(opened.round.window_to, level="province" if kind == "province" else "commune")
    province = opened.results.settings.province
    inside = [province, None] if kind == "commune" else None
    for row in units.iter_rows(named=True):
        if inside is None or row["parent_code"] in inside:
            for name in (row["name"], f"{row['kind']} {row['name']}"):
                found.setdefault(search_key(name), []).append(row["code"])
    known = {name: set(found.get(search_key(name), [])) for name in named}
    return codes | {name: next(iter(one)) for name, one in known.items() if len(one) == 1}
