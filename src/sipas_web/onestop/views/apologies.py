"""Pages of apologies: what is due, what became late, who answers for it, the rules."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.onestop.actions import apologies as actions
from sipas_web.onestop.apology_rules import LATE
from sipas_web.onestop.forms.apologies import LISTED, DossierFilter, ManyForm, PeriodForm
from sipas_web.onestop.pages import apologies as pages
from sipas_web.onestop.pages import apology_tables as tables
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import apologies as reads
from sipas_web.onestop.queries import apology_figures as counts
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import FORMATS, table

PER_PAGE = 50


@needs(Permission.APOLOGY_VIEW)
@require_safe
def due(request: ActorRequest) -> HttpResponse:
    """List dossiers in progress that are to be apologised for."""
    return due_page(request, ManyForm())


def due_page(request: ActorRequest, many: ManyForm) -> HttpResponse:
    """Show the list with the form of several letters."""
    form, on = DossierFilter(request.GET, standings=LISTED), reads.today()
    found = reads.to_apologise(request.actor, on, form.wanted(), request.GET.get("sort", ""))
    may = request.actor.may
    shown = _list(request, form, found) | {
        "may_draft": may(Permission.APOLOGY_DRAFT),
        "may_sign": may(Permission.APOLOGY_SIGN),
        "many": many,
        "is_every_chosen": "chon" in request.GET,
        "chosen": chosen(request, "dossier"),
        "chosen_letters": chosen(request, "letter"),
    }
    return render(request, "onestop/apologies/due.html", shown)


def chosen(request: ActorRequest, name: str) -> list[int]:
    """Give the keys of what was ticked."""
    return [int(key) for key in request.POST.getlist(name) if key.isascii() and key.isdecimal() and len(key) < 19]


@needs(Permission.APOLOGY_VIEW)
@require_safe
def late(request: ActorRequest) -> HttpResponse:
    """List dossiers that became late, by how they stand."""
    form = DossierFilter(request.GET, standings=LATE, with_days=True)
    found = reads.late(request.actor, reads.today(), form.wanted(), request.GET.get("sort", ""))
    return render(request, "onestop/apologies/late.html", _list(request, form, found))


@needs(Permission.APOLOGY_VIEW)
@require_safe
def late_file(request: ActorRequest, form: str) -> HttpResponseBase:
    """Give the late dossiers listed as a file."""
    if form not in FORMATS:
        raise Http404
    wanted = DossierFilter(request.GET, standings=LATE, with_days=True).wanted()
    found = reads.late(request.actor, reads.today(), wanted, request.GET.get("sort", ""))
    rows = list(tables.late_rows(found.iterator(chunk_size=1000), reads.today()))
    actions.note_export(rows=len(rows), by=request.actor)
    return table("ho-so-tre-hen", form, tables.late_heads(), rows)


@needs(Permission.APOLOGY_VIEW)
@require_safe
def figures(request: ActorRequest) -> HttpResponse:
    """Show late dossiers without an apology by the head who answers, and the coverage."""
    form = PeriodForm(request.GET)
    first, last = form.period()
    told = counts.figures(request.actor, reads.today(), first, last, request.GET.get("sort", ""))
    shown = {"form": form, "first": first, "last": last, "told": told, "tables": tables.shown(told, first, last)}
    return render(request, "onestop/apologies/figures.html", shown)


@needs(Permission.APOLOGY_VIEW)
@require_safe
def figures_file(request: ActorRequest, form: str) -> HttpResponseBase:
    """Give the figures as a file."""
    if form not in FORMATS:
        raise Http404
    first, last = PeriodForm(request.GET).period()
    told = counts.figures(request.actor, reads.today(), first, last)
    return table("xin-loi-theo-thu-truong", form, tables.figure_heads(), tables.figure_rows(told, first, last))


@needs(Permission.APOLOGY_VIEW)
@require_safe
def dossier(request: ActorRequest, dossier_id: int) -> HttpResponse:
    """Show how a dossier stands, its letters, and what can be done."""
    found = reads.dossier_for(request.actor, dossier_id)
    if found is None:
        raise Http404
    return render(request, "onestop/apologies/dossier.html", pages.dossier_facts(found, request.actor))


@needs(Permission.APOLOGY_VIEW)
@require_safe
def rules(request: ActorRequest) -> HttpResponse:
    """Show the rules and forms by date, with their sources."""
    return render(request, "onestop/apologies/rules.html", pages.rule_rows() | {"title": _("Rules on apologies")})


def _list(request: ActorRequest, form: DossierFilter, found: Any) -> dict[str, Any]:
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    wanted = form.wanted()
    return {
        "form": form,
        "page": page,
        "rows": pages.lines(page, reads.today()),
        "unit": reads.unit_named(wanted.unit),
        "is_filtered": any(request.GET.get(name) for name in ("standing", "number", "tu", "den", "don-vi")),
    }
