"""Pages of tasks: the list, giving, one task, the board, files."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from sipas_web.accounts.own_areas import own_areas
from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.actions.tasks_giving import give_all
from sipas_web.improvement.evidence_files import place_of
from sipas_web.improvement.forms.tasks import GiveForm, TaskFilter
from sipas_web.improvement.pages import tasks as pages
from sipas_web.improvement.pages import tasks_timeline
from sipas_web.improvement.pages.registers import carried
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import tasks as reads
from sipas_web.improvement.queries import tasks_events, tasks_lists, tasks_units
from sipas_web.improvement.queries.tasks import Task
from sipas_web.privacy.views.faults import add_faults
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import attachment, table

PER_PAGE = 50
FORMATS = ("xlsx", "csv")


@needs(Permission.TASK_VIEW)
@require_safe
def listing(request: ActorRequest, fixed: str = "") -> HttpResponse:
    """List tasks; ``fixed``: the state that a line of a periodic report counts."""
    form = TaskFilter(request.GET, units=tasks_lists.owners(request.actor), fixed=fixed)
    wanted = form.wanted()
    tasks = tasks_lists.found(request.actor, wanted, request.GET.get("sort", "")) if wanted else tasks_lists.nothing()
    page = Paginator(tasks, PER_PAGE).get_page(request.GET.get("page"))
    shown = {
        "form": form,
        "page": page,
        "lines": pages.lines(page),
        "heading": pages.heading(fixed, wanted.first, wanted.last) if wanted else "",
        "may_give": request.actor.may(Permission.TASK_GIVE),
        "is_fixed": bool(fixed),
    }
    return render(request, "improvement/tasks/list.html", shown)


@needs(Permission.TASK_VIEW)
@require_safe
def export(request: ActorRequest, form: str) -> HttpResponseBase:
    """Give the listed tasks as a file."""
    if form not in FORMATS:
        raise Http404
    wanted = TaskFilter(request.GET, units=tasks_lists.owners(request.actor)).wanted()
    if wanted is None:
        raise Http404
    tasks = tasks_lists.found(request.actor, wanted, request.GET.get("sort", ""))
    return table("nhiem-vu", form, pages.heads(), pages.sheet(tasks))


@needs(Permission.TASK_GIVE)
def give(request: ActorRequest) -> HttpResponse:
    """Give a task to one or more units."""
    givers = tasks_units.givers_of(own_areas(request.user, Permission.TASK_GIVE))
    groups = [(kind.value, str(kind.label)) for kind in tasks_units.groups_of(request.actor)]
    first = givers.first()
    form = GiveForm(request.POST or None, givers=givers, groups=groups, initial={"giver": first.pk if first else None})
    if request.method == "POST" and form.is_valid():
        try:
            made = give_all(values=form.cleaned_data, duties=form.duties(), by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            told = ngettext("%(n)d task was given.", "%(n)d tasks were given.", len(made)) % {"n": len(made)}
            messages.success(request, told)
            return redirect("task_detail", made[0].pk) if len(made) == 1 else redirect("task_list")
    return render(request, "improvement/tasks/give.html", {"form": form})


@needs(Permission.TASK_VIEW)
@require_safe
def detail(request: ActorRequest, task_id: int) -> HttpResponse:
    """Show a task with everything that happened to it."""
    task = found_task(request, task_id)
    shown = {
        "task": task, "facts": pages.facts(task, request.actor), "events": tasks_timeline.timeline(task),
        "carried": carried(task, request.actor),
    }  # fmt: skip
    return render(request, "improvement/tasks/detail.html", shown)


@needs(Permission.TASK_VIEW)
@require_safe
def board(request: ActorRequest) -> HttpResponse:
    """Show figures by unit."""
    text = request.GET.get("text", "").strip()
    rows = pages.board(request.actor, text)
    page = Paginator(rows[1:], PER_PAGE).get_page(request.GET.get("page"))
    shown = {"whole": rows[0] if rows else None, "page": page, "text": text, "states": pages.SHOWN}
    return render(request, "improvement/tasks/board.html", shown)


@needs(Permission.TASK_VIEW)
@require_safe
def evidence(request: ActorRequest, evidence_id: int) -> HttpResponseBase:
    """Give a file that shows what was done."""
    found = tasks_events.evidence_for(request.actor, evidence_id)
    if found is None:
        raise Http404
    try:
        return attachment(place_of(found.stored).open("rb"), found.name, found.kind)
    except FileNotFoundError as error:
        raise Http404(_("The file is not there any more.")) from error


def found_task(request: ActorRequest, task_id: int) -> Task:
    """Give a task the person asking may see; else there is no such page."""
    found = reads.task_for(request.actor, task_id)
    if found is None:
        raise Http404
    return found
