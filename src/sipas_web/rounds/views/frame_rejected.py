"""Rows that were not taken: seen page by page, taken along to be mended. Each opening is recorded."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.rounds.actions import frame as actions
from sipas_web.rounds.pages import frame as pages
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.views.found import round_or_404
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import XLSX, attachment, xlsx_file

SHEET = "Dòng cần sửa"


@needs(Permission.REJECTED_VIEW)
@require_safe
def rejected(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show rows by reason."""
    round_ = round_or_404(request, round_id, Permission.REJECTED_VIEW)
    reasons = pages.reasons_of(round_)
    chosen = _chosen(request, reasons)
    page, rows = pages.rejected_page(round_, chosen, request.GET.get("page"))
    if rows:
        actions.note_rejected_opened(round_=round_, reason=chosen, rows=len(rows), form="", by=request.actor)
    shown = {
        "round": round_,
        "reasons": reasons,
        "chosen": chosen,
        "total": sum(rows for _code, _said, rows in reasons),
        "page": page,
        "rows": rows,
        "most": pages.MOST_DOWNLOADED,
        "may_import": request.actor.may(Permission.FRAME_IMPORT, round_.unit),
    }
    return render(request, "rounds/frame_rejected.html", shown)


@needs(Permission.REJECTED_VIEW)
@require_safe
def rejected_xlsx(request: ActorRequest, round_id: int) -> HttpResponseBase:
    """Give rows as a workbook to mend."""
    round_ = round_or_404(request, round_id, Permission.REJECTED_VIEW)
    reasons = pages.reasons_of(round_)
    chosen = _chosen(request, reasons)
    rows = sum(count for code, _said, count in reasons if chosen in {"", code})
    if not rows:
        raise Http404
    taken = min(rows, pages.MOST_DOWNLOADED)
    made = xlsx_file(SHEET, *pages.rows_to_mend(round_, chosen))
    actions.note_rejected_opened(round_=round_, reason=chosen, rows=taken, form="xlsx", by=request.actor)
    return attachment(made, f"dong-can-sua-{round_.year}.xlsx", XLSX)


def _chosen(request: ActorRequest, reasons: list[tuple[str, str, int]]) -> str:
    asked = request.GET.get("reason", "")
    return asked if asked in {code for code, _said, _rows in reasons} else ""
