"""Pages of what happens to a task: each a form of its own, with what was typed kept where it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.actions import difficulties, tasks_carrying, tasks_ending, tasks_extending
from sipas_web.improvement.evidence_files import stored_for
from sipas_web.improvement.forms import tasks_steps as forms
from sipas_web.improvement.forms.tasks import DutiesForm
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import tasks as reads
from sipas_web.improvement.queries import tasks_events
from sipas_web.improvement.queries.tasks import Task
from sipas_web.improvement.views.tasks import found_task
from sipas_web.privacy.views.faults import add_faults
from sipas_web.shared.access import needs

Form = Any
TEMPLATE = "improvement/tasks/step.html"


@needs(Permission.TASK_CARRY)
def progress(request: ActorRequest, task_id: int) -> HttpResponse:
    """Report progress."""
    task = found_task(request, task_id)
    form = _form(request, forms.ProgressForm, task, percent=task.percent)
    return _step(
        request, task, form, tasks_carrying.report_progress, _("Report progress"), _("The progress was noted.")
    )


@needs(Permission.TASK_CARRY)
def done(request: ActorRequest, task_id: int) -> HttpResponse:
    """Report completion."""
    task = found_task(request, task_id)
    form = _form(request, forms.DoneForm, task)
    return _step(request, task, form, tasks_carrying.complete, _("Report completion"), _("The completion was noted."))


@needs(Permission.TASK_VIEW)
def comment(request: ActorRequest, task_id: int) -> HttpResponse:
    """Comment."""
    task = found_task(request, task_id)
    form = _form(request, forms.CommentForm, task)
    return _step(request, task, form, tasks_carrying.comment, _("Comment"), _("The comment was noted."))


@needs(Permission.TASK_CARRY)
def ask_extension(request: ActorRequest, task_id: int) -> HttpResponse:
    """Ask for more time."""
    task = found_task(request, task_id)
    form = _form(request, forms.AskForm, task)
    text = _("Who gave the task decides. The original deadline stays on record and is counted beside the new one.")
    return _step(
        request, task, form, tasks_extending.ask_extension, _("Ask for more time"), _("The request was sent."), text
    )


@needs(Permission.TASK_GIVE)
def decide_extension(request: ActorRequest, extension_id: int) -> HttpResponse:
    """Grant or refuse more time."""
    asked = tasks_events.extension_for(request.actor, extension_id)
    task = reads.task_for(request.actor, asked.task_id) if asked else None
    if asked is None or task is None:
        raise Http404
    form = _form(request, forms.DecideForm, task, granted=asked.wanted)

    def decide(*, task_id: int, **arguments: Any) -> object:
        del task_id
        return tasks_extending.decide_extension(extension_id=asked.pk, **arguments)

    title, told = _("Decide on more time"), _("The decision was noted.")
    return _step(request, task, form, decide, title, told, asked=asked)


@needs(Permission.TASK_GIVE)
def drop(request: ActorRequest, task_id: int) -> HttpResponse:
    """Drop."""
    task = found_task(request, task_id)
    form = _form(request, forms.ReasonForm, task)
    text = _(
        "It no longer has to be done. It is not counted as completed and stays listed with its reason. If it comes "
        "again each period, no further one arises."
    )
    return _step(
        request, task, form, tasks_ending.drop, _("Drop the task"), _("The task was dropped."), text, grave=True
    )


@needs(Permission.TASK_GIVE)
def skip(request: ActorRequest, task_id: int) -> HttpResponse:
    """Skip one period."""
    task = found_task(request, task_id)
    form = _form(request, forms.ReasonForm, task)
    text = _(
        "This period is left out; the task of the next one comes as it would. It is not counted as completed and stays "
        "listed with its reason."
    )
    title, told = _("Skip this period"), _("The period was skipped; the duty goes on.")
    return _step(request, task, form, tasks_ending.skip, title, told, text)


@needs(Permission.TASK_GIVE)
def reopen(request: ActorRequest, task_id: int) -> HttpResponse:
    """Do not accept a completion."""
    task = found_task(request, task_id)
    form = _form(request, forms.ReasonForm, task)
    return _step(request, task, form, tasks_ending.reopen, _("Reopen the task"), _("The task is open again."))


@needs(Permission.TASK_GIVE)
def hand_over(request: ActorRequest, task_id: int) -> HttpResponse:
    """Hand over."""
    task = found_task(request, task_id)
    form = _form(request, forms.HandOverForm, task)
    return _step(request, task, form, tasks_ending.hand_over, _("Hand the task over"), _("The task was handed over."))


@needs(Permission.TASK_GIVE)
def duties(request: ActorRequest, task_id: int) -> HttpResponse:
    """Say which other units take part."""
    task = found_task(request, task_id)
    there: dict[str, list[str]] = {}
    for duty in reads.duties_of(task):
        there.setdefault(duty.kind, []).append(duty.unit.code)
    form = DutiesForm(request.POST or None, initial={kind: "\n".join(codes) for kind, codes in there.items()})
    title, told = _("Change taking part"), _("The units taking part were noted.")
    return _step(request, task, form, tasks_ending.change_duties, title, told)


@needs(Permission.TASK_CARRY)
def raise_difficulty(request: ActorRequest, task_id: int) -> HttpResponse:
    """Raise a difficulty."""
    task = found_task(request, task_id)
    form = _form(request, forms.DifficultyForm, task)
    text = _(
        "It goes to who gave the task, through the office of home affairs, and rises further where nobody answers."
    )
    title, told = _("Raise a difficulty"), _("The difficulty was sent up.")
    return _step(request, task, form, difficulties.raise_difficulty, title, told, text)


def _form(request: ActorRequest, kind: Callable[..., Form], task: Task, **initial: Any) -> Form:
    if request.method == "POST":
        return kind(request.POST, request.FILES, task=task)
    return kind(task=task, initial=initial)


def _step(
    request: ActorRequest,
    task: Task,
    form: Form,
    act: Callable[..., object],
    title: StrOrPromise,
    told: StrOrPromise,
    text: StrOrPromise = "",
    *,
    grave: bool = False,
    asked: object = None,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            _act(request, task, form, act)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, told)
            return redirect("task_detail", task.pk)
    shown = {"task": task, "form": form, "title": title, "text": text, "is_grave": grave, "asked": asked}
    return render(request, TEMPLATE, shown)


def _act(request: ActorRequest, task: Task, form: Form, act: Callable[..., object]) -> None:
    arguments = {"task_id": task.pk, "by": request.actor, **form.arguments()}
    if "evidence" not in form.fields:
        act(**arguments)
        return
    with stored_for(form.cleaned_data["evidence"]) as files:
        act(**arguments, files=files)
