"""Pages of improvement plans."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_stubs_ext import StrOrPromise

from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement import plan_documents
from sipas_web.improvement.actions import plans as actions
from sipas_web.improvement.forms.plans import ApproveForm, ConclusionForm, ItemForm, PlanFilter, PlanForm, ReasonForm
from sipas_web.improvement.pages import plans as pages
from sipas_web.improvement.pages.plans_start import starts
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import plans as reads
from sipas_web.improvement.queries.plans import Plan, State
from sipas_web.privacy.views.faults import add_faults
from sipas_web.results.queries import reading
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import attachment

PER_PAGE = 50


@needs(Permission.PLAN_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """List plans."""
    form = PlanFilter(request.GET or None, years=reads.years(request.actor))
    wanted = form.wanted()
    found = reads.found(request.actor, wanted, request.GET.get("sort", ""))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(plan, pages.STATES.get(State(plan.state), "info")) for plan in page]
    shown = {"form": form, "page": page, "rows": rows, "is_filtered": wanted != reads.Wanted()}
    shown["starts"] = starts(request.actor)
    return render(request, "improvement/plans/list.html", shown)


@needs(Permission.PLAN_VIEW)
@require_POST
def draft(request: ActorRequest, round_id: int, version: str) -> HttpResponse:
    """Make a draft plan from results, or open the plan that is there."""
    opened = reading.opened(request.actor, round_id, version)
    domain = request.POST.get("name", "")
    if opened is None or (domain and not opened.may_open(domain)):
        raise Http404
    try:
        plan, is_new = actions.draft(opened=opened, domain=domain, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("result_version", round_id, version)
    if is_new:
        messages.success(request, _("A draft was made. Say for each measure what is done, by whom and until when."))
    return redirect("plan_detail", plan.pk)


@needs(Permission.PLAN_VIEW)
@require_safe
def detail(request: ActorRequest, improvement_plan_id: int) -> HttpResponse:
    """Show a plan."""
    plan = plan_or_404(request, improvement_plan_id)
    return render(request, "improvement/plans/detail.html", pages.plan_page(plan, request.actor))


@needs(Permission.PLAN_VIEW)
@require_safe
def document(request: ActorRequest, improvement_plan_id: int, form: str) -> HttpResponseBase:
    """Give a plan as a draft document."""
    plan = plan_or_404(request, improvement_plan_id)
    if form not in plan_documents.FORMS:
        raise Http404
    made = plan_documents.file_of(plan, pages.results_of(plan, request.actor), form)
    return attachment(made, f"ke-hoach-cai-thien-{plan.pk}.{form}", plan_documents.FORMS[form])


@needs(Permission.PLAN_CHANGE)
def change(request: ActorRequest, improvement_plan_id: int) -> HttpResponse:
    """Change what a draft says of itself."""
    plan = plan_or_404(request, improvement_plan_id, Permission.PLAN_CHANGE)
    form = PlanForm(request.POST or None, initial={"title": plan.title, "year": plan.year, "goal": plan.goal})

    def act() -> object:
        return actions.change(plan_id=plan.pk, **form.cleaned_data, by=request.actor)

    return _form(request, plan, form, act, title=_("Title and goal"), verb=_("Save"), said=_("Saved."))


@needs(Permission.PLAN_CHANGE)
def add_item(request: ActorRequest, improvement_plan_id: int) -> HttpResponse:
    """Take another item of the results into a draft."""
    plan = plan_or_404(request, improvement_plan_id, Permission.PLAN_CHANGE)
    opened, items = pages.other_items(plan, request.actor)
    if opened is None:
        raise Http404
    form = ItemForm(request.POST or None, items=items)

    def act() -> object:
        return actions.add_item(plan_id=plan.pk, opened=opened, node=form.cleaned_data["node"], by=request.actor)

    return _form(request, plan, form, act, title=_("Add an item"), verb=_("Add"), said=_("The item was added."))


@needs(Permission.PLAN_CHANGE)
@require_POST
def remove_item(request: ActorRequest, improvement_plan_id: int, plan_item_id: int) -> HttpResponse:
    """Take an item out of a draft."""
    plan = plan_or_404(request, improvement_plan_id, Permission.PLAN_CHANGE)
    return _done(
        request, plan, lambda: actions.remove_item(plan_id=plan.pk, item_id=plan_item_id, by=request.actor),
        _("The item was taken out."),
    )  # fmt: skip


@needs(Permission.PLAN_CHANGE)
@require_POST
def ask(request: ActorRequest, improvement_plan_id: int) -> HttpResponse:
    """Put a draft before who approves it."""
    plan = plan_or_404(request, improvement_plan_id, Permission.PLAN_CHANGE)
    return _done(
        request, plan, lambda: actions.ask(plan_id=plan.pk, by=request.actor), _("The plan waits for approval.")
    )


@needs(Permission.PLAN_APPROVE)
def approve(request: ActorRequest, improvement_plan_id: int) -> HttpResponse:
    """Approve a plan."""
    plan = plan_or_404(request, improvement_plan_id, Permission.PLAN_APPROVE)
    form = ApproveForm(request.POST or None)

    def act() -> object:
        return actions.approve(plan_id=plan.pk, act=form.cleaned_data["act"], by=request.actor)

    said = _("The plan is approved; its measures are now tasks of their owners.")
    return _form(request, plan, form, act, title=_("Approve the plan"), verb=_("Approve"), said=said)


@needs(Permission.PLAN_APPROVE)
def send_back(request: ActorRequest, improvement_plan_id: int) -> HttpResponse:
    """Give a plan back to its writers."""
    plan = plan_or_404(request, improvement_plan_id, Permission.PLAN_APPROVE)
    form = ReasonForm(request.POST or None)

    def act() -> object:
        return actions.send_back(plan_id=plan.pk, reason=form.cleaned_data["reason"], by=request.actor)

    title = _("Amend the plan") if plan.state == State.APPROVED else _("Send the plan back")
    return _form(request, plan, form, act, title=title, verb=title, said=_("The plan is a draft again."))


@needs(Permission.PLAN_APPROVE)
def close(request: ActorRequest, improvement_plan_id: int) -> HttpResponse:
    """Close a plan."""
    plan = plan_or_404(request, improvement_plan_id, Permission.PLAN_APPROVE)
    form = ConclusionForm(request.POST or None)

    def act() -> object:
        return actions.close(plan_id=plan.pk, conclusion=form.cleaned_data["reason"], by=request.actor)

    return _form(request, plan, form, act, title=_("Close the plan"), verb=_("Close"), said=_("The plan is closed."))


@needs(Permission.PLAN_CHANGE)
def give_up(request: ActorRequest, improvement_plan_id: int) -> HttpResponse:
    """Give a draft up."""
    plan = plan_or_404(request, improvement_plan_id, Permission.PLAN_CHANGE)
    form = ReasonForm(request.POST or None)

    def act() -> object:
        return actions.give_up(plan_id=plan.pk, reason=form.cleaned_data["reason"], by=request.actor)

    return _form(request, plan, form, act, title=_("Give the draft up"), verb=_("Give up"), said=_("Given up."))


def plan_or_404(request: ActorRequest, plan_id: int, permission: str = "") -> Plan:
    """Find a plan the reader may see; for a change, where they hold the permission over its unit."""
    plan = reads.plan_for(request.actor, plan_id)
    if plan is None:
        raise Http404
    if permission:
        request.actor.require(permission, plan.unit)
    return plan


def _form(
    request: ActorRequest, plan: Plan, form: Form, act: Callable[[], object], *,
    title: StrOrPromise, verb: StrOrPromise, said: StrOrPromise,
) -> HttpResponse:  # fmt: skip
    """Show a form of one step on a plan, and take it."""
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, said)
            return redirect("plan_detail", plan.pk)
    return render(request, "improvement/plans/form.html", {"plan": plan, "form": form, "title": title, "verb": verb})


def _done(request: ActorRequest, plan: Plan, act: Callable[[], object], said: StrOrPromise) -> HttpResponse:
    """Take a step that needs no form."""
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, said)
    return redirect("plan_detail", plan.pk)
