"""Pages of dossiers: figures on time, the list, one dossier, the rules of due days, a list for a round."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.onestop import deadlines
from sipas_web.onestop.actions import dossiers_listing
from sipas_web.onestop.forms.dossiers import DossierFilter, FiguresFilter, ListForm
from sipas_web.onestop.pages import dossiers as pages
from sipas_web.onestop.pages import on_time
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import dossiers as reads
from sipas_web.onestop.queries import listing
from sipas_web.onestop.queries.listing import Window
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import FORMATS, table


@needs(Permission.DOSSIER_VIEW)
@require_safe
def figures(request: ActorRequest) -> HttpResponse:
    """Show figures on time."""
    shown = on_time.table_of(FiguresFilter(request.GET), request.actor)
    given = {"first": f"{shown.first:%m/%Y}", "last": f"{shown.last:%m/%Y}", "by": shown.by, "rule": shown.rule}
    form = FiguresFilter({**request.GET.dict(), **given})
    may_import = request.actor.may(Permission.DOSSIER_IMPORT)
    return render(request, "onestop/dossiers/figures.html", {"form": form, "table": shown, "may_import": may_import})


@needs(Permission.DOSSIER_VIEW)
@require_safe
def figures_file(request: ActorRequest, form: str) -> HttpResponseBase:
    """Give the figures as a file."""
    if form not in FORMATS:
        raise Http404
    shown = on_time.table_of(FiguresFilter(request.GET), request.actor)
    name = f"ho-so-dung-han-{shown.first:%m-%Y}-{shown.last:%m-%Y}"
    return table(f"{name}-mo-phong" if shown.is_simulated else name, form, on_time.HEADS, on_time.cells(shown))


@needs(Permission.DOSSIER_VIEW)
@require_safe
def listing_page(request: ActorRequest) -> HttpResponse:
    """List dossiers."""
    form = DossierFilter(pages.aliased(request.GET.dict()))
    found = reads.found(request.actor, form.wanted(), request.GET.get("sort", ""))
    paginator = pages.ShortPaginator(found, pages.PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    shown = {"form": form, "page": page, "rows": pages.rows_shown(page), "is_more": paginator.is_more}
    return render(request, "onestop/dossiers/list.html", {**shown, "most": reads.MOST_COUNTED})


@needs(Permission.DOSSIER_VIEW)
@require_safe
def list_file(request: ActorRequest, form: str) -> HttpResponseBase:
    """Give the list as a file, without applicants; recorded."""
    if form not in FORMATS:
        raise Http404
    wanted = DossierFilter(pages.aliased(request.GET.dict())).wanted()
    found = reads.found(request.actor, wanted, request.GET.get("sort", ""))
    try:
        dossiers_listing.note_export(dossiers=found, wanted=wanted, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(f"{reverse('dossier_list')}?{request.GET.urlencode()}")
    return table(pages.file_name(found), form, pages.LIST_HEADS, pages.list_cells(found))


@needs(Permission.DOSSIER_VIEW)
@require_safe
def detail(request: ActorRequest, dossier_id: int) -> HttpResponse:
    """Show a dossier; who handed it in stays sealed."""
    dossier = reads.dossier_for(request.actor, dossier_id)
    if dossier is None:
        raise Http404
    shown = {"dossier": dossier, "standing": pages.standing_of(dossier), "rule": pages.rule_of(dossier)}
    return render(request, "onestop/dossiers/detail.html", shown)


@needs(Permission.DOSSIER_VIEW)
@require_safe
def rules(request: ActorRequest) -> HttpResponse:
    """Show the rules of due days with what each rests on."""
    return render(request, "onestop/dossiers/rules.html", {"rules": deadlines.rules()})


@needs(Permission.DOSSIER_IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def to_round(request: ActorRequest) -> HttpResponse:
    """Write finished dossiers into a round's lists."""
    rounds = listing.rounds_for(request.actor)
    first = rounds.first()
    initial = {"round": first, "first": first.window_from, "last": first.window_to} if first else {}
    form = ListForm(request.POST or None, rounds=rounds, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        agencies = listing.measured(given["round"]) if given["agencies"] == "measured" else None
        try:
            window = Window(given["first"], given["last"], agencies)
            job = dossiers_listing.ask(round_=given["round"], window=window, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The list is being written; it will stand among the lists of the round."))
            return redirect("job_detail", job.pk)
    shown = {"form": form, "has_rounds": first is not None, "way_out": pages.way_to_a_round(request.actor)}
    return render(request, "onestop/dossiers/to_round.html", shown)
