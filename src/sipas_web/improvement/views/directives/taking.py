"""Taking a letter in; its reading beside its text; keeping, dropping, withdrawing; giving the tasks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from sipas.errors import SipasError
from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.actions import directives as actions
from sipas_web.improvement.forms.directives import ReasonForm, TakeForm, WithdrawForm
from sipas_web.improvement.pages.directives import detail as pages
from sipas_web.improvement.pages.directives.reading import reading_of
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.directives import Directive, access
from sipas_web.improvement.views.directives.found import (
    addressee_or_404,
    directive_or_404,
    done,
    to_correct_or_404,
)
from sipas_web.shared.access import needs
from sipas_web.shared.core_errors import sentence


@needs(Permission.DIRECTIVE_KEEP)
def add(request: ActorRequest) -> HttpResponse:
    """Take a letter in: a file, or its text."""
    units = access.own_units(request.actor, Permission.DIRECTIVE_KEEP)
    form = TakeForm(
        request.POST or None, request.FILES or None, units=units, initial={"unit": units[0] if units else None}
    )
    if request.method == "POST" and form.is_valid():
        made = _taken(request, form)
        if made is not None:
            return redirect("directive_reading", made.pk)
    return render(request, "improvement/directives/add.html", {"form": form, "has_units": bool(units)})


@needs(Permission.DIRECTIVE_VIEW)
@require_safe
def reading(request: ActorRequest, directive_id: int) -> HttpResponse:
    """Show a letter's text with what the program read in it."""
    directive = directive_or_404(request, directive_id)
    shown: dict[str, Any] = {
        "directive": directive,
        "reading": reading_of(directive),
        "may_keep": request.actor.may(Permission.DIRECTIVE_KEEP, directive.unit),
    }
    if directive.state == "read":
        shown |= pages.draft_facts(directive)
    return render(request, "improvement/directives/reading.html", shown)


@needs(Permission.DIRECTIVE_KEEP)
@require_POST
def keep(request: ActorRequest, directive_id: int) -> HttpResponse:
    """Keep a corrected letter."""
    directive = to_correct_or_404(request, directive_id)
    try:
        actions.keep(directive_id=directive.pk, by=request.actor)
    except actions.KeptAlreadyError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("directive_twin", directive.pk)
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
        return redirect("directive_reading", directive.pk)
    messages.success(request, _("The letter was kept as a directive."))
    return redirect("directive_detail", directive.pk)


@needs(Permission.DIRECTIVE_KEEP)
@require_safe
def twin(request: ActorRequest, directive_id: int) -> HttpResponse:
    """Say that a letter is kept already, with a link to it where the reader may see it."""
    directive = to_correct_or_404(request, directive_id)
    found = access.kept_like(directive)
    if found is None:
        return redirect("directive_reading", directive.pk)
    seen = access.readable(request.actor, found.pk)
    return render(request, "improvement/directives/twin.html", {"directive": directive, "kept": found, "may_see": seen})


@needs(Permission.DIRECTIVE_KEEP)
@require_POST
def drop(request: ActorRequest, directive_id: int) -> HttpResponse:
    """Drop a letter that was not kept."""
    directive = to_correct_or_404(request, directive_id)
    try:
        actions.drop(directive_id=directive.pk, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("directive_detail", directive.pk)
    messages.success(request, _("The letter was dropped."))
    return redirect("directive_list")


@needs(Permission.DIRECTIVE_KEEP)
def withdraw(request: ActorRequest, directive_id: int) -> HttpResponse:
    """Withdraw a directive, with a reason."""
    directive = to_correct_or_404(request, directive_id)
    count = access.count_open_tasks(directive)
    form = WithdrawForm(request.POST or None, fates=actions.Fate.choices if count else [])
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if done(form, lambda: actions.withdraw(directive_id=directive.pk, by=request.actor, **given)):
            messages.success(request, _("The directive was withdrawn."))
            return redirect("directive_detail", directive.pk)
    told = ngettext("%(count)d open task", "%(count)d open tasks", count) % {"count": count} if count else ""
    return _form_page(request, directive, form, _("Withdraw the directive"), _("Withdraw"), told)


@needs(Permission.TASK_GIVE)
@require_POST
def give(request: ActorRequest, directive_id: int) -> HttpResponse:
    """Give the tasks that are not given yet."""
    directive = directive_or_404(request, directive_id)
    try:
        count = actions.give_tasks(directive_id=directive.pk, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        said = ngettext("%(count)d task was given.", "%(count)d tasks were given.", count) % {"count": count}
        messages.success(request, said)
    return redirect("directive_detail", directive.pk)


@needs(Permission.DIRECTIVE_KEEP)
def itself(request: ActorRequest, directive_id: int, addressee_id: int) -> HttpResponse:
    """Note that an addressee carries the directive out itself."""
    addressee = addressee_or_404(request, directive_id, addressee_id)
    form = ReasonForm(request.POST or None, initial={"reason": addressee.carries_itself})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["reason"]
        if done(form, lambda: actions.carry_itself(addressee_id=addressee.pk, reason=given, by=request.actor)):
            messages.success(request, _("Noted."))
            return redirect("directive_cascade", directive_id)
    title = _("%(name)s carries it out itself") % {"name": addressee.name}
    return _form_page(request, addressee.directive, form, title, _("Save"))


def _taken(request: ActorRequest, form: TakeForm) -> Directive | None:
    """Read what was sent; what is wrong with it is said on the form."""
    data = form.cleaned_data
    file = data.get("file")
    try:
        text = actions.text_of(file) if file else data["text"]
        return actions.take_in(
            unit=data["unit"], text=text, by=request.actor, file_name=getattr(file, "shown_name", "")
        )
    except SipasError as error:
        form.add_error("file" if file else "text", sentence(error))
    except ValidationError as error:
        form.add_error("file" if file else "text", error.messages)
    return None


def _form_page(
    request: ActorRequest, directive: Directive, form: ReasonForm, title: str, verb: str, open_tasks: str = ""
) -> HttpResponse:
    shown = {"directive": directive, "form": form, "title": title, "verb": verb, "open_tasks": open_tasks}
    return render(request, "improvement/directives/form.html", shown)
