"""Pages of plans of assignments: suggest, look, adjust, accept; which office serves which commune."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from sipas.errors import SipasError
from sipas_web.audit.actors import ActorRequest
from sipas_web.fieldwork.actions import planning
from sipas_web.fieldwork.actions.serving import set_served
from sipas_web.fieldwork.forms.assignments import AdjustForm, ServedFileForm, ServedForm
from sipas_web.fieldwork.pages import plans as pages
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries import offices, plans, serving
from sipas_web.fieldwork.queries.plans import Plan
from sipas_web.fieldwork.served_files import HEADS, WrongRow, read_served
from sipas_web.fieldwork.views.assigned import found_office, found_round, said
from sipas_web.jobs.queries import latest
from sipas_web.rounds.queries import Round
from sipas_web.shared.access import needs
from sipas_web.shared.core_errors import sentence
from sipas_web.units.queries import Unit


@needs(Permission.CASE_ASSIGN)
@require_POST
def plan_suggest(request: ActorRequest, round_id: int) -> HttpResponse:
    """Have a plan suggested: of offices for cases with nobody, or of interviewers for cases at offices."""
    round_ = found_round(request, round_id)
    kind, office = request.POST.get("kind", ""), request.POST.get("office", "")
    if kind not in Plan.Kind.values:
        raise Http404
    unit = found_office(request, round_, int(office)) if office.isdecimal() else round_.unit
    try:
        plan = planning.suggest(round_id=round_.pk, kind=kind, unit=unit, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("assignment_overview", round_.pk)
    return redirect("plan_detail", round_.pk, plan.pk)


@needs(Permission.CASE_ASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_detail(request: ActorRequest, round_id: int, plan_id: int) -> HttpResponse:
    """Show a plan; move some of its cases to somebody else."""
    round_ = found_round(request, round_id)
    plan = _plan(request, round_, plan_id)
    page = pages.page_of(plan, request.actor)
    data = request.POST if request.method == "POST" else None
    form = AdjustForm(data, page.rows, page.receivers, people=plan.kind == Plan.Kind.PEOPLE)
    if request.method == "POST" and form.is_valid() and _adjust(request, plan, form):
        return redirect("plan_detail", round_.pk, plan.pk)
    shown = {"round": round_, "plan": plan, "page": page, "form": form, "job": latest(plan)}
    return render(request, "fieldwork/assigning/plan.html", shown | {"is_people": plan.kind == Plan.Kind.PEOPLE})


@needs(Permission.CASE_ASSIGN)
@require_POST
def plan_accept(request: ActorRequest, round_id: int, plan_id: int) -> HttpResponse:
    """Accept a plan as a whole."""
    round_ = found_round(request, round_id)
    plan = _plan(request, round_, plan_id)
    try:
        planning.accept(plan_id=plan.pk, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("plan_detail", round_.pk, plan.pk)


@needs(Permission.CASE_ASSIGN)
@require_POST
def plan_discard(request: ActorRequest, round_id: int, plan_id: int) -> HttpResponse:
    """Throw a suggestion away."""
    round_ = found_round(request, round_id)
    plan = _plan(request, round_, plan_id)
    try:
        planning.discard(plan_id=plan.pk, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("assignment_overview", round_.pk)


@needs(Permission.CASE_ASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def served_areas(request: ActorRequest, round_id: int) -> HttpResponse:
    """Set which post office serves which commune; what is not set is suggested."""
    round_ = found_round(request, round_id)
    request.actor.require(Permission.CASE_ASSIGN, round_.unit)
    rows = [row for row in serving.communes_of(round_) if row.unit is not None]
    posts = list(offices.offices_for(request.actor, round_))
    is_file = bool(request.FILES)
    form = ServedForm(request.POST if request.method == "POST" and not is_file else None, rows, posts)
    of_file = ServedFileForm(request.POST if is_file else None, request.FILES if is_file else None)
    wrong: list[WrongRow] = []
    if request.method == "POST":
        asked, areas = (of_file, _areas_of_file) if is_file else (form, _areas_of_form)
        if asked.is_valid() and _set_served(request, round_, asked, lambda: areas(round_, posts, asked, wrong)):
            if not wrong:
                return redirect("assignment_overview", round_.pk)
            form = ServedForm(None, [row for row in serving.communes_of(round_) if row.unit is not None], posts)
    listed = [(row, form[f"office-{row.code}"]) for row in rows]
    shown = {"round": round_, "form": form, "of_file": of_file, "rows": listed, "wrong": wrong}
    heads = [names[0] for names in HEADS.values()]
    return render(request, "fieldwork/assigning/served.html", shown | {"has_offices": bool(posts), "heads": heads})


Areas = dict[str, int | None]


def _areas_of_form(round_: Round, posts: list[Unit], form: Any, wrong: list[WrongRow]) -> Areas:
    del round_, posts, wrong
    return dict(form.areas())


def _areas_of_file(round_: Round, posts: list[Unit], form: Any, wrong: list[WrongRow]) -> Areas:
    codes = {office.code: office.pk for office in posts}
    areas, faults = read_served(form.cleaned_data["file"].chunks(), serving.communes_in(round_), codes)
    wrong += faults
    return areas


def _set_served(request: ActorRequest, round_: Round, form: Any, areas: Callable[[], Areas]) -> bool:
    try:
        changed = set_served(round_id=round_.pk, areas=areas(), by=request.actor)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    except SipasError as error:
        form.add_error("file", sentence(error))
        return False
    said_ = ngettext("%(n)d commune has another office now.", "%(n)d communes have another office now.", changed)
    messages.success(request, said_ % {"n": changed})
    return True


def _plan(request: ActorRequest, round_: Round, plan_id: int) -> Plan:
    plan = plans.plan_for(request.actor, round_.pk, plan_id)
    if plan is None:
        raise Http404
    return plan


def _adjust(request: ActorRequest, plan: Plan, form: AdjustForm) -> bool:
    office_id, person = form.cleaned_data["to"]
    try:
        planning.adjust(
            plan_id=plan.pk, row_id=form.cleaned_data["row"], cases=form.cleaned_data["cases"],
            office_id=office_id, interviewer=person, by=request.actor,
        )  # fmt: skip
    except ValidationError as error:
        form.add_error({"cases": "cases", "to": "to"}.get(error.code or ""), said(error))
        return False
    return True
