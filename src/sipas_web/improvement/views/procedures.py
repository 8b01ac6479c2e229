"""Pages of procedures and simplifications."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from sipas.errors import SipasError
from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.actions import procedures as actions
from sipas_web.improvement.actions.procedures_import import import_list
from sipas_web.improvement.forms.procedures import (
    NameForm,
    ProcedureFilter,
    ProcedureForm,
    ProcedureListForm,
    SimplifyForm,
    VersionForm,
)
from sipas_web.improvement.pages import procedures as pages
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.procedure_files import heads
from sipas_web.improvement.queries import measures as measure_reads
from sipas_web.improvement.queries import procedures as reads
from sipas_web.improvement.queries.procedures import Procedure
from sipas_web.privacy.views.faults import add_faults
from sipas_web.shared import downloads
from sipas_web.shared.access import needs
from sipas_web.shared.core_errors import sentence

PER_PAGE = 50


@needs(Permission.PLAN_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """List procedures."""
    form = ProcedureFilter(request.GET or None)
    wanted = form.wanted()
    found = reads.found(request.actor, wanted, request.GET.get("sort", ""))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown = {
        "form": form,
        "page": page,
        "rows": pages.lines(page.object_list),
        "is_filtered": wanted != reads.Wanted(),
        "may_change": request.actor.may(Permission.PLAN_CHANGE),
    }
    return render(request, "improvement/plans/procedures.html", shown)


@needs(Permission.PLAN_VIEW)
@require_safe
def download(request: ActorRequest, form: str) -> HttpResponseBase:
    """Give the listed procedures with all their versions as a file."""
    if form not in downloads.FORMATS:
        raise Http404
    found = reads.found(request.actor, ProcedureFilter(request.GET or None).wanted(), request.GET.get("sort", ""))
    return downloads.table("thu-tuc-hanh-chinh", form, *pages.sheet(found))


@needs(Permission.PLAN_VIEW)
@require_safe
def detail(request: ActorRequest, procedure_id: int) -> HttpResponse:
    """Show a procedure: what it asks today, every version, every simplification."""
    found = _found(request, procedure_id)
    return render(request, "improvement/plans/procedure.html", pages.procedure_page(found, request.actor))


@needs(Permission.PLAN_CHANGE)
def add(request: ActorRequest) -> HttpResponse:
    """Add a procedure."""
    form = ProcedureForm(request.POST or None, places=measure_reads.places(request.actor))
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("unit", "code", "name", "area", "field")}
        try:
            made = actions.add(**given, content=form.content(), by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The procedure was added."))
            return redirect("procedure_detail", made.pk)
    shown = {"form": form, "title": _("Add a procedure"), "verb": _("Add")}
    return render(request, "improvement/plans/procedure_form.html", shown)


@needs(Permission.PLAN_CHANGE)
def change(request: ActorRequest, procedure_id: int) -> HttpResponse:
    """Correct the name or the field of a procedure."""
    found = _found(request, procedure_id, change=True)
    given = {"name": found.name, "field": found.field, "area": found.area}
    form = NameForm(request.POST or None, initial=given)

    def act() -> object:
        return actions.change(procedure_id=found.pk, **form.cleaned_data, by=request.actor)

    return _form(request, found, form, act, title=_("Correct name and field"), said=_("Saved."))


@needs(Permission.PLAN_CHANGE)
def add_version(request: ActorRequest, procedure_id: int) -> HttpResponse:
    """Add a version."""
    found = _found(request, procedure_id, change=True)
    form = VersionForm(request.POST or None, initial=pages.begun(found))

    def act() -> object:
        return actions.add_version(procedure_id=found.pk, content=form.content(), by=request.actor)

    return _form(request, found, form, act, title=_("Add a version"), said=_("The version was added."))


@needs(Permission.PLAN_CHANGE)
def simplify(request: ActorRequest, procedure_id: int) -> HttpResponse:
    """Follow the newest version by a lighter one."""
    found = _found(request, procedure_id, change=True)
    measures = measure_reads.to_simplify(request.actor)
    form = SimplifyForm(request.POST or None, measures=measures, initial=pages.begun(found))

    def act() -> object:
        return actions.simplify(procedure_id=found.pk, content=form.content(), by=request.actor, **form.extra())

    return _form(
        request, found, form, act, title=_("Enter a simplification"), said=_("The simplification was entered.")
    )


@needs(Permission.PLAN_VIEW)
@require_safe
def simplifications(request: ActorRequest) -> HttpResponse:
    """List what was simplified."""
    page = Paginator(reads.simplifications(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    shown = {"page": page, "rows": pages.saved(page.object_list)}
    return render(request, "improvement/plans/simplifications.html", shown)


@needs(Permission.PLAN_VIEW)
@require_safe
def simplifications_file(request: ActorRequest, form: str) -> HttpResponseBase:
    """Give what was simplified as a file."""
    if form not in downloads.FORMATS:
        raise Http404
    return downloads.table("don-gian-hoa-thu-tuc", form, *pages.saved_sheet(reads.simplifications(request.actor)))


@needs(Permission.PLAN_CHANGE)
def take_list(request: ActorRequest) -> HttpResponse:
    """Take a list of procedures in."""
    places = measure_reads.places(request.actor)
    form = ProcedureListForm(request.POST or None, request.FILES or None, places=places)
    taken = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            taken = import_list(unit=given["unit"], chunks=given["file"].chunks(), by=request.actor)
        except SipasError as error:
            form.add_error("file", sentence(error))
    shown = {"form": form, "taken": taken, "heads": heads()}
    return render(request, "improvement/plans/procedure_import.html", shown)


def _form(
    request: ActorRequest, found: Procedure, form: Form, act: Callable[[], object], *,
    title: StrOrPromise, said: StrOrPromise,
) -> HttpResponse:  # fmt: skip
    """Show a form of one step on a procedure, and take it."""
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, said)
            return redirect("procedure_detail", found.pk)
    shown: dict[str, Any] = {"procedure": found, "form": form, "title": title, "verb": _("Save")}
    return render(request, "improvement/plans/procedure_form.html", shown)


def _found(request: ActorRequest, procedure_id: int, *, change: bool = False) -> Procedure:
    found = reads.procedure_for(request.actor, procedure_id)
    if found is None:
        raise Http404
    if change:
        request.actor.require(Permission.PLAN_CHANGE, found.unit)
    return found
