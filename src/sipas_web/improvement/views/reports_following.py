"""Who has not sent, the letter that urges them, and the days that areas set."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.actions.reports_periods import set_period
from sipas_web.improvement.actions.reports_urging import urge as urge_units
from sipas_web.improvement.forms.reports import FollowFilter, PeriodForm, UrgeForm
from sipas_web.improvement.pages import reports_following as pages
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.reports_area import own_units, receivers
from sipas_web.improvement.report_documents import FORMS, rendered
from sipas_web.improvement.report_letters import urging_letter
from sipas_web.privacy.views.faults import add_faults
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import attachment
from sipas_web.units.queries import today

PER_PAGE = 50


@needs(Permission.REPORT_VIEW)
@require_safe
def following(request: ActorRequest) -> HttpResponse:
    """List who has sent a report and who has not."""
    form, given = _asked(request, request.GET)
    shown = pages.followed(given) if given else None
    may_urge = given is not None and request.actor.may(Permission.REPORT_DRAFT, given["unit"])
    page = Paginator(shown["rows"] if shown else [], PER_PAGE).get_page(request.GET.get("page"))
    given_ = {"form": form, "shown": shown, "page": page, "may_urge": may_urge}
    return render(request, "improvement/reports/following.html", given_)


@needs(Permission.REPORT_DRAFT)
def urge(request: ActorRequest) -> HttpResponseBase:
    """Give the letter that urges those who are late."""
    _filter, given = _asked(request, request.GET)
    if given is None:
        return redirect("periodic_report_following")
    form = UrgeForm(request.POST or None, initial={"place": pages.place_of(given["unit"])})
    if request.method == "POST" and form.is_valid():
        reply_by, place = form.cleaned_data["reply_by"], form.cleaned_data["place"]
        try:
            missing = urge_units(**given, reply_by=reply_by, by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            unit, kind, year = given["unit"], given["kind"], given["year"]
            letter = urging_letter(unit, kind, year, missing, on=today(), reply_by=reply_by, place=place)
            ending = "pdf" if request.POST.get("form") == "pdf" else "docx"
            name = f"don-doc-bao-cao-{kind.replace('_', '-')}-{year}.{ending}"
            return attachment(rendered(letter, ending), name, FORMS[ending])
    return render(request, "improvement/reports/urge.html", {"form": form, "shown": pages.followed(given)})


@needs(Permission.REPORT_VIEW)
@require_safe
def periods(request: ActorRequest) -> HttpResponse:
    """List the days of reports: those that came with the program, those that areas set."""
    may_add = request.actor.may(Permission.REPORT_SEND)
    return render(request, "improvement/reports/periods.html", {**pages.periods_of(request.actor), "may_add": may_add})


@needs(Permission.REPORT_SEND)
def add_period(request: ActorRequest) -> HttpResponse:
    """Set days for an area."""
    places = own_units(request.actor, Permission.REPORT_SEND)
    form = PeriodForm(request.POST or None, places=places)
    if request.method == "POST" and form.is_valid():
        try:
            set_period(**form.values(), by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The days were set. Reports begun before keep theirs."))
            return redirect("report_period_list")
    return render(request, "improvement/reports/period_form.html", {"form": form})


def _asked(request: ActorRequest, data: Any) -> tuple[FollowFilter, dict[str, Any] | None]:
    """Give the filter and what it asks for; what is missing is filled with the period that is due."""
    there = receivers(request.actor, Permission.REPORT_VIEW)
    form = FollowFilter(pages.filled(data, there), receivers=there)
    return form, dict(form.cleaned_data) if form.is_valid() else None
