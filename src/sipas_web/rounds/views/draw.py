"""The ceremony: the page on the wall and what the operator does."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sipas.errors import SipasError
from sipas_web.audit.actors import ActorRequest
from sipas_web.rounds.actions import draw as actions
from sipas_web.rounds.forms.draw import NumberForm, OpenForm, PrintedReasonForm
from sipas_web.rounds.pages.draw import board_of, doubts_before
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import Draw, Round
from sipas_web.rounds.queries import draw as reads
from sipas_web.rounds.views.found import round_or_404
from sipas_web.shared.access import needs
from sipas_web.shared.core_errors import sentence


@needs(Permission.ROUND_VIEW)
@require_safe
def board(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show where the draw stands; asked again every few seconds while something is awaited."""
    round_ = round_or_404(request, round_id)
    shown = board_of(round_, request.actor, request.build_absolute_uri("/"))
    is_part = bool(request.headers.get("HX-Request"))
    if is_part and request.GET.get("mark") == shown.mark:
        return HttpResponse(status=204)  # nothing new: the page stays as it is
    template = "rounds/draw_ceremony.html" if is_part else "rounds/draw.html"
    return render(request, template, {"board": shown, "round": round_})


@needs(Permission.DRAW_HOLD)
def open_(request: ActorRequest, round_id: int) -> HttpResponse:
    """Open a draw."""
    round_ = round_or_404(request, round_id, Permission.DRAW_HOLD)
    candidates = reads.candidates(round_, request.actor)
    is_again = reads.latest(round_) is not None
    form = OpenForm(request.POST or None, candidates=candidates, is_again=is_again)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.open_draw(
                round_id=round_.pk, named=form.named(), public_source=given["public_source"],
                reason=given.get("reason", ""), by=request.actor,
            )  # fmt: skip
        except (ValidationError, SipasError) as error:
            form.add_error(None, _said(error))
        else:
            return redirect("round_draw", round_.pk)
    shown = {"form": form, "round": round_, "ready": reads.ready(round_), "doubts": doubts_before(round_)}
    return render(request, "rounds/draw_open.html", shown)


@needs(Permission.DRAW_HOLD)
@require_POST
def trial(request: ActorRequest, round_id: int) -> HttpResponse:
    """Start a trial draw."""
    round_ = round_or_404(request, round_id, Permission.DRAW_HOLD)
    try:
        actions.start_trial(round_id=round_.pk, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("round_draw", round_.pk)


@needs(Permission.DRAW_HOLD)
@require_POST
def carry_out(request: ActorRequest, round_id: int) -> HttpResponse:
    """Start the draw."""
    draw = _open_draw(round_or_404(request, round_id, Permission.DRAW_HOLD))
    try:
        actions.carry_out(draw_id=draw.pk, base_url=request.build_absolute_uri("/"), by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("round_draw", round_id)


@needs(Permission.DRAW_HOLD)
def abandon(request: ActorRequest, round_id: int) -> HttpResponse:
    """Give a draw up."""
    draw = _open_draw(round_or_404(request, round_id, Permission.DRAW_HOLD))
    form = PrintedReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.abandon(draw_id=draw.pk, reason=form.cleaned_data["reason"], by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.warning(request, _("The draw was abandoned. It will be told of on every later certificate."))
            return redirect("round_draw", round_id)
    told = _(
        "The draw is not carried out; its texts are not used. It stays in the record and on every later certificate."
    )
    shown = {"form": form, "draw": draw, "title": _("Abandon the draw"), "verb": _("Abandon"), "told": told}
    return render(request, "rounds/draw_form.html", {**shown, "is_danger": True})


@needs(Permission.ROUND_VIEW)
def number(request: ActorRequest, round_id: int) -> HttpResponse:
    """Type the public number, or confirm it as a second person."""
    draw = _open_draw(round_or_404(request, round_id))
    form = NumberForm(request.POST or None)
    confirms = bool(draw.public_number) and draw.public_typed_by != request.actor.key
    if request.method == "POST" and form.is_valid():
        act = actions.confirm_number if confirms else actions.give_number
        try:
            act(draw_id=draw.pk, number=form.cleaned_data["number"], by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("round_draw", round_id)
    return _number_page(request, form, draw, confirms)


def _open_draw(round_: Round) -> Draw:
    draw = reads.latest(round_)
    if draw is None or draw.state not in reads.OPEN:
        raise Http404
    return draw


def _number_page(request: ActorRequest, form: Form, draw: Draw, confirms: bool) -> HttpResponse:
    if confirms:
        title, verb = _("Confirm the public number"), _("Confirm")
        told = _(
            "Look the number up yourself where it was announced and type it again. What was typed is not shown here."
        )
    else:
        title, verb = _("Type the public number"), _("Save")
        told = _("A second person must confirm it before the draw can be carried out.")
    shown = {"form": form, "draw": draw, "title": title, "verb": verb, "told": told}
    return render(request, "rounds/draw_form.html", shown)


def _said(error: ValidationError | SipasError) -> ValidationError | str:
    return sentence(error) if isinstance(error, SipasError) else error
