"""Pages of how keying goes: where the forms stand, error rates by keyer and field, a keyer's own."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.capture import keying_files
from sipas_web.capture.actions.keying import person_of
from sipas_web.capture.permissions import Permission
from sipas_web.capture.queries import keying as queries
from sipas_web.capture.queries.keying_rates import rates_of
from sipas_web.fieldwork.actions import note_export
from sipas_web.fieldwork.queries import rules_of
from sipas_web.rounds.views.found import round_or_404
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import FORMATS

WORST = 10  # fields shown first


@needs(Permission.KEYING_VIEW)
@require_safe
def progress(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show where the forms stand, and error rates by keyer and by field."""
    round_ = round_or_404(request, round_id, Permission.KEYING_VIEW)
    rates = rates_of(round_)
    high = [row.name for row in rates.keyers if row.rate.is_high]
    shown = {
        "round": round_,
        "standing": queries.standing(round_),
        "rates": rates,
        "fields": sorted(rates.fields, key=lambda row: (-(row.rate.per_thousand or 0), row.number)),
        "share": rules_of(round_).second_keying,
        "high_keyers": high,
        "high_fields": [row for row in rates.fields if row.rate.is_high],
        "may_reconcile": request.actor.may(Permission.KEYING_RECONCILE, round_.unit),
    }
    return render(request, "capture/keying/progress.html", shown)


@needs(Permission.KEYING_VIEW)
@require_safe
def export(request: ActorRequest, round_id: int, form: str) -> HttpResponseBase:
    """Give the error rates of each keyer in each field as a file."""
    round_ = round_or_404(request, round_id, Permission.KEYING_VIEW)
    if form not in FORMATS:
        raise Http404
    note_export(round_=round_, what="keying", form=form, permission=Permission.KEYING_VIEW, by=request.actor)
    return keying_files.rates(round_, rates_of(round_), form)


@needs(Permission.FORM_KEY)
@require_safe
def own(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show a keyer their own figures and nobody else's."""
    round_ = round_or_404(request, round_id, Permission.FORM_KEY)
    person = person_of(request.actor)
    rates = rates_of(round_, person)
    wrong = sorted((row for row in rates.fields if row.rate.errors), key=lambda row: (-row.rate.errors, row.number))
    shown = {
        "round": round_,
        "rates": rates,
        "mine": rates.keyers[0] if rates.keyers else None,
        "fields": wrong[:WORST],
        "today": queries.day_of(round_, person, timezone.localdate()),
    }
    return render(request, "capture/keying/own.html", shown)
