"""Steps of the desk, of the unit that answers and of who checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sipas_web.audit.actors import ActorRequest
from sipas_web.feedback import topics
from sipas_web.feedback.actions import answering, publishing, sorting
from sipas_web.feedback.forms.desk import (
    AnswerForm,
    ClassifyForm,
    ExtendForm,
    NoteForm,
    PublishForm,
    ResolveForm,
    RouteForm,
)
from sipas_web.feedback.pages import desk as pages
from sipas_web.feedback.permissions import Permission
from sipas_web.feedback.queries import feedback as reads
from sipas_web.feedback.queries.feedback import HANDLED, Feedback
from sipas_web.feedback.views.faults import add_faults
from sipas_web.feedback.views.found import feedback_or_404
from sipas_web.shared.access import needs
from sipas_web.units.queries import today

RECEIVE, ANSWER, PUBLISH = Permission.FEEDBACK_RECEIVE, Permission.FEEDBACK_ANSWER, Permission.FEEDBACK_PUBLISH
Act = Callable[..., object]


@needs(RECEIVE)
def classify(request: ActorRequest, feedback_id: int) -> HttpResponse:
    """Say what it is: then it is routed to a unit, or out."""
    found = feedback_or_404(request, feedback_id, RECEIVE)
    form = ClassifyForm(request.POST or None, initial={"kind": found.kind, "topic": found.topic})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        is_handled = given["kind"] in HANDLED
        names = ("kind", "topic") if is_handled else ("kind", "to", "reason")
        act: Act = sorting.classify if is_handled else sorting.route_out
        if _done(form, lambda: act(feedback_id=found.pk, by=request.actor, **{n: given[n] for n in names})):
            return redirect("feedback_route" if is_handled else "feedback_detail", found.pk)
    shown = {"form": form, "found": found, "alike": reads.alike(found), "photographs": reads.photographs_of(found)}
    return render(request, "feedback/desk/classify.html", shown)


@needs(RECEIVE)
def route(request: ActorRequest, feedback_id: int) -> HttpResponse:
    """Send it to the unit that answers."""
    found = feedback_or_404(request, feedback_id, RECEIVE)
    units = reads.units_to_route(request.actor, found)
    form = RouteForm(request.POST or None, units=units, initial={"unit": found.unit_id or found.place_id})
    title = _("Send to the unit that answers")
    return _step(request, found, form, title, sorting.route, _("It was sent on."), alike=reads.alike(found))


@needs(RECEIVE)
@require_POST
def join(request: ActorRequest, feedback_id: int, main_id: int) -> HttpResponse:
    """Have it follow another on the same thing."""
    found = feedback_or_404(request, feedback_id, RECEIVE)
    main = feedback_or_404(request, main_id, RECEIVE)
    act = lambda: sorting.join(feedback_id=found.pk, main_id=main.pk, by=request.actor)  # noqa: E731
    return _pressed(request, found, act, _("It follows %(number)s now.") % {"number": main})


@needs(RECEIVE)
@require_POST
def part(request: ActorRequest, feedback_id: int) -> HttpResponse:
    """Take a joining back."""
    found = feedback_or_404(request, feedback_id, RECEIVE)
    return _pressed(request, found, lambda: sorting.part(feedback_id=found.pk, by=request.actor), _("Parted."))


@needs(ANSWER)
def give_back(request: ActorRequest, feedback_id: int) -> HttpResponse:
    """Give it back to the desk."""
    found = feedback_or_404(request, feedback_id, ANSWER)
    title = _("Give back to the desk")
    return _step(request, found, NoteForm(request.POST or None), title, sorting.give_back, _("The desk has it again."))


@needs(ANSWER)
def answer(request: ActorRequest, feedback_id: int) -> HttpResponse:
    """Write the answer."""
    found = feedback_or_404(request, feedback_id, ANSWER)
    chosen = request.GET.get("mau", found.topic)
    form = AnswerForm(request.POST or None, initial={"text": pages.template_of(found, chosen)})
    shown = {
        "templates": topics.choices(), "chosen": chosen, "sent_back": reads.last_sent_back(found),
        "photographs": reads.photographs_of(found), "earlier": reads.accepted_answers(found),
    }  # fmt: skip
    done = _("The answer waits to be checked by another person.")
    return _step(request, found, form, _("Answer"), answering.submit, done, page="feedback/desk/answer.html", **shown)


@needs(ANSWER)
def extend(request: ActorRequest, feedback_id: int) -> HttpResponse:
    """Give it more time, once."""
    found = feedback_or_404(request, feedback_id, ANSWER)
    form = ExtendForm(request.POST or None)
    return _step(request, found, form, _("Extend the time"), answering.extend, _("The time was extended."))


@needs(ANSWER)
def resolve(request: ActorRequest, feedback_id: int) -> HttpResponse:
    """Say that it has been done, with evidence."""
    found = feedback_or_404(request, feedback_id, ANSWER)
    form = ResolveForm(request.POST or None, initial={"on": today()})
    return _step(request, found, form, _("Resolved, with evidence"), answering.resolve, _("Noted as resolved."))


@needs(PUBLISH)
@require_POST
def accept(request: ActorRequest, feedback_id: int) -> HttpResponse:
    """Find that the answer fits."""
    found = feedback_or_404(request, feedback_id, PUBLISH)
    act = lambda: answering.accept(feedback_id=found.pk, by=request.actor)  # noqa: E731
    return _pressed(request, found, act, _("The citizen can read the answer now."))


@needs(PUBLISH)
def send_back(request: ActorRequest, feedback_id: int) -> HttpResponse:
    """Send an answer back that does not fit."""
    found = feedback_or_404(request, feedback_id, PUBLISH)
    form = NoteForm(request.POST or None)
    title = _("Send the answer back")
    return _step(request, found, form, title, answering.send_back, _("The answer was sent back."))


@needs(PUBLISH)
def publish(request: ActorRequest, feedback_id: int) -> HttpResponse:
    """Redact on screen and publish."""
    found = feedback_or_404(request, feedback_id, PUBLISH)
    texts = pages.to_publish(found)
    form = PublishForm(request.POST or None, initial=texts["initial"])
    done = _("It is published. Look at it once more as a citizen sees it.")
    title = _("Publish redacted")
    return _step(request, found, form, title, publishing.publish, done, page="feedback/desk/publish.html", **texts)


@needs(PUBLISH)
def take_down(request: ActorRequest, feedback_id: int) -> HttpResponse:
    """Take it off the public list."""
    found = feedback_or_404(request, feedback_id, PUBLISH)
    form = NoteForm(request.POST or None)
    return _step(request, found, form, _("Take down"), publishing.take_down, _("It is no longer published."))


def _step(
    request: ActorRequest, found: Feedback, form: Form, title: str, act: Act, done: str, *,
    page: str = "feedback/desk/step.html", **shown: Any,
) -> HttpResponse:  # fmt: skip
    """Show a form; carry its step out and go back to the page of the feedback."""
    carry_out = lambda: act(feedback_id=found.pk, by=request.actor, **form.cleaned_data)  # noqa: E731
    if request.method == "POST" and form.is_valid() and _done(form, carry_out):
        messages.success(request, done)
        return redirect("feedback_detail", found.pk)
    line = pages.line(found)
    return render(request, page, {"form": form, "found": found, "title": title, "line": line, **shown})


def _pressed(request: ActorRequest, found: Feedback, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect("feedback_detail", found.pk)


def _done(form: Form, act: Callable[[], object]) -> bool:
    try:
        act()
    except ValidationError as error:
        add_faults(form, error)
        return False
    return True
