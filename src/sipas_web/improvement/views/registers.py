"""Pages of training sessions and campaigns."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.actions import registers as actions
from sipas_web.improvement.forms.registers import CampaignChangeForm, CampaignForm, TrainingChangeForm, TrainingForm
from sipas_web.improvement.forms.targets_fields import YearFilter
from sipas_web.improvement.pages import registers as pages
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import registers as reads
from sipas_web.improvement.queries.registers import Wanted
from sipas_web.improvement.queries.targets_units import allowed
from sipas_web.improvement.views.targets_frame import page
from sipas_web.privacy.views.faults import add_faults
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import FORMATS, table
from sipas_web.units.queries import today

PER_PAGE = 50
YEARS = 6


@needs(Permission.PLAN_VIEW)
@require_safe
def trainings(request: ActorRequest) -> HttpResponse:
    """List training sessions."""
    form, wanted = filtered(request)
    rows = reads.trainings(request.actor, wanted, request.GET.get("sort", ""))
    listed = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    lines = [(row, pages.moves(row)) for row in listed]
    may_add = request.actor.may(Permission.PLAN_CHANGE)
    shown = {"form": form, "page": listed, "lines": lines, "may_add": may_add}
    return page(request, "trainings", "trainings", shown)


@needs(Permission.PLAN_VIEW)
@require_safe
def trainings_file(request: ActorRequest, form: str) -> HttpResponseBase:
    """Give the listed sessions as a file."""
    if form not in FORMATS:
        raise Http404
    _form, wanted = filtered(request)
    rows = reads.trainings(request.actor, wanted, request.GET.get("sort", ""))
    return table("tap-huan", form, *pages.trainings_sheet(rows))


@needs(Permission.PLAN_CHANGE)
def training_add(request: ActorRequest) -> HttpResponse:
    """Enter a training session."""
    form = TrainingForm(
        request.POST or None, places=allowed(request.actor, Permission.PLAN_CHANGE), initial=begun(request)
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.enter_training(**form.cleaned_data, by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The session was entered."))
            return redirect("training_detail", made.pk)
    return page(request, "training_add", "trainings", {"form": form, "carries": leading_here(request)})


@needs(Permission.PLAN_VIEW)
def training(request: ActorRequest, training_id: int) -> HttpResponse:
    """Show a session; add material and evaluation."""
    row = reads.training_for(request.actor, training_id)
    if row is None:
        raise Http404
    may = request.actor.may(Permission.PLAN_CHANGE, row.unit)
    initial = {"material": row.material, "evaluation": row.evaluation}
    form = TrainingChangeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.change_training(training_id=row.pk, **form.cleaned_data, by=request.actor)
        messages.success(request, _("Saved."))
        return redirect("training_detail", row.pk)
    groups = list(reads.groups_of(row))
    shown = {"row": row, "groups": groups, "form": form, "may_change": may, "moves": pages.moves(row)}
    shown["carries"] = pages.carries_out(row.origin, request.actor)
    return page(request, "training", "trainings", shown)


@needs(Permission.PLAN_VIEW)
@require_safe
def campaigns(request: ActorRequest) -> HttpResponse:
    """List campaigns."""
    form, wanted = filtered(request)
    rows = reads.campaigns(request.actor, wanted, request.GET.get("sort", ""))
    listed = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    lines = [(row, pages.moves(row)) for row in listed]
    may_add = request.actor.may(Permission.PLAN_CHANGE)
    shown = {"form": form, "page": listed, "lines": lines, "may_add": may_add}
    return page(request, "campaigns", "campaigns", shown)


@needs(Permission.PLAN_VIEW)
@require_safe
def campaigns_file(request: ActorRequest, form: str) -> HttpResponseBase:
    """Give the listed campaigns as a file."""
    if form not in FORMATS:
        raise Http404
    _form, wanted = filtered(request)
    rows = reads.campaigns(request.actor, wanted, request.GET.get("sort", ""))
    return table("truyen-thong", form, *pages.campaigns_sheet(rows))


@needs(Permission.PLAN_CHANGE)
def campaign_add(request: ActorRequest) -> HttpResponse:
    """Enter a campaign."""
    form = CampaignForm(
        request.POST or None, places=allowed(request.actor, Permission.PLAN_CHANGE), initial=begun(request)
    )
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            made = actions.enter_campaign(unit=data.pop("unit"), values=data, by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The campaign was entered."))
            return redirect("campaign_detail", made.pk)
    return page(request, "campaign_add", "campaigns", {"form": form, "carries": leading_here(request)})


@needs(Permission.PLAN_VIEW)
def campaign(request: ActorRequest, campaign_id: int) -> HttpResponse:
    """Show a campaign; add its reach and evidence."""
    row = reads.campaign_for(request.actor, campaign_id)
    if row is None:
        raise Http404
    may = request.actor.may(Permission.PLAN_CHANGE, row.unit)
    initial = {"reach": row.reach, "reach_source": row.reach_source, "evidence": row.evidence}
    form = CampaignChangeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_campaign(campaign_id=row.pk, **form.cleaned_data, by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("campaign_detail", row.pk)
    shown = {"row": row, "form": form, "may_change": may, "moves": pages.moves(row)}
    shown["carries"] = pages.carries_out(row.origin, request.actor)
    return page(request, "campaign", "campaigns", shown)


def filtered(request: ActorRequest, text: StrOrPromise = "") -> tuple[YearFilter, Wanted]:
    """Read year and text from the address; ``text`` says what is looked for by it."""
    now = today().year
    last = request.GET.get("den", "")[:4]
    given = {**request.GET.dict(), **({"year": last} if last.isdecimal() else {})}
    form = YearFilter(given, years=list(range(now + 1, now - YEARS, -1)))
    if text:
        form.fields["text"].label = text
    unit = request.GET.get("don-vi", "")
    return form, Wanted(unit=int(unit) if unit.isdecimal() else None, **form.given())


def begun(request: ActorRequest) -> dict[str, str]:
    """Give what the address fills in: the page of a task leads here."""
    return {name: request.GET[name] for name in ("unit", "node", "origin") if name in request.GET}


def leading_here(request: ActorRequest) -> pages.Link | None:
    """Give the task or measure from whose page the person came."""
    origin = request.POST.get("origin") or request.GET.get("origin", "")
    return pages.carries_out(origin, request.actor) if origin else None
