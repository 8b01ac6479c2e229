"""Pages of closed years of commitments."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.actions import commitments_closing as actions
from sipas_web.improvement.forms.commitments import CloseForm, CorrectForm
from sipas_web.improvement.pages import commitments as pages
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import commitments as reads
from sipas_web.improvement.queries.commitments import FrozenYear
from sipas_web.improvement.queries.targets_units import allowed
from sipas_web.improvement.views.targets_frame import page
from sipas_web.privacy.views.faults import add_faults
from sipas_web.shared.access import needs
from sipas_web.units.queries import today


@needs(Permission.COMMITMENT_REVIEW)
def close(request: ActorRequest) -> HttpResponse:
    """Close a year of an area."""
    places = allowed(request.actor, Permission.COMMITMENT_REVIEW)
    initial = {"year": request.GET.get("year") or today().year - 1}
    form = CloseForm(request.POST or None, places=places, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.close_year(unit=data["unit"], year=data["year"], by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The year is closed."))
            return redirect("commitment_closed", made.pk)
    return page(request, "commitment_close", "commitments", {"form": form})


@needs(Permission.TARGET_VIEW)
@require_safe
def closed(request: ActorRequest, frozen_id: int) -> HttpResponse:
    """Show a closed year as it was written down, in one of its versions."""
    frozen = _frozen(request, frozen_id)
    versions = list(reads.versions_of(frozen))
    before = next((v for v in versions if v.version == frozen.version - 1), None)
    rows = pages.frozen_rows(frozen, before)
    share = pages.frozen_share(rows)
    context = {
        "frozen": frozen, "versions": versions, "rows": rows, "share": share, "percent": pages.percent(share),
        "may_correct": versions[0].pk == frozen.pk
        and request.actor.may(Permission.COMMITMENT_REVIEW, frozen.unit),
    }  # fmt: skip
    return page(request, "commitment_closed", "commitments", context)


@needs(Permission.COMMITMENT_REVIEW)
def correct(request: ActorRequest, frozen_id: int) -> HttpResponse:
    """Correct a verdict of a closed year by a new version."""
    frozen = _frozen(request, frozen_id)
    if not request.actor.may(Permission.COMMITMENT_REVIEW, frozen.unit):
        raise Http404
    newest = reads.newest_version(frozen.unit_id, frozen.year) or frozen
    form = CorrectForm(request.POST or None, items=pages.choices_of(newest))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.correct_year(
                unit=frozen.unit, year=frozen.year, verdicts={int(data["item"]): data["verdict"]},
                reason=data["reason"], by=request.actor,
            )  # fmt: skip
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The correction stands as version %(number)d.") % {"number": made.version})
            return redirect("commitment_closed", made.pk)
    return page(request, "commitment_correct", "commitments", {"form": form, "frozen": newest})


def _frozen(request: ActorRequest, frozen_id: int) -> FrozenYear:
    found = reads.frozen_for(request.actor, frozen_id)
    if found is None:
        raise Http404
    return found
