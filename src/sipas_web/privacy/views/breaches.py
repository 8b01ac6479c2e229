"""Pages of the register of breaches."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.privacy import actions, clocks
from sipas_web.privacy.actions.breaches import EDITED
from sipas_web.privacy.forms.duties import BreachChangeForm, BreachForm
from sipas_web.privacy.pages.duties import clocked
from sipas_web.privacy.pages.requests import breach_letter
from sipas_web.privacy.permissions import Permission
from sipas_web.privacy.queries import requests as reads
from sipas_web.privacy.queries.requests import Breach
from sipas_web.privacy.views.faults import add_faults
from sipas_web.shared.access import needs

PER_PAGE = 50


@needs(Permission.DUTY_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """List breaches, open ones first."""
    page = Paginator(reads.breaches(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    may_add = request.actor.may(Permission.BREACH_HANDLE)
    return render(
        request, "privacy/breaches.html", {"page": page, "rows": [clocked(b) for b in page], "may_add": may_add}
    )


@needs(Permission.BREACH_HANDLE)
def add(request: ActorRequest) -> HttpResponse:
    """Enter a breach."""
    places = reads.places(request.actor, Permission.BREACH_HANDLE)
    form = BreachForm(request.POST or None, places=places, initial={"found": timezone.localtime()})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.report_breach(**form.cleaned_data, by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The breach was entered as %(number)s. The clock runs.") % {"number": made})
            return redirect("breach_detail", made.pk)
    return render(request, "privacy/breach_form.html", {"form": form})


@needs(Permission.DUTY_VIEW)
def detail(request: ActorRequest, breach_id: int) -> HttpResponse:
    """Show a breach with its clock; add what has become known."""
    breach = _found(request, breach_id)
    may = request.actor.may(Permission.BREACH_HANDLE, breach.unit)
    form = BreachChangeForm(request.POST or None, initial={name: getattr(breach, name) for name in EDITED})
    if request.method == "POST":
        request.actor.require(Permission.BREACH_HANDLE, breach.unit)
        if form.is_valid():
            try:
                actions.change_breach(breach_id=breach.pk, values=form.values(), by=request.actor)
            except ValidationError as error:
                add_faults(form, error)
            else:
                messages.success(request, _("Saved."))
                return redirect("breach_detail", breach.pk)
    shown = {"breach": breach, "clock": clocked(breach), "form": form, "may_handle": may, "source": clocks.BREACH}
    return render(request, "privacy/breach.html", shown)


@needs(Permission.BREACH_HANDLE)
@require_POST
def close(request: ActorRequest, breach_id: int) -> HttpResponse:
    """Close a breach."""
    breach = _found(request, breach_id)
    try:
        actions.close_breach(breach_id=breach.pk, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The breach was closed."))
    return redirect("breach_detail", breach.pk)


@needs(Permission.BREACH_HANDLE)
@require_safe
def letter(request: ActorRequest, breach_id: int) -> HttpResponse:
    """Give the text of the notice."""
    breach = _found(request, breach_id)
    shown = {"breach": breach, "text": breach_letter(breach), "title": _("Notice of the breach")}
    return render(request, "privacy/letter.html", shown)


def _found(request: ActorRequest, breach_id: int) -> Breach:
    found = reads.breach_for(request.actor, breach_id, Permission.DUTY_VIEW)
    if found is None:
        raise Http404
    return found
