"""Files a reader takes along: charts and tables as they stand on the pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponseBase
from django.views.decorators.http import require_safe

from sipas.reporting.charts import draw
from sipas_web.audit.actors import ActorRequest
from sipas_web.results import sheets
from sipas_web.results.permissions import Permission
from sipas_web.results.queries import reading_files
from sipas_web.results.queries.reading_files import Taken
from sipas_web.results.views.reading import open_or_404
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import CSV, XLSX, attachment


def _svg(taken: Taken) -> bytes:
    return (taken.chart if isinstance(taken.chart, str) else draw.svg(taken.chart)).encode()


def _png(taken: Taken) -> bytes:
    return draw.png_of(taken.chart) if isinstance(taken.chart, str) else draw.png(taken.chart)


FORMS: dict[str, tuple[Any, str]] = {
    "csv": (lambda taken: sheets.csv(taken.sheet), CSV),
    "xlsx": (lambda taken: sheets.xlsx(taken.sheet), XLSX),
    "svg": (_svg, "image/svg+xml"),
    "png": (_png, "image/png"),
}


@needs(Permission.RESULT_VIEW)
@require_safe
def table(request: ActorRequest, round_id: int, version: str, table: str, form: str) -> HttpResponseBase:
    """Give a table of a page as a file, or its chart."""
    if form not in FORMS:
        raise Http404
    taken = reading_files.taken(open_or_404(request, round_id, version), table, request.GET)
    if taken is None:
        raise Http404
    write, content_type = FORMS[form]
    return attachment(write(taken), f"{taken.file_name}.{form}", content_type)
