"""Pages of facilities: open gaps, reviews, desks, standards."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.onestop.actions import facilities as actions
from sipas_web.onestop.forms.facilities import BeginForm, FinishForm, GapFilter, row_forms
from sipas_web.onestop.pages import facilities as pages
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import facilities as reads
from sipas_web.onestop.queries.facilities import FacilityReview
from sipas_web.privacy.views.faults import add_faults
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import FORMATS, table
from sipas_web.units import queries as units

PER_PAGE = 50


@needs(Permission.FACILITY_VIEW)
@require_safe
def gaps(request: ActorRequest) -> HttpResponse:
    """List open gaps of the newest reviews."""
    form, today = GapFilter(request.GET), units.today()
    found = reads.open_gaps(request.actor, **form.wanted(today), sort=request.GET.get("sort", ""))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown = {
        "form": form,
        "page": page,
        "rows": pages.gap_lines(page, today),
        "unreviewed": reads.unreviewed(request.actor)[:PER_PAGE],
        "is_filtered": any(request.GET.get(name) for name in ("text", "row", "late")),
        "may_review": request.actor.may(Permission.FACILITY_REVIEW),
    }
    return render(request, "onestop/facilities/gaps.html", shown)


@needs(Permission.FACILITY_VIEW)
@require_safe
def gaps_file(request: ActorRequest, form: str) -> HttpResponseBase:
    """Give the open gaps as a file."""
    if form not in FORMATS:
        raise Http404
    wanted = GapFilter(request.GET).wanted(units.today())
    rows = list(pages.gap_rows(reads.open_gaps(request.actor, **wanted, sort=request.GET.get("sort", ""))))
    actions.note_gap_export(rows=len(rows), by=request.actor)
    return table("khoang-thieu-co-so-vat-chat", form, pages.gap_heads(), rows)


@needs(Permission.FACILITY_VIEW)
@require_safe
def reviews(request: ActorRequest) -> HttpResponse:
    """List reviews."""
    page = Paginator(reads.reviews(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    may_review = request.actor.may(Permission.FACILITY_REVIEW)
    return render(request, "onestop/facilities/reviews.html", {"page": page, "may_review": may_review})


@needs(Permission.FACILITY_REVIEW)
def add(request: ActorRequest) -> HttpResponse:
    """Begin a review."""
    desks = reads.desks(request.actor, Permission.FACILITY_REVIEW)
    initial = {"on": units.today(), "desk": request.GET.get("desk", "")}
    form = BeginForm(request.POST or None, desks=desks, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.begin(**form.cleaned_data, by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            return redirect("facility_review", made.pk)
    return render(request, "onestop/facilities/add.html", {"form": form})


@needs(Permission.FACILITY_VIEW)
def review(request: ActorRequest, review_id: int) -> HttpResponse:
    """Show a review; fill its rows in while it is open."""
    found = _review(request, review_id)
    shown = pages.review_facts(found, request.actor)
    if not shown["may_fill"]:
        return render(request, "onestop/facilities/review.html", shown)
    given = request.POST if request.method == "POST" else None
    forms = row_forms(given, shown["standard"], reads.checks_of(found), found.level)
    faults = sum(len(form.errors) for form in forms) if request.method == "POST" else 0
    if request.method == "POST" and not faults:
        _fill_in(request, found, forms)
        return redirect("facility_review", found.pk)
    shown |= {"forms": list(zip(forms, shown["rows"], strict=True)), "finish_form": FinishForm()}
    shown["faults"] = faults
    return render(request, "onestop/facilities/fill_in.html", shown)


@needs(Permission.FACILITY_REVIEW)
@require_POST
def finish(request: ActorRequest, review_id: int) -> HttpResponse:
    """Finish a review."""
    found, form = _review(request, review_id), FinishForm(request.POST)
    if form.is_valid():
        try:
            actions.finish(review_id=found.pk, note=form.cleaned_data["note"], by=request.actor)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("The review is finished."))
    return redirect("facility_review", found.pk)


@needs(Permission.FACILITY_REVIEW)
@require_POST
def drop(request: ActorRequest, review_id: int) -> HttpResponse:
    """Throw an unfinished review away."""
    found = _review(request, review_id)
    try:
        actions.drop(review_id=found.pk, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("facility_review", found.pk)
    messages.success(request, _("The review was thrown away."))
    return redirect("facility_reviews")


@needs(Permission.FACILITY_VIEW)
@require_safe
def desk(request: ActorRequest, unit_id: int) -> HttpResponse:
    """Compare the reviews of a desk."""
    found = reads.desk_for(request.actor, unit_id)
    if found is None:
        raise Http404
    return render(request, "onestop/facilities/desk.html", pages.desk_facts(found, request.actor))


@needs(Permission.FACILITY_VIEW)
@require_safe
def standards(request: ActorRequest) -> HttpResponse:
    """Show the standards with their sources."""
    return render(request, "onestop/facilities/standards.html", {"standards": pages.standard_rows()})


def _fill_in(request: ActorRequest, found: FacilityReview, forms: list[Any]) -> None:
    rows = {form.row.code: form.found() for form in forms}
    changed = actions.fill_in(review_id=found.pk, found=rows, by=request.actor)
    said = ngettext("%(count)d row was saved.", "%(count)d rows were saved.", changed)
    messages.success(request, said % {"count": changed})


def _review(request: ActorRequest, review_id: int) -> FacilityReview:
    found = reads.review_for(request.actor, review_id)
    if found is None:
        raise Http404
    return found
