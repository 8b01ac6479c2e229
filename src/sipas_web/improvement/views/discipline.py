"""Pages of the register of discipline: restricted, and a name is opened one at a time, on record."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.actions import discipline as actions
from sipas_web.improvement.forms.registers import DisciplineForm, PurposeForm
from sipas_web.improvement.forms.targets_fields import ReasonForm
from sipas_web.improvement.pages import registers as pages
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import registers as reads
from sipas_web.improvement.queries.registers import Discipline
from sipas_web.improvement.queries.targets_units import allowed
from sipas_web.improvement.series_register import discipline_words
from sipas_web.improvement.views.registers import PER_PAGE, begun, filtered, leading_here
from sipas_web.improvement.views.targets_frame import page
from sipas_web.privacy.views.faults import add_faults
from sipas_web.shared.access import needs


@never_cache
@needs(Permission.DISCIPLINE_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """List decisions, without names."""
    form, wanted = filtered(request, _("Unit"))
    rows = reads.discipline(request.actor, wanted, request.GET.get("sort", ""))
    listed = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form, "page": listed, "lines": pages.decisions(listed), "words": discipline_words(),
        "may_add": request.actor.may(Permission.DISCIPLINE_KEEP),
    }  # fmt: skip
    return page(request, "discipline_list", "discipline", context)


@never_cache
@sensitive_post_parameters("official")
@needs(Permission.DISCIPLINE_KEEP)
def add(request: ActorRequest) -> HttpResponse:
    """Enter a decision."""
    places = allowed(request.actor, Permission.DISCIPLINE_KEEP)
    form = DisciplineForm(request.POST or None, places=places, initial=begun(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.enter(**form.cleaned_data, by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The decision was entered as %(number)s.") % {"number": made})
            return redirect("discipline_detail", made.pk)
    return page(request, "discipline_add", "discipline", {
        "form": form, "words": discipline_words(), "carries": leading_here(request)
    })  # fmt: skip


@never_cache
@needs(Permission.DISCIPLINE_VIEW)
def detail(request: ActorRequest, discipline_id: int) -> HttpResponse:
    """Show a decision; with a purpose, the name as well, once."""
    row = _found(request, discipline_id)
    form, official = PurposeForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        purpose = form.cleaned_data["purpose"]
        official = actions.open_name(discipline_id=row.pk, purpose=purpose, by=request.actor) or "–"
    (line,) = pages.decisions([row])
    context = {
        "line": line, "form": form, "official": official, "reason_form": ReasonForm(),
        "may_keep": request.actor.may(Permission.DISCIPLINE_KEEP, row.unit),
        "carries": pages.carries_out(row.origin, request.actor),
    }  # fmt: skip
    return page(request, "discipline", "discipline", context)


@needs(Permission.DISCIPLINE_KEEP)
@require_POST
def remove(request: ActorRequest, discipline_id: int) -> HttpResponse:
    """Take a decision out of the register."""
    row = _found(request, discipline_id)
    try:
        actions.remove(discipline_id=row.pk, reason=request.POST.get("reason", ""), by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("discipline_detail", discipline_id)
    messages.success(request, _("The decision was taken out and the name destroyed."))
    return redirect("discipline_list")


def _found(request: ActorRequest, discipline_id: int) -> Discipline:
    found = reads.discipline_for(request.actor, discipline_id)
    if found is None:
        raise Http404
    return found
