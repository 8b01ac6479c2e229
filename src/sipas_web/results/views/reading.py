"""Pages of results for their readers."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.results import offers
from sipas_web.results.forms.reading import CompareFilter, ListFilter, RankFilter, UnitFilter
from sipas_web.results.permissions import Permission
from sipas_web.results.queries import reading, reading_home, reading_pages, reading_panels, reading_rows
from sipas_web.results.queries.reading import Opened
from sipas_web.shared.access import needs

PER_PAGE = 25


@needs(Permission.RESULT_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """List the published rounds."""
    form = ListFilter(request.actor, request.GET or None)
    found = reading.listed(request.actor, form.wanted())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown = {"form": form, "page": page, "lines": reading_home.lines_of(list(page.object_list))}
    return render(request, "results/read_list.html", shown)


@needs(Permission.RESULT_VIEW)
@require_safe
def newest(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show the newest version of a round's results."""
    return _overview(request, open_or_404(request, round_id, ""))


@needs(Permission.RESULT_VIEW)
@require_safe
def overview(request: ActorRequest, round_id: int, version: str) -> HttpResponse:
    """Show a version of a round's results."""
    return _overview(request, open_or_404(request, round_id, version))


@needs(Permission.RESULT_VIEW)
@require_safe
def node(request: ActorRequest, round_id: int, version: str, node: str) -> HttpResponse:
    """Show an item, a factor or the index by itself."""
    opened = open_or_404(request, round_id, version)
    kind, sort, part = (request.GET.get(name, "") for name in ("kind", "sort", "page"))
    page = reading_pages.node_page(opened, node, kind, sort, part)
    if page is None:
        raise Http404
    return answer(request, opened, "node", "results/read_node.html", {"shown": page})


@needs(Permission.RESULT_VIEW)
@require_safe
def ranks(request: ActorRequest, round_id: int, version: str) -> HttpResponse:
    """Show the ranked units with the places each could hold."""
    opened = open_or_404(request, round_id, version)
    form = RankFilter(opened, request.GET or None)
    form.is_valid()
    kind, text = reading_pages.asked_ranks(opened, request.GET)
    table = reading_rows.ranks(opened, kind, request.GET.get("sort", ""), text, request.GET.get("page", ""))
    return answer(request, opened, "ranks", "results/read_ranks.html", {"form": form, "table": table, "kind": kind})


@needs(Permission.RESULT_VIEW)
@require_safe
def comparison(request: ActorRequest, round_id: int, version: str) -> HttpResponse:
    """Compare the domains of a kind."""
    opened = open_or_404(request, round_id, version)
    kind, node = reading_pages.asked_comparison(opened, request.GET)
    page = reading_pages.comparison_page(opened, kind, node, request.GET.get("sort", ""), request.GET.get("page", ""))
    form = CompareFilter(opened, {"kind": kind, "node": node})
    return answer(request, opened, "comparison", "results/read_compare.html", {"form": form, "shown": page})


@needs(Permission.RESULT_VIEW)
@require_safe
def unit(request: ActorRequest, round_id: int, version: str) -> HttpResponse:
    """Show one agency: the reader's own, or one the reader may open."""
    opened = open_or_404(request, round_id, version)
    domain = request.GET.get("name", "")
    if domain and not opened.may_open(domain):
        raise Http404
    page = reading_pages.unit_page(opened, domain, open_nodes(request))
    if domain and page is None:
        raise Http404
    form = UnitFilter(opened, {"name": page.domain} if page else None)
    offered = offers.offers_of(request.actor, opened, page.domain) if page and not page.row.is_hidden else []
    return answer(request, opened, "unit", "results/read_unit.html", {"form": form, "shown": page, "offers": offered})


def open_or_404(request: ActorRequest, round_id: int, version: str) -> Opened:
    """Open a version; what the reader may not see is not there."""
    opened = reading.opened(request.actor, round_id, version)
    if opened is None:
        raise Http404
    return opened


def open_nodes(request: ActorRequest) -> frozenset[str]:
    """Give the branches of the tree that the address opens."""
    return frozenset(part for part in request.GET.get("open", "").split(",") if part)


def _overview(request: ActorRequest, opened: Opened) -> HttpResponse:
    asked = reading_panels.Asked(open_nodes(request))
    panels = reading_panels.filled(reading_panels.OVERVIEW, opened, asked)
    offered = offers.offers_of(request.actor, opened)
    head = {"head": reading_home.headline(opened), "offers": offered}
    shown = {**head, "panels": panels, "quality": reading_home.quality(opened)}
    return answer(request, opened, "overview", "results/read_overview.html", shown)


def answer(request: ActorRequest, opened: Opened, here: str, template: str, shown: dict[str, Any]) -> HttpResponse:
    """Answer with a page of an opened version; ``here`` names its tab."""
    always = {"opened": opened, "here": here, "notices": reading_home.notices(opened)}
    return render(request, template, {**always, **shown})
