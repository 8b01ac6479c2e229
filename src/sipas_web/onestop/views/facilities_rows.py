"""Pages of one row of a review: photographs, mending."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.onestop.actions import facilities as actions
from sipas_web.onestop.forms.facilities import MendForm, PhotographForm, PlanForm
from sipas_web.onestop.pages import facilities as pages
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import facilities as reads
from sipas_web.onestop.queries.facilities import FacilityCheck
from sipas_web.privacy.views.faults import add_faults
from sipas_web.shared.access import needs
from sipas_web.units import queries as units

JPEG = "image/jpeg"


@needs(Permission.FACILITY_VIEW)
@require_safe
def row(request: ActorRequest, facility_row_id: int) -> HttpResponse:
    """Show one row with its photographs."""
    return _page(request, _row(request, facility_row_id))


@needs(Permission.FACILITY_REVIEW)
@require_POST
def photograph(request: ActorRequest, facility_row_id: int) -> HttpResponse:
    """Add a photograph."""
    found = _row(request, facility_row_id)
    form = PhotographForm(request.POST, request.FILES)

    def act() -> Any:
        return actions.add_photograph(row_id=found.pk, data=form.cleaned_data["file"].read(), by=request.actor)

    return _acted(request, found, form, act, "photograph_form")


@needs(Permission.FACILITY_REVIEW)
@require_POST
def mend(request: ActorRequest, facility_row_id: int) -> HttpResponse:
    """Note that a gap was mended."""
    found, form = _row(request, facility_row_id), MendForm(request.POST)

    def act() -> Any:
        return actions.mend(row_id=found.pk, **form.cleaned_data, by=request.actor)

    return _acted(request, found, form, act, "mend_form")


@needs(Permission.FACILITY_REVIEW)
@require_POST
def plan(request: ActorRequest, facility_row_id: int) -> HttpResponse:
    """Set when a gap is mended and what it costs."""
    found, form = _row(request, facility_row_id), PlanForm(request.POST)

    def act() -> Any:
        return actions.plan_mending(row_id=found.pk, **form.cleaned_data, by=request.actor)

    return _acted(request, found, form, act, "plan_form")


@cache_control(private=True, max_age=3600)
@needs(Permission.FACILITY_VIEW)
@require_safe
def picture(request: ActorRequest, photo_id: int) -> HttpResponse:
    """Give a photograph."""
    found = reads.photograph_for(request.actor, photo_id)
    if found is None:
        raise Http404
    return HttpResponse(bytes(found.data), content_type=JPEG)


@needs(Permission.FACILITY_REVIEW)
@require_POST
def remove_picture(request: ActorRequest, photo_id: int) -> HttpResponse:
    """Take a photograph away."""
    found = reads.photograph_for(request.actor, photo_id)
    if found is None:
        raise Http404
    check = found.check_row
    return _acted(request, check, None, lambda: actions.remove_photograph(photo_id=photo_id, by=request.actor), "")


def _acted(request: ActorRequest, found: FacilityCheck, form: Any, act: Callable[[], Any], name: str) -> HttpResponse:
    """Carry an act out and go back to the row; what was wrong stands beside its field."""
    if form is not None and not form.is_valid():
        return _page(request, found, **{name: form})
    try:
        act()
    except ValidationError as error:
        if form is None:
            raise Http404 from error
        add_faults(form, error)
        return _page(request, found, **{name: form})
    return redirect("facility_row", found.pk)


def _page(request: ActorRequest, found: FacilityCheck, **forms: Any) -> HttpResponse:
    shown = pages.row_facts(found, request.actor)
    shown |= {
        "title": _("One row of the review"),
        "photograph_form": PhotographForm(),
        "mend_form": MendForm(initial={"on": units.today()}),
        "plan_form": PlanForm(initial={"mend_by": found.mend_by, "cost": found.cost}),
    }
    return render(request, "onestop/facilities/row.html", shown | forms)


def _row(request: ActorRequest, row_id: int) -> FacilityCheck:
    found = reads.check_for(request.actor, row_id, Permission.FACILITY_VIEW)
    if found is None:
        raise Http404
    return found
