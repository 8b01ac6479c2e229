"""Pages of series of figures."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.actions import series as actions
from sipas_web.improvement.forms.targets import SeriesForm, ValueForm
from sipas_web.improvement.forms.targets_fields import UnitChoice
from sipas_web.improvement.pages import targets as pages
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import series as reads
from sipas_web.improvement.queries.targets_units import allowed
from sipas_web.improvement.series_register import Series
from sipas_web.improvement.views.targets_frame import page
from sipas_web.privacy.views.faults import add_faults
from sipas_web.shared.access import needs


@needs(Permission.TARGET_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """List the series with their methods."""
    context = {"links": pages.series_links(request.actor), "may_set": request.actor.may(Permission.TARGET_SET)}
    return page(request, "series_list", "series", context)


@needs(Permission.TARGET_VIEW)
@require_safe
def detail(request: ActorRequest, series_code: str) -> HttpResponse:
    """Show a series of one unit over the years, with the breaks of its method."""
    series = _series(request, series_code)
    form = UnitChoice(request.GET or None, places=allowed(request.actor, Permission.TARGET_VIEW))
    unit = form.chosen()
    context = {
        "series": series, "form": form, "unit": unit,
        "groups": pages.groups(series, unit, request.actor) if unit else [],
        "history": reads.history(request.actor, series.code, unit.pk) if unit else [],
        "may_set": request.actor.may(Permission.TARGET_SET),
    }  # fmt: skip
    return page(request, "series", "series", context)


@needs(Permission.TARGET_SET)
def add(request: ActorRequest) -> HttpResponse:
    """Register a series of the place's own."""
    form = SeriesForm(request.POST or None, places=allowed(request.actor, Permission.TARGET_SET))
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        data["has_error"] = data.pop("from_sample")
        try:
            actions.register(unit=data.pop("unit"), name=data.pop("name"), values=data, by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The series was registered."))
            return redirect("series_list")
    return page(request, "series_add", "series", {"form": form})


@needs(Permission.TARGET_SET)
def enter(request: ActorRequest, series_code: str) -> HttpResponse:
    """Enter a value of a series."""
    series = _series(request, series_code)
    initial = {name: request.GET[name] for name in ("unit", "year") if name in request.GET}
    places = allowed(request.actor, Permission.TARGET_SET)
    form = ValueForm(request.POST or None, series=series, places=places, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.enter(code=series.code, **form.values(), by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The value was entered."))
            return redirect(f"{reverse('series_detail', args=[series.code])}?{urlencode({'unit': made.unit.code})}")
    return page(request, "value_form", "series", {"form": form, "series": series})


def _series(request: ActorRequest, code: str) -> Series:
    found = reads.every(request.actor).get(code)
    if found is None:
        raise Http404
    return found
