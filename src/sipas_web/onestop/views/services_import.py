"""Pages of the import of online services: the list, its columns, what became of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sipas.errors import SipasError
from sipas_web.audit.actors import ActorRequest
from sipas_web.onestop import service_files as lists
from sipas_web.onestop.actions.services_import import import_list
from sipas_web.onestop.forms.services_import import ServiceColumnsForm, ServiceListForm
from sipas_web.onestop.permissions import Permission
from sipas_web.shared.access import needs
from sipas_web.shared.core_errors import sentence
from sipas_web.units import staged_lists
from sipas_web.units.staged_lists import named


@needs(Permission.SERVICE_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: ActorRequest) -> HttpResponse:
    """Take a list, show its columns, import it: good rows are taken, the others told."""
    if "staged" in request.POST:
        return _columns(request)
    form = ServiceListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            seen, mark, name = staged_lists.stage_seen(form.cleaned_data["file"], request.actor.key, lists.look)
        except SipasError as error:
            form.add_error("file", sentence(error))
        else:
            return _columns_page(request, ServiceColumnsForm(initial={"staged": mark}, seen=seen), name)
    return render(request, "onestop/dossiers/services_import.html", {"form": form, "heads": lists.HEADS})


def _columns(request: ActorRequest) -> HttpResponse:
    kept = staged_lists.found(request.POST["staged"], request.actor.key)
    if kept is None:
        messages.error(request, _("The list is no longer kept here. Choose it again."))
        return redirect("service_import")
    form = ServiceColumnsForm(request.POST, seen=lists.look(kept[0]))
    if form.is_valid():
        try:
            given = lists.read_list(kept[0], form.cleaned_data["chosen"])
            taken = import_list(given=given, unit=form.cleaned_data["unit"], by=request.actor)
        except SipasError as error:
            form.add_error(None, sentence(named(error, *kept)))
        else:
            kept[0].unlink(missing_ok=True)
            return render(request, "onestop/dossiers/services_taken.html", {"taken": taken, "name": kept[1]})
    return _columns_page(request, form, kept[1])


def _columns_page(request: ActorRequest, form: ServiceColumnsForm, name: str) -> HttpResponse:
    return render(request, "onestop/dossiers/services_columns.html", {"form": form, "name": name})
