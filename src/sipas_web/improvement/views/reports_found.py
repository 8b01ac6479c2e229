"""Finding the report that an address is about."""

from __future__ import annotations

from django.http import Http404

from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.queries import reports as reads
from sipas_web.improvement.queries.reports import PeriodicReport


def report_or_404(request: ActorRequest, report_id: int) -> PeriodicReport:
    """Give a report the reader may see."""
    found = reads.report_for(request.actor, report_id)
    if found is None:
        raise Http404
    return found
