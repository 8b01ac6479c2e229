"""Pages of the measures of a plan."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.actions import measures as actions
from sipas_web.improvement.forms.measures import MeasureForm
from sipas_web.improvement.forms.plans import ReasonForm
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import measures as reads
from sipas_web.improvement.queries.measures import Measure
from sipas_web.improvement.queries.plans import Plan
from sipas_web.improvement.views.plans import plan_or_404
from sipas_web.privacy.views.faults import add_faults
from sipas_web.shared.access import needs


@needs(Permission.PLAN_CHANGE)
def add(request: ActorRequest, improvement_plan_id: int) -> HttpResponse:
    """Add a measure."""
    plan = plan_or_404(request, improvement_plan_id, Permission.PLAN_CHANGE)
    form = _form(request, plan, {"item": request.GET.get("noi-dung", "")})
    if request.method == "POST" and form.is_valid():
        try:
            item = form.cleaned_data["item"]
            actions.add(plan_id=plan.pk, item_id=item.pk, values=form.values(), by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The measure was added."))
            return redirect("plan_detail", plan.pk)
    shown = {"plan": plan, "form": form, "title": _("Add a measure"), "verb": _("Add")}
    return render(request, "improvement/plans/form.html", shown)


@needs(Permission.PLAN_CHANGE)
def change(request: ActorRequest, improvement_plan_id: int, measure_id: int) -> HttpResponse:
    """Change a measure."""
    plan = plan_or_404(request, improvement_plan_id, Permission.PLAN_CHANGE)
    measure = _measure(plan, measure_id)
    given = {name: getattr(measure, name) for name in ("item", *actions.FIELDS)}
    form = _form(request, plan, given, is_given=bool(reads.tasks_of([measure])))
    if request.method == "POST" and form.is_valid():
        try:
            item = form.cleaned_data["item"]
            actions.change(measure_id=measure.pk, item_id=item.pk, values=form.values(), by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The measure was changed."))
            return redirect("plan_detail", plan.pk)
    shown = {"plan": plan, "form": form, "title": _("Change a measure"), "verb": _("Save"), "measure": measure}
    return render(request, "improvement/plans/form.html", shown)


@needs(Permission.PLAN_CHANGE)
@require_POST
def remove(request: ActorRequest, improvement_plan_id: int, measure_id: int) -> HttpResponse:
    """Take a measure out of a draft."""
    plan = plan_or_404(request, improvement_plan_id, Permission.PLAN_CHANGE)
    measure = _measure(plan, measure_id)
    try:
        actions.remove(measure_id=measure.pk, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The measure was taken out."))
    return redirect("plan_detail", plan.pk)


@needs(Permission.PLAN_APPROVE)
def drop(request: ActorRequest, improvement_plan_id: int, measure_id: int) -> HttpResponse:
    """Say that a measure is not carried out after all."""
    plan = plan_or_404(request, improvement_plan_id, Permission.PLAN_APPROVE)
    measure = _measure(plan, measure_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.drop(measure_id=measure.pk, reason=form.cleaned_data["reason"], by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The measure was dropped."))
            return redirect("plan_detail", plan.pk)
    shown = {"plan": plan, "form": form, "title": _("Drop the measure"), "verb": _("Drop"), "told": measure.title}
    return render(request, "improvement/plans/form.html", shown)


def _form(request: ActorRequest, plan: Plan, initial: dict[str, Any], *, is_given: bool = False) -> MeasureForm:
    items, owners = reads.items_of(plan), reads.owners_for(plan)
    return MeasureForm(request.POST or None, items=items, owners=owners, is_given=is_given, initial=initial)


def _measure(plan: Plan, measure_id: int) -> Measure:
    found = reads.one_of(plan, measure_id)
    if found is None:
        raise Http404
    return found
