"""Pages of letters that urge."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sipas_web.accounts.own_areas import own_areas
from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement import urging_letter
from sipas_web.improvement.actions import urging as actions
from sipas_web.improvement.forms.urging import SentForm, UrgeForm
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import urging as reads
from sipas_web.improvement.queries.urging import Urging
from sipas_web.improvement.tracking_rules import rules_on
from sipas_web.privacy.views.faults import add_faults
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import attachment
from sipas_web.units import queries as units

PER_PAGE = 50


@needs(Permission.TASK_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """List who is to be urged today, and the letters written."""
    today = timezone.localdate()
    page = Paginator(reads.letters(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    may = request.actor.may(Permission.TASK_GIVE)
    shown = {
        "to_urge": reads.to_urge(request.actor, today) if may else [],
        "page": page, "rules": rules_on(today), "today": today, "may_urge": may,
    }  # fmt: skip
    return render(request, "improvement/tasks/urging_list.html", shown)


@needs(Permission.TASK_GIVE)
def draw_up(request: ActorRequest, unit_id: int) -> HttpResponse:
    """Draw up a letter to a unit."""
    today = timezone.localdate()
    line = next((row for row in reads.to_urge(request.actor, today) if row.unit.pk == unit_id), None)
    if line is None:
        raise Http404
    issuers = reads.issuers(own_areas(request.user, Permission.TASK_GIVE))
    form = UrgeForm(request.POST or None, issuers=issuers, initial=_head(issuers.first()))
    if request.method == "POST" and form.is_valid():
        try:
            letter = actions.draw_up(unit=line.unit, **form.cleaned_data, by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The letter was drawn up."))
            return redirect("urging_detail", letter.pk)
    shown = {"form": form, "line": line, "rules": rules_on(today), "today": today}
    return render(request, "improvement/tasks/urging_form.html", shown)


@needs(Permission.TASK_VIEW)
def detail(request: ActorRequest, urging_id: int) -> HttpResponse:
    """Show a letter; note that it was sent."""
    letter = _found(request, urging_id)
    may = letter.sent is None and request.actor.may(Permission.TASK_GIVE, letter.issuer)
    form = SentForm(request.POST or None)
    if request.method == "POST":
        request.actor.require(Permission.TASK_GIVE, letter.issuer)
        if form.is_valid():
            try:
                actions.note_sent(urging_id=letter.pk, **form.cleaned_data, by=request.actor)
            except ValidationError as error:
                add_faults(form, error)
            else:
                messages.success(request, _("The letter was noted as sent."))
                return redirect("urging_detail", letter.pk)
    shown = {"letter": letter, "tasks": reads.lines_of(letter), "form": form, "may_send": may}
    return render(request, "improvement/tasks/urging_detail.html", shown)


@needs(Permission.TASK_VIEW)
@require_safe
def paper(request: ActorRequest, urging_id: int, form: str) -> HttpResponseBase:
    """Give a letter as a file."""
    letter = _found(request, urging_id)
    if form not in urging_letter.FORMS:
        raise Http404
    made = urging_letter.letter(letter, reads.earlier(letter), form)
    name = f"don-doc-{letter.unit.code}-{letter.on:%Y%m%d}.{form}"
    return attachment(made, name, urging_letter.FORMS[form])


@needs(Permission.TASK_GIVE)
@require_POST
def discard(request: ActorRequest, urging_id: int) -> HttpResponse:
    """Throw away a letter that was not sent."""
    letter = _found(request, urging_id)
    try:
        actions.discard(urging_id=letter.pk, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("urging_detail", letter.pk)
    messages.success(request, _("The letter was thrown away."))
    return redirect("urging_list")


def _found(request: ActorRequest, urging_id: int) -> Urging:
    found = reads.letter_for(request.actor, urging_id)
    if found is None:
        raise Http404
    return found


def _head(issuer: Any) -> dict[str, Any]:
    if issuer is None:
        return {}
    parent, agency, place = urging_letter.head_for(issuer, units.parent_at(issuer, timezone.localdate()))
    return {"issuer": issuer.pk, "parent_agency": parent, "agency": agency, "place": place}
