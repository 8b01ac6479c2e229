"""Files of a draw: the certificate, the rows of frame and sample for those who check."""

from __future__ import annotations

from django.http import Http404, HttpResponseBase
from django.views.decorators.http import require_safe

from sipas import rounds as library
from sipas_web.audit.actors import ActorRequest
from sipas_web.rounds.actions import draw as actions
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import Draw
from sipas_web.rounds.queries import draw as reads
from sipas_web.rounds.views.found import round_or_404
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import CSV, JSON, PDF, attachment


@needs(Permission.ROUND_VIEW)
@require_safe
def certificate(request: ActorRequest, round_id: int, number: int, form: str) -> HttpResponseBase:
    """Give the certificate, as PDF or as the library's JSON."""
    draw = _drawn(request, round_id, number)
    if form == "json":
        return attachment(draw.certificate.encode(), "certificate.json", JSON)
    if form == "pdf" and draw.document:
        name = f"chung-nhan-boc-mau-{draw.round_id}-{draw.number}.pdf"
        return attachment(bytes(draw.document), name, PDF)
    raise Http404


@needs(Permission.ROUND_VIEW)
@require_safe
def rows(request: ActorRequest, round_id: int, number: int, file: str) -> HttpResponseBase:
    """Give the frame or the sample in canonical form; of the draw in force only, those of earlier ones are gone."""
    draw = _drawn(request, round_id, number)
    if file not in {"frame.csv", "sample.csv"} or reads.in_force(draw.round) != draw:
        raise Http404
    actions.take_file(draw=draw, name=file, by=request.actor)
    pieces = library.draw_file(folder_of(draw.round), "frame.csv" if file == "frame.csv" else "sample.csv")
    return attachment(pieces, file, CSV)


def _drawn(request: ActorRequest, round_id: int, number: int) -> Draw:
    draw = reads.numbered(round_or_404(request, round_id), number)
    if draw is None:
        raise Http404
    return draw
