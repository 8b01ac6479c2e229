"""The map, the drivers and the targets of a round's results."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.results.forms.reading import MapFilter
from sipas_web.results.permissions import Permission
from sipas_web.results.queries import reading_drivers, reading_map, reading_targets
from sipas_web.results.views.reading import answer, open_or_404
from sipas_web.shared.access import needs


@needs(Permission.RESULT_VIEW)
@require_safe
def place_map(request: ActorRequest, round_id: int, version: str) -> HttpResponse:
    """Show the places of a round on the map, in a node of the reader's choice."""
    opened = open_or_404(request, round_id, version)
    found = reading_map.map_page(opened, request.GET)
    form = MapFilter(opened, found.kinds, {"kind": found.kind, "node": found.node})
    return answer(request, opened, "map", "results/read_map.html", {"form": form, "shown": found})


@needs(Permission.RESULT_VIEW)
@require_safe
def drivers(request: ActorRequest, round_id: int, version: str) -> HttpResponse:
    """Show which items go with overall satisfaction, beside how well they do."""
    opened = open_or_404(request, round_id, version)
    found = reading_drivers.drivers(opened)
    return answer(request, opened, "drivers", "results/read_drivers.html", {"shown": found})


@needs(Permission.RESULT_VIEW)
@require_safe
def targets(request: ActorRequest, round_id: int, version: str) -> HttpResponse:
    """Show the targets of the round and of its units with their verdicts."""
    opened = open_or_404(request, round_id, version)
    found = reading_targets.targets(opened)
    return answer(request, opened, "targets", "results/read_targets.html", {"shown": found})
