"""What a witness does, on a phone in the meeting room."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.rounds.actions import draw as actions
from sipas_web.rounds.forms.draw import PrintedReasonForm, TextForm
from sipas_web.rounds.pages.draw import part_of
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import Witness
from sipas_web.rounds.queries import draw as reads
from sipas_web.shared.access import needs


@needs(Permission.DRAW_WITNESS)
@require_safe
def awaiting(request: ActorRequest) -> HttpResponse:
    """List the draws that wait for one's text, and those one took part in."""
    by = request.actor
    return render(
        request,
        "rounds/draw_awaiting.html",
        {"waiting": reads.awaiting(by), "earlier": reads.took_part(by)[:50]},
    )


@needs(Permission.DRAW_WITNESS)
def take_part(request: ActorRequest, round_id: int) -> HttpResponse:
    """Compare the hashes, type one's text."""
    witness = _own(request, round_id)
    form = TextForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.type_text(draw_id=witness.draw_id, text=form.cleaned_data["text"], by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Your text was taken. Others see it when every witness has typed."))
            return redirect("draw_witness", round_id)
    return render(request, "rounds/draw_witness.html", {"form": form, **part_of(witness)})


@needs(Permission.DRAW_WITNESS)
def refuse(request: ActorRequest, round_id: int) -> HttpResponse:
    """Refuse, with a reason."""
    witness = _own(request, round_id)
    form = PrintedReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.refuse(draw_id=witness.draw_id, reason=form.cleaned_data["reason"], by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("draw_witness", round_id)
    told = _(
        "This draw can then not be carried out. Your refusal and its reason are printed on every later certificate."
    )
    shown = {"form": form, "draw": witness.draw, "title": _("Refuse to witness"), "verb": _("Refuse"), "told": told}
    return render(request, "rounds/draw_form.html", {**shown, "is_danger": True, "is_witness": True})


def _own(request: ActorRequest, round_id: int) -> Witness:
    witness = reads.witness_of(request.actor, round_id)
    if witness is None or not request.actor.may(Permission.DRAW_WITNESS, witness.draw.round.unit):
        raise Http404
    return witness
