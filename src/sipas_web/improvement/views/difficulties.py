"""Pages of difficulties."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.actions import difficulties as actions
from sipas_web.improvement.forms.tasks_steps import TextForm
from sipas_web.improvement.forms.urging import DifficultyFilter
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import difficulties as reads
from sipas_web.improvement.queries.difficulties import Difficulty
from sipas_web.improvement.tracking_rules import rules_on
from sipas_web.privacy.views.faults import add_faults
from sipas_web.shared.access import needs

PER_PAGE = 50


@needs(Permission.TASK_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """List difficulties, those that wait first."""
    today = timezone.localdate()
    form = DifficultyFilter(request.GET)
    state = form.cleaned_data["state"] if form.is_valid() else ""
    page = Paginator(reads.listed(request.actor, state, today), PER_PAGE).get_page(request.GET.get("page"))
    shown = {"form": form, "page": page, "today": today, "rules": rules_on(today), "state": state}
    return render(request, "improvement/tasks/difficulties.html", shown)


@needs(Permission.TASK_VIEW)
def detail(request: ActorRequest, difficulty_id: int) -> HttpResponse:
    """Show a difficulty on its way; answer it, or add an opinion."""
    row = _found(request, difficulty_id)
    form = TextForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = actions.pass_on if "pass_on" in request.POST else actions.answer
        try:
            act(difficulty_id=row.pk, text=form.cleaned_data["text"], by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("Noted."))
            return redirect("difficulty_detail", row.pk)
    may_answer = row.answered is None and reads.answering_unit(row, request.actor) is not None
    shown = {
        "row": row, "steps": reads.steps_of(row), "form": form, "today": timezone.localdate(),
        "may_answer": may_answer, "may_pass": row.answered is None and reads.may_pass(row, request.actor),
    }  # fmt: skip
    return render(request, "improvement/tasks/difficulty.html", shown)


def _found(request: ActorRequest, difficulty_id: int) -> Difficulty:
    found = reads.difficulty_for(request.actor, difficulty_id)
    if found is None:
        raise Http404
    return found
