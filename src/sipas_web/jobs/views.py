"""Pages of long work. Whoever asked for work may follow it, with or without a permission."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.jobs import actions, queries
from sipas_web.jobs.forms import JobFilter
from sipas_web.jobs.panels import page_around, panel_of, panels_of
from sipas_web.jobs.permissions import Permission
from sipas_web.jobs.queries import Job
from sipas_web.shared.access import needs, signed_in

PER_PAGE = 50
UNCHANGED = 204  # htmx leaves the panel as it is


@needs(Permission.JOB_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """List work, newest first."""
    form = JobFilter(request.GET or None)
    found = queries.visible(request.actor, form.wanted() if form.is_bound else "")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    back = request.get_full_path()
    rows = panels_of(list(page), request.actor, back)
    alone = any(row.lacks_worker for row in rows)
    return render(request, "jobs/list.html", {"form": form, "page": page, "rows": rows, "waiting_alone": alone})


@signed_in
@require_safe
def detail(request: ActorRequest, job_id: int) -> HttpResponse:
    """Show one piece of work."""
    job = _visible(request, job_id)
    shown = panel_of(job, request.actor, request.get_full_path())
    may_list = request.actor.may(Permission.JOB_VIEW)
    return render(request, "jobs/detail.html", {"job": job, "shown": shown, "may_list": may_list})


@signed_in
@require_safe
def panel(request: ActorRequest, job_id: int) -> HttpResponse:
    """Give the panel alone, where it has changed; ask for the page anew where that was wanted."""
    job = _visible(request, job_id)
    reload = "reload" in request.GET
    shown = panel_of(job, request.actor, page_around(request), reload=reload)
    if request.GET.get("mark") == shown.mark and not shown.lacks_worker:
        return HttpResponse(status=UNCHANGED)
    answer = render(request, "jobs/panel_body.html", {"shown": shown})
    if reload and not job.is_open:
        answer.headers["HX-Refresh"] = "true"
    return answer


@signed_in
@require_POST
def stop(request: ActorRequest, job_id: int) -> HttpResponse:
    """Ask that work stop."""
    job = _visible(request, job_id)
    try:
        actions.stop(job=job, by=request.actor)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.success(request, _("The work is being stopped."))
    return _back(request, job)


@signed_in
@require_POST
def resume(request: ActorRequest, job_id: int) -> HttpResponse:
    """Take work up again."""
    job = _visible(request, job_id)
    try:
        actions.resume(job=job, by=request.actor)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.success(request, _("The work will begin again."))
    return _back(request, job)


def _visible(request: ActorRequest, job_id: int) -> Job:
    job = queries.visible(request.actor).filter(pk=job_id).first()
    if job is None:
        raise Http404
    return job


def _back(request: ActorRequest, job: Job) -> HttpResponse:
    back = request.POST.get("next", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back) if is_ours else redirect("job_detail", job.pk)
