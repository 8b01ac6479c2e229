"""The list of rounds, a round's home, its beginning and its end."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.audit.sentences import sentence_of
from sipas_web.jobs.queries import latest
from sipas_web.rounds import defaults
from sipas_web.rounds.actions import set_up as actions
from sipas_web.rounds.forms.set_up import ReasonForm, RoundFilter, RoundForm
from sipas_web.rounds.pages import calendar as pages
from sipas_web.rounds.parts import parts_of
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import Round, State, history
from sipas_web.rounds.queries import set_up as reads
from sipas_web.rounds.views.found import changeable_round, round_or_404
from sipas_web.shared.access import needs
from sipas_web.units.queries import today

PER_PAGE = 50


@needs(Permission.ROUND_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """List rounds."""
    form = RoundFilter(request.GET, years=reads.years(request.actor))
    found = reads.found(request.actor, form.wanted(), request.GET.get("sort", ""))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown = {
        "form": form,
        "page": page,
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "may_add": request.actor.may(Permission.ROUND_CHANGE),
    }
    return render(request, "rounds/list.html", shown)


@needs(Permission.ROUND_CHANGE)
def add(request: ActorRequest) -> HttpResponse:
    """Begin a round."""
    places = reads.places(request.actor)
    initial = {"year": today().year, "edition": "sipas-2017", "previous": request.GET.get("previous")}
    form = RoundForm(request.POST or None, places=places, earlier=reads.earlier(request.actor), initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data | {"title": form.cleaned_data["title"]}
        data["title"] = data["title"] or defaults.title(data["unit"], data["year"])
        try:
            round_ = actions.add(**data, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request, _("The round was begun. Go through its parts in order; you can stop at any time.")
            )
            return redirect("round_detail", round_.pk)
    return render(request, "rounds/add.html", {"form": form})


@needs(Permission.ROUND_VIEW)
@require_safe
def detail(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show a round's home: where each part stands, the calendar, who works on it, what happened."""
    round_ = round_or_404(request, round_id)
    planned = reads.planned(round_)
    state = State(round_.state)
    may_change = request.actor.may(Permission.ROUND_CHANGE, round_.unit)
    shown = {
        "round": round_,
        "parts": parts_of(round_, request.actor),
        "lines": pages.lines(planned, today()),
        "doubts": pages.doubts_of(round_, planned),
        "has_calendar": bool(planned),
        "people": reads.people_of(round_, request.actor),
        "job": latest(round_),
        "history": [(done, sentence_of(done.newest.action)) for done in history.recent(round_)],
        "may_abandon": may_change and state in {State.SET_UP, State.DRAWN, State.IN_FIELD},
        "may_set_aside": state == State.DRAWN and request.actor.may(Permission.DRAW_HOLD, round_.unit),
        "may_follow": may_change and state != State.ABANDONED,
    }
    return render(request, "rounds/detail.html", shown)


@needs(Permission.ROUND_CHANGE)
def abandon(request: ActorRequest, round_id: int) -> HttpResponse:
    """Give a round up."""
    round_ = changeable_round(request, round_id, Permission.ROUND_CHANGE)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.abandon(round_=round_, **form.cleaned_data, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The round was abandoned."))
            return redirect("round_detail", round_.pk)
    text = _("Nothing is deleted, but nobody can go on with this round. It cannot be taken back.")
    return _reason_page(request, round_, form, _("Abandon the round"), text)


@needs(Permission.DRAW_HOLD)
def set_sample_aside(request: ActorRequest, round_id: int) -> HttpResponse:
    """Take a drawn round back to its set-up."""
    round_ = changeable_round(request, round_id, Permission.DRAW_HOLD)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_sample_aside(round_=round_, **form.cleaned_data, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The settings can be changed again. The draw must be held once more."))
            return redirect("round_detail", round_.pk)
    text = _(
        "The settings can then be changed and the draw must be held again before witnesses. This draw stays on record, "
        "and the next certificate counts it."
    )
    return _reason_page(request, round_, form, _("Set the sample aside"), text)


def _reason_page(request: ActorRequest, round_: Round, form: Form, title: str, text: str) -> HttpResponse:
    shown = {"round": round_, "form": form, "title": title, "text": text}
    return render(request, "rounds/reason.html", shown)
