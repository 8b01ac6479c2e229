"""Pages of online services."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.onestop.actions import services as actions
from sipas_web.onestop.forms.dossiers import EndForm, ServiceFilter, ServiceForm
from sipas_web.onestop.pages import dossiers as pages
from sipas_web.onestop.pages import services as lines
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import services as reads
from sipas_web.onestop.queries.services import ServiceClass
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import FORMATS, table

PER_PAGE = 50


@needs(Permission.FACILITY_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """List online services, and count them by class and year."""
    form = ServiceFilter(request.GET, offering=reads.units_of(request.actor))
    found = reads.found(request.actor, form.wanted(), request.GET.get("sort", ""))
    shown = {
        "form": form,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "years": pages.year_rows(reads.by_year(request.actor)),
        "classes": list(ServiceClass),
        "classifications": pages.classifications(),
        "may_change": request.actor.may(Permission.SERVICE_CHANGE),
    }
    return render(request, "onestop/dossiers/services.html", shown)


@needs(Permission.FACILITY_VIEW)
@require_safe
def download(request: ActorRequest, form: str) -> HttpResponseBase:
    """Give the listed services as a file."""
    if form not in FORMATS:
        raise Http404
    wanted = ServiceFilter(request.GET, offering=reads.units_of(request.actor)).wanted()
    return table("dich-vu-cong-truc-tuyen", form, lines.HEADS, lines.cells(reads.found(request.actor, wanted)))


@needs(Permission.SERVICE_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: ActorRequest) -> HttpResponse:
    """Enter an online service."""
    form = ServiceForm(request.POST or None, by=request.actor)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add(**form.cleaned_data, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The service was entered."))
            return redirect("service_list")
    return render(request, "onestop/dossiers/service_form.html", {"form": form})


@needs(Permission.SERVICE_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: ActorRequest, service_id: int) -> HttpResponse:
    """Say when a service was last offered in its class, or remove one entered by mistake."""
    service = reads.service_for(request.actor, service_id)
    if service is None:
        raise Http404
    if request.method == "POST" and "remove" in request.POST:
        actions.remove(service=service, by=request.actor)
        messages.success(request, _("The service was removed."))
        return redirect("service_list")
    form = EndForm(request.POST or None, initial={"last": service.valid_to})
    if request.method == "POST" and form.is_valid():
        try:
            actions.end(service=service, last=form.cleaned_data["last"], by=request.actor)
        except ValidationError as error:
            form.add_error("last", error.messages[0])
        else:
            return redirect("service_list")
    return render(request, "onestop/dossiers/service_end.html", {"form": form, "service": service})
