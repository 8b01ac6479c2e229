"""Who does how much, and what is late or odd."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.fieldwork import actions, queries, registers
from sipas_web.fieldwork.pages.alerts import kinds_with_counts, told
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries.alerts import late_of, odd_of
from sipas_web.fieldwork.queries.holders import by_interviewer, by_office
from sipas_web.fieldwork.queries.offices import office_for
from sipas_web.fieldwork.queries.reach import areas_in
from sipas_web.fieldwork.views.reached import part_page, reached_or_404
from sipas_web.rounds.queries import State
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import FORMATS

LISTED = 200  # alerts on a page


@needs(Permission.PROGRESS_VIEW)
@require_safe
def holder_progress(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show the figures by post office; of one office, by interviewer."""
    round_ = reached_or_404(request, round_id, Permission.PROGRESS_VIEW)
    areas = areas_in(request.actor, round_, Permission.PROGRESS_VIEW)
    asked, sort = request.GET.get("office", ""), request.GET.get("sort", "")
    office = None
    if asked:
        office = office_for(request.actor, round_, int(asked), Permission.PROGRESS_VIEW) if asked.isdecimal() else None
        if office is None:
            raise Http404
    made = by_interviewer(round_, areas, sort, office.pk) if office else by_office(round_, areas, sort)
    return part_page(request, round_, "fieldwork/holders.html", {"made": made, "office": office})


@needs(Permission.PROGRESS_VIEW)
@require_safe
def holder_export(request: ActorRequest, round_id: int, form: str) -> HttpResponseBase:
    """Give the figures of every interviewer as a file."""
    round_ = reached_or_404(request, round_id, Permission.PROGRESS_VIEW)
    if form not in FORMATS:
        raise Http404
    areas = areas_in(request.actor, round_, Permission.PROGRESS_VIEW)
    offices = {row.office: row.name for row in by_office(round_, areas).rows}
    actions.note_list_taken(
        round_=round_, what="holders", form=form, permission=Permission.PROGRESS_VIEW, by=request.actor
    )
    return registers.holders(round_, by_interviewer(round_, areas), offices, form)


@needs(Permission.PROGRESS_VIEW)
@require_safe
def field_alerts(request: ActorRequest, round_id: int) -> HttpResponse:
    """List what is late or odd."""
    round_ = reached_or_404(request, round_id, Permission.PROGRESS_VIEW)
    areas = areas_in(request.actor, round_, Permission.PROGRESS_VIEW)
    rules = queries.rules_of(round_)
    found = [*late_of(round_, rules, areas), *odd_of(round_, areas)] if round_.state == State.IN_FIELD else []
    every = told(round_, rules, found)
    kind = request.GET.get("kind", "")
    shown_ones = [alert for alert in every if not kind or alert.kind == kind]
    shown = {
        "alerts": shown_ones[:LISTED],
        "more": max(0, len(shown_ones) - LISTED),
        "kinds": kinds_with_counts(every, kind),
        "kind": kind,
        "every": len(every),
        "is_open": round_.state == State.IN_FIELD,
        "may_list": request.actor.may(Permission.CASE_VIEW, round_.unit),
    }
    return part_page(request, round_, "fieldwork/alerts.html", shown)
