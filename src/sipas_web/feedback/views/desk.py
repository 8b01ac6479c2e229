"""The list, the page of one, taking in at the desk, what is opened with a record, figures."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.feedback import codes
from sipas_web.feedback.actions import messaging, opening
from sipas_web.feedback.actions.receiving import receive
from sipas_web.feedback.forms.desk import FeedbackFilter, PeriodForm, TakeForm
from sipas_web.feedback.pages import desk as pages
from sipas_web.feedback.pages.public import new_mark
from sipas_web.feedback.permissions import Permission
from sipas_web.feedback.queries import feedback as reads
from sipas_web.feedback.queries.feedback import Feedback, Kind
from sipas_web.feedback.views.faults import add_faults
from sipas_web.feedback.views.found import feedback_or_404
from sipas_web.shared.access import needs
from sipas_web.units.queries import today

PER_PAGE = 50
JPEG = "image/jpeg"


@needs(Permission.FEEDBACK_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """List feedback, what waits first."""
    form = FeedbackFilter(request.GET or None)
    wanted = form.wanted() if form.is_bound else reads.Wanted()
    page = Paginator(reads.found(request.actor, wanted, request.GET.get("sort", "")), PER_PAGE).get_page(
        request.GET.get("page")
    )
    shown = {
        "form": form,
        "page": page,
        "lines": [pages.line(row) for row in page],
        "warnings": pages.early_warnings(request.actor),
        "is_filtered": wanted != reads.Wanted(),
        "may_take": request.actor.may(Permission.FEEDBACK_RECEIVE),
    }
    return render(request, "feedback/desk/list.html", shown)


@needs(Permission.FEEDBACK_RECEIVE)
@never_cache
def take(request: ActorRequest) -> HttpResponse:
    """Take in what came to the desk, by telephone or by letter; show the code for the citizen."""
    places = reads.places_of_desk(request.actor)
    if request.method != "POST":
        initial = {"once": new_mark(), "received": today(), "topic": "other"}
        return _take_page(request, TakeForm(places=places, initial=initial))
    form = TakeForm(request.POST, request.FILES, places=places)
    if not form.is_valid():
        return _take_page(request, form)
    data = {name: value for name, value in form.cleaned_data.items() if name not in {"once", *form.person()}}
    code = codes.code_of(form.cleaned_data["once"])
    try:
        made = receive(code=code, person=form.person(), by=request.actor, **data)
    except ValidationError as error:
        add_faults(form, error)
        return _take_page(request, form)
    return render(request, "feedback/desk/taken.html", {"made": made, "code": codes.in_groups(code)})


def _take_page(request: ActorRequest, form: TakeForm) -> HttpResponse:
    if form.is_bound and "once" in form.errors:
        form.renew(new_mark())
    return render(request, "feedback/desk/take.html", {"form": form})


@needs(Permission.FEEDBACK_VIEW)
@require_safe
@never_cache
def detail(request: ActorRequest, feedback_id: int) -> HttpResponse:
    """Show one, its clocks and the next step."""
    return _detail(request, feedback_or_404(request, feedback_id))


@needs(Permission.FEEDBACK_RECEIVE)
@require_POST
@never_cache
def person(request: ActorRequest, feedback_id: int) -> HttpResponse:
    """Show who sent it; recorded."""
    found = feedback_or_404(request, feedback_id, Permission.FEEDBACK_RECEIVE)
    who = opening.open_person(feedback_id=found.pk, by=request.actor)
    return _detail(request, found, who=who, is_person_shown=True)


@needs(Permission.FEEDBACK_RECEIVE)
@require_POST
def send_code(request: ActorRequest, feedback_id: int) -> HttpResponse:
    """Send the code once more to the contact on record."""
    found = feedback_or_404(request, feedback_id, Permission.FEEDBACK_RECEIVE)
    try:
        messaging.send_code_again(feedback_id=found.pk, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The code is being sent to the contact on record."))
    return redirect("feedback_detail", found.pk)


@needs(Permission.FEEDBACK_RECEIVE)
@require_POST
@never_cache
def words(request: ActorRequest, feedback_id: int) -> HttpResponse:
    """Show the words of a denunciation; recorded."""
    found = feedback_or_404(request, feedback_id, Permission.FEEDBACK_RECEIVE)
    if found.kind != Kind.DENUNCIATION:
        raise Http404
    text, pictures = opening.open_denunciation(feedback_id=found.pk, by=request.actor)
    drawn = [base64.b64encode(picture).decode() for picture in pictures]
    return _detail(request, found, opened_text=text, opened_pictures=drawn)


@needs(Permission.FEEDBACK_VIEW)
@require_safe
@never_cache
def photograph(request: ActorRequest, feedback_id: int, photograph_id: int) -> HttpResponse:
    """Give a photograph; those of a denunciation are opened with its words only."""
    found = feedback_or_404(request, feedback_id)
    content = None if found.kind == Kind.DENUNCIATION else reads.photograph(found, photograph_id)
    if content is None:
        raise Http404
    return HttpResponse(content, content_type=JPEG)


@needs(Permission.FEEDBACK_VIEW)
@require_safe
def figures(request: ActorRequest) -> HttpResponse:
    """Show counts of a period, by unit, topic and item."""
    form = PeriodForm(request.GET or None)
    data = form.cleaned_data if form.is_bound and form.is_valid() else {}
    last = data.get("den") or today()
    first = data.get("tu") or dt.date(last.year, 1, 1)
    form = PeriodForm(initial={"tu": first, "den": last}) if not form.errors else form
    shown = pages.figures_page(request.actor, first, last)
    return render(request, "feedback/desk/figures.html", {"form": form, **shown})


def _detail(request: ActorRequest, found: Feedback, **shown: Any) -> HttpResponse:
    return render(request, "feedback/desk/detail.html", pages.facts(found, request.actor) | shown)
