"""Published versions with their files; documents before publication; minutes."""

from __future__ import annotations

from pathlib import Path

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.results import actions
from sipas_web.results import minutes as documents
from sipas_web.results.permissions import Permission
from sipas_web.results.queries import Publication, Snapshot, folder_of, review_folder_of, work, work_pages, work_review
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import attachment


@needs(Permission.RESULT_REVIEW)
@require_safe
def minutes(request: ActorRequest, round_id: int, number: int, form: str) -> HttpResponseBase:
    """Give the minutes of a freeze; that they were taken is recorded."""
    snapshot = work.snapshot_for(request.actor, round_id, number, Permission.RESULT_REVIEW)
    if snapshot is None or form not in documents.FORMS or not snapshot.has_minutes:
        raise Http404
    name = f"bien-ban-chot-so-lieu-{snapshot.round.folder}-{number}.{form}"
    made = documents.minutes(snapshot, form, work_pages.address_of(snapshot.code, request.build_absolute_uri("/")))
    actions.take_minutes(snapshot_id=snapshot.pk, name=name, by=request.actor)
    return attachment(made, name, documents.FORMS[form])


@needs(Permission.RESULT_REVIEW)
@require_safe
def review_file(request: ActorRequest, round_id: int, number: int, name: str) -> FileResponse:
    """Give a document under review; that it was taken is recorded."""
    snapshot = _under_review(request, round_id, number)
    path = work_review.document_path(review_folder_of(snapshot), name)
    if path is None:
        raise Http404
    actions.take_document(snapshot_id=snapshot.pk, name=name, by=request.actor)
    return _file(path, f"{snapshot.round.folder}-chua-cong-bo-{path.name}")


@needs(Permission.RESULT_VIEW)
@require_safe
def versions(request: ActorRequest, round_id: int) -> HttpResponse:
    """List the published versions of a round."""
    found = list(work.readable_versions(request.actor, round_id))
    if not found:
        raise Http404
    return render(request, "results/work_versions.html", {"round": found[0].round, "versions": found})


@needs(Permission.RESULT_VIEW)
@require_safe
def version(request: ActorRequest, round_id: int, number: int) -> HttpResponse:
    """Show one version: its files and their hashes, whether they are intact, what it changed."""
    publication = _version(request, round_id, number)
    shown = work_pages.version_page(publication, request.actor, request.build_absolute_uri("/"))
    return render(request, "results/work_version.html", {"publication": publication, "shown": shown})


@needs(Permission.RESULT_VIEW)
@require_safe
def published_file(request: ActorRequest, round_id: int, number: int, name: str) -> FileResponse:
    """Give a published file; it is public, so nothing is recorded."""
    publication = _version(request, round_id, number)
    if name not in publication.files:
        raise Http404
    path = folder_of(publication) / name
    if not path.is_file():
        raise Http404
    return _file(path, f"{publication.round.folder}-v{number}-{path.name}")


def _version(request: ActorRequest, round_id: int, number: int) -> Publication:
    found = work.readable_versions(request.actor, round_id).filter(version=number).first()
    if found is None:
        raise Http404
    return found


def _under_review(request: ActorRequest, round_id: int, number: int) -> Snapshot:
    snapshot = work.snapshot_for(request.actor, round_id, number, Permission.RESULT_REVIEW)
    if snapshot is None or not snapshot.is_reviewable:
        raise Http404
    return snapshot


def _file(path: Path, name: str) -> FileResponse:
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)
