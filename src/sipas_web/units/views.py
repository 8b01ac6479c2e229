"""Pages of the tree."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sipas.errors import SipasError
from sipas_web.audit.actors import ActorRequest
from sipas_web.shared.access import needs
from sipas_web.shared.column_forms import ListColumnsForm
from sipas_web.shared.core_errors import sentence
from sipas_web.shared.downloads import attachment
from sipas_web.shared.listed_columns import Fault
from sipas_web.units import actions, lists, queries, staged_lists
from sipas_web.units.actions.exchange import FORMATS, ListRefusedError
from sipas_web.units.forms import DissolveForm, ListForm, MoveForm, NameForm, UnitFilter, UnitForm
from sipas_web.units.permissions import Permission
from sipas_web.units.queries import Unit
from sipas_web.units.staged_lists import named

PER_PAGE = 50


@needs(Permission.UNIT_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """List units."""
    form, units = _filtered(request)
    page = Paginator(units, PER_PAGE).get_page(request.GET.get("page"))
    above = queries.parents_at([unit.pk for unit in page], form.wanted().on or queries.today())
    rows = [(unit, above.get(unit.pk)) for unit in page]
    return render(request, "units/list.html", {"form": form, "page": page, "rows": rows, **_may(request)})


@needs(Permission.UNIT_EXPORT)
@require_safe
def download(request: ActorRequest, form: str) -> HttpResponseBase:
    """Give the listed units as a file."""
    if form not in FORMATS:
        raise Http404
    _form, units = _filtered(request)
    made, content_type = actions.export(units=units, form=form, by=request.actor)
    return attachment(made, f"don-vi.{form}", content_type)


@needs(Permission.UNIT_VIEW)
@require_safe
def detail(request: ActorRequest, unit_id: int) -> HttpResponse:
    """Show a unit on a day: its place, what is below, before and after it."""
    unit = _visible(request, unit_id)
    on = _day(request, unit)
    shown = {
        "unit": unit,
        "on": on,
        "path": queries.path(unit, on),
        "members": Paginator(queries.members(unit, on, request.actor), PER_PAGE).get_page(request.GET.get("page")),
        "successions": queries.successions_of(unit),
        "precedents": queries.precedents_of(unit),
        "states": queries.states_of(unit),
        "may_change": not unit.is_registered and request.actor.may(Permission.UNIT_CHANGE, unit),
        "may_add": request.actor.may(Permission.UNIT_CHANGE, unit),
    }
    return render(request, "units/detail.html", shown)


@needs(Permission.UNIT_CHANGE)
def add(request: ActorRequest) -> HttpResponse:
    """Add an own unit."""
    form = UnitForm(request.POST or None, initial={"parent": request.GET.get("parent", "")})
    if request.method == "POST" and form.is_valid():
        try:
            unit = actions.add(**form.cleaned_data, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The unit was added."))
            return redirect("unit_detail", unit.pk)
    return render(request, "units/form.html", {"form": form, "title": _("Add a unit"), "verb": _("Add")})


@needs(Permission.UNIT_CHANGE)
def rename(request: ActorRequest, unit_id: int) -> HttpResponse:
    """Correct a name."""
    unit = _changeable(request, unit_id)
    form = NameForm(request.POST or None, initial={"name": unit.name})
    if request.method == "POST" and form.is_valid():
        actions.rename(unit=unit, **form.cleaned_data, by=request.actor)
        return redirect("unit_detail", unit.pk)
    return _form_page(request, form, unit, _("Correct the name"), _("Save"))


@needs(Permission.UNIT_CHANGE)
def move(request: ActorRequest, unit_id: int) -> HttpResponse:
    """Put a unit under another."""
    unit = _changeable(request, unit_id)
    form = MoveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.move(unit=unit, **form.cleaned_data, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("unit_detail", unit.pk)
    return _form_page(request, form, unit, _("Move under another unit"), _("Move"))


@needs(Permission.UNIT_CHANGE)
def dissolve(request: ActorRequest, unit_id: int) -> HttpResponse:
    """End a unit."""
    unit = _changeable(request, unit_id)
    form = DissolveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.dissolve(unit=unit, **form.cleaned_data, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("unit_detail", unit.pk)
    return _form_page(request, form, unit, _("Dissolve the unit"), _("Dissolve"))


@needs(Permission.UNIT_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: ActorRequest) -> HttpResponse:
    """Take a list, show its columns, import it: all of it or nothing."""
    if "staged" in request.POST:
        return _import_columns(request)
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            seen, mark, name = staged_lists.stage_seen(form.cleaned_data["file"], request.actor.key, lists.look)
        except SipasError as error:
            form.add_error("file", sentence(error))
        else:
            return _columns_page(request, ListColumnsForm(initial={"staged": mark}, seen=seen), name)
    return render(request, "units/import.html", {"form": form, "heads": lists.HEADS})


def _import_columns(request: ActorRequest) -> HttpResponse:
    kept = staged_lists.found(request.POST["staged"], request.actor.key)
    if kept is None:
        messages.error(request, _("The list is no longer kept here. Choose it again."))
        return redirect("unit_import")
    form = ListColumnsForm(request.POST, seen=lists.look(kept[0]))
    faults: tuple[Fault, ...] = ()
    if form.is_valid():
        try:
            given = lists.read_list(kept[0], form.cleaned_data["chosen"])
            added = actions.import_list(given=given, by=request.actor)
        except SipasError as error:
            form.add_error(None, sentence(named(error, *kept)))
        except ListRefusedError as refused:
            faults = refused.faults
        else:
            kept[0].unlink(missing_ok=True)
            messages.success(request, _("%(count)d units were added.") % {"count": added})
            return redirect("unit_list")
    return _columns_page(request, form, kept[1], faults)


def _columns_page(
    request: ActorRequest, form: ListColumnsForm, name: str, faults: tuple[Fault, ...] = ()
) -> HttpResponse:
    return render(request, "units/import_columns.html", {"form": form, "name": name, "faults": faults})


def _filtered(request: ActorRequest) -> tuple[UnitFilter, QuerySet[Unit]]:
    form = UnitFilter(request.GET if request.GET else {"on": queries.today()})
    return form, queries.found(request.actor, form.wanted(), request.GET.get("sort", ""))


def _may(request: ActorRequest) -> dict[str, bool]:
    actor = request.actor
    return {"may_change": actor.may(Permission.UNIT_CHANGE), "may_export": actor.may(Permission.UNIT_EXPORT)}


def _visible(request: ActorRequest, unit_id: int) -> Unit:
    unit = queries.visible(request.actor).filter(pk=unit_id).first()
    if unit is None:
        raise Http404
    return unit


def _changeable(request: ActorRequest, unit_id: int) -> Unit:
    unit = _visible(request, unit_id)
    request.actor.require(Permission.UNIT_CHANGE, unit)
    if unit.is_registered:
        raise Http404
    return unit


def _day(request: ActorRequest, unit: Unit) -> dt.date:
    """Give the day asked, else today, else the unit's last or first day."""
    try:
        asked = parse_date(request.GET.get("on", "")) or queries.today()
    except ValueError:
        asked = queries.today()
    return min(max(asked, unit.valid_from), queries.last_day(unit))


def _form_page(request: ActorRequest, form: Form, unit: Unit, title: str, verb: str) -> HttpResponse:
    return render(request, "units/form.html", {"form": form, "unit": unit, "title": title, "verb": verb})
