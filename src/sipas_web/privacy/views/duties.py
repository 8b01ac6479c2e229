"""Pages of duties: what is due, dropping contacts, keys, retention."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.jobs.queries import latest
from sipas_web.privacy import actions
from sipas_web.privacy.actions.retaining import KIND as DUTIES
from sipas_web.privacy.actions.rotating import KIND as RESEAL
from sipas_web.privacy.actions.rotating import SUBJECT as KEYS
from sipas_web.privacy.forms.duties import DropForm
from sipas_web.privacy.pages import duties as pages
from sipas_web.privacy.permissions import Permission
from sipas_web.privacy.queries.retention import standings
from sipas_web.privacy.views.faults import add_faults
from sipas_web.rounds.views.found import round_or_404
from sipas_web.shared.access import needs


@needs(Permission.DUTY_VIEW)
@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """Show what is due on personal data."""
    opened, late = pages.count_late(request.actor)
    shown = {
        "rounds": pages.held_rounds(request.actor),
        "breaches": pages.breach_lines(request.actor),
        "open_requests": opened,
        "late_requests": late,
        "duties": latest("privacy.duties", DUTIES),
        "may_request": request.actor.may(Permission.REQUEST_HANDLE),
        "may_breach": request.actor.may(Permission.BREACH_HANDLE),
    }
    return render(request, "privacy/home.html", shown)


@needs(Permission.DUTY_VIEW)
def join_drop(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show what a round holds of people; drop it."""
    round_ = round_or_404(request, round_id, Permission.DUTY_VIEW)
    may_drop = request.actor.may(Permission.JOIN_DROP, round_.unit)
    facts = pages.drop_facts(round_)
    form = DropForm(request.POST or None, is_early=bool(facts["is_early"]))
    if request.method == "POST":
        request.actor.require(Permission.JOIN_DROP, round_.unit)
        if form.is_valid():
            try:
                actions.ask_drop(round_id=round_.pk, reason=form.cleaned_data.get("reason", ""), by=request.actor)
            except ValidationError as error:
                add_faults(form, error)
            else:
                messages.success(request, _("The contacts of this round are being destroyed."))
                return redirect("join_drop", round_.pk)
    return render(request, "privacy/drop.html", {"round": round_, "form": form, "may_drop": may_drop, **facts})


@needs(Permission.KEY_ROTATE)
def contact_keys(request: ActorRequest) -> HttpResponse:
    """Show the keys by name; make a new one."""
    if request.method == "POST":
        try:
            actions.ask_rotation(by=request.actor)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(
                request,
                _("A new key seals from now on. Copy the file of keys to its safe place again: the old copy lacks it."),
            )
        return redirect("contact_keys")
    job = latest(KEYS, RESEAL)
    lines, fault = [], ""
    try:
        lines = pages.key_lines()
    except ValidationError as error:
        fault = " ".join(error.messages)
    return render(request, "privacy/keys.html", {"lines": lines, "fault": fault, "job": job})


@needs(Permission.DUTY_VIEW)
@require_safe
def retention_list(request: ActorRequest) -> HttpResponse:
    """List every kind of data that is not kept for ever."""
    shown = {"rows": standings(timezone.now()), "duties": latest("privacy.duties", DUTIES)}
    return render(request, "privacy/retention.html", shown)
