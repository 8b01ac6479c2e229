"""The list of directives, what is cited and missing, one directive, its cascade."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.forms.directives import DirectiveFilter
from sipas_web.improvement.pages.directives import detail as pages
from sipas_web.improvement.pages.directives.graph import draw
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.directives import access, cascade, citing
from sipas_web.improvement.views.directives.found import directive_or_404
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import FORMATS, table

PER_PAGE = 50


@needs(Permission.DIRECTIVE_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """List directives."""
    form = _filter(request)
    found = access.found(request.actor, _wanted(request, form), request.GET.get("sort", "")).prefetch_related(
        "addressees"
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown = {
        "form": form,
        "page": page,
        "rows": pages.list_rows(list(page)),
        "drafts": access.drafts(request.actor).select_related("unit", "issuer").order_by("created")[:PER_PAGE],
        "may_keep": request.actor.may(Permission.DIRECTIVE_KEEP),
    }
    return render(request, "improvement/directives/list.html", shown)


@needs(Permission.DIRECTIVE_VIEW)
@require_safe
def export(request: ActorRequest, form: str) -> HttpResponseBase:
    """Give the listed directives as a file."""
    if form not in FORMATS:
        raise Http404
    wanted = _wanted(request, _filter(request))
    found = access.found(request.actor, wanted, request.GET.get("sort", "")).prefetch_related("addressees")
    return table("van-ban-chi-dao", form, pages.CSV_HEADS, pages.csv_rows(found))


@needs(Permission.DIRECTIVE_VIEW)
@require_safe
def missing(request: ActorRequest) -> HttpResponse:
    """List documents that are cited and not kept."""
    with_legal = request.GET.get("legal") == "1"
    page = Paginator(citing.missing(request.actor, with_legal=with_legal), PER_PAGE).get_page(request.GET.get("page"))
    may_keep = request.actor.may(Permission.DIRECTIVE_KEEP)
    shown = {"page": page, "rows": pages.missing_rows(list(page)), "with_legal": with_legal, "may_keep": may_keep}
    return render(request, "improvement/directives/missing.html", shown)


@needs(Permission.DIRECTIVE_VIEW)
@require_safe
def detail(request: ActorRequest, directive_id: int) -> HttpResponse:
    """Show a directive; one that is still corrected at its reading."""
    directive = directive_or_404(request, directive_id)
    if directive.state == "read":
        return redirect("directive_reading", directive.pk)
    return render(request, "improvement/directives/detail.html", pages.facts(directive, request.actor))


@needs(Permission.DIRECTIVE_VIEW)
@require_safe
def graph(request: ActorRequest, directive_id: int) -> HttpResponse:
    """Show the cascade as a tree and as a drawing."""
    directive = directive_or_404(request, directive_id)
    node = cascade.tree_of(directive, request.actor)
    shown = {
        "directive": directive,
        "node": node,
        "drawing": draw(node),
        "above": pages.above_lines(directive, request.actor),
        "may_keep": request.actor.may(Permission.DIRECTIVE_KEEP),
    }
    return render(request, "improvement/directives/cascade.html", shown)


def _wanted(request: ActorRequest, form: DirectiveFilter) -> access.Wanted:
    """Give the filter, and the unit and period from which a report leads here."""
    unit = request.GET.get("don-vi", "")
    return replace(
        form.wanted(),
        unit=int(unit) if unit.isdecimal() else None,
        since=_day(request, "tu"),
        until=_day(request, "den"),
    )


def _day(request: ActorRequest, name: str) -> dt.date | None:
    try:
        return parse_date(request.GET.get(name, ""))
    except ValueError:
        return None


def _filter(request: ActorRequest) -> DirectiveFilter:
    years = [day.year for day in access.years(request.actor)]
    return DirectiveFilter(request.GET, years=years)
