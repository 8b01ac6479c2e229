"""Pages of the audit record."""

from __future__ import annotations

import json
from pathlib import Path

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from sipas_web.audit import actions, export, queries
from sipas_web.audit.actors import ActorRequest
from sipas_web.audit.details import named
from sipas_web.audit.forms import RecordFilter
from sipas_web.audit.permissions import Permission
from sipas_web.audit.sentences import sentence_of
from sipas_web.shared.access import needs, signed_in
from sipas_web.shared.downloads import attachment

PER_PAGE = 50
PROGRAM = Path(__file__).with_name("verify_export.py")


@needs(Permission.RECORD_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """List records, newest first."""
    form = RecordFilter(request.GET or None)
    records = queries.found(request.actor, form.wanted() if form.is_bound else queries.Wanted())
    page = Paginator(records, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(r, sentence_of(r.action)) for r in page]
    may_export = request.actor.may(Permission.RECORD_EXPORT)
    return render(request, "audit/list.html", {"form": form, "page": page, "rows": rows, "may_export": may_export})


@needs(Permission.RECORD_VIEW)
@require_safe
def detail(request: ActorRequest, sequence: int) -> HttpResponse:
    """Show one record with its hashes."""
    record = queries.one(request.actor, sequence)
    if record is None:
        raise Http404
    shown = {"record": record, "act": sentence_of(record.action), "facts": named(json.loads(record.details))}
    return render(request, "audit/detail.html", shown)


@needs(Permission.RECORD_EXPORT)
@require_POST
def download(request: ActorRequest) -> HttpResponseBase:
    """Give the whole chain as JSON lines; that it left is itself the last line."""
    upto, _head = actions.export(by=request.actor)
    pieces = (line.encode() for line in export.jsonl(upto))
    return attachment(pieces, f"nhat-ky-{upto}.jsonl", "application/x-ndjson")


@signed_in
@require_safe
def program(request: ActorRequest) -> HttpResponseBase:
    """Give the program that verifies an export without this application."""
    del request
    return attachment(PROGRAM.read_bytes(), PROGRAM.name, "text/x-python; charset=utf-8")
