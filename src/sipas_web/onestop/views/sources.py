"""Pages of sources: their files, the columns of a file, the import, rows to mend, names of agencies."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sipas.errors import SipasError
from sipas_web.audit.actors import ActorRequest
from sipas_web.onestop import dossier_files
from sipas_web.onestop.actions import importing, sources, sources_names
from sipas_web.onestop.dossier_files import path_of
from sipas_web.onestop.forms.sources import ColumnsForm, FileForm, NamesForm, SourceForm
from sipas_web.onestop.pages import sources as pages
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import sources as reads
from sipas_web.onestop.queries.sources import DossierFile, DossierSource, FileState
from sipas_web.rounds.frame_files import renamed
from sipas_web.shared.access import needs
from sipas_web.shared.core_errors import sentence
from sipas_web.shared.downloads import XLSX, attachment, xlsx_file
from sipas_web.units.queries import today

NAMES_PER_PAGE = 50
SHEET = "Dòng cần sửa"


@needs(Permission.DOSSIER_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """List sources."""
    shown = {"sources": reads.listed(request.actor), "may_import": request.actor.may(Permission.DOSSIER_IMPORT)}
    return render(request, "onestop/dossiers/sources.html", shown)


@needs(Permission.DOSSIER_IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: ActorRequest) -> HttpResponse:
    """Add a source."""
    form = SourceForm(request.POST or None, by=request.actor)
    if request.method == "POST" and form.is_valid():
        made = _tried(form, lambda: sources.add(**form.cleaned_data, by=request.actor))
        if made is not None:
            return redirect("dossier_source", made.pk)
    return render(request, "onestop/dossiers/source_form.html", {"form": form})


@needs(Permission.DOSSIER_IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: ActorRequest, source_id: int) -> HttpResponse:
    """Change a source."""
    source = _source(request, source_id)
    initial = {"name": source.name, "closes_at": source.closes_at, "adds_waiting": source.adds_waiting}
    form = SourceForm(request.POST or None, initial=initial, by=request.actor, is_new=False)
    if request.method == "POST" and form.is_valid():
        try:
            sources.change(source=source, **form.cleaned_data, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The source was changed. Files imported from now on are counted so."))
            return redirect("dossier_source", source.pk)
    return render(request, "onestop/dossiers/source_form.html", {"form": form, "source": source})


@needs(Permission.DOSSIER_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: ActorRequest, source_id: int) -> HttpResponse:
    """Show a source with its files; take a file."""
    source = _source(request, source_id, Permission.DOSSIER_VIEW)
    may_import = request.actor.may(Permission.DOSSIER_IMPORT, source.unit)
    if request.method == "POST" and not may_import:
        raise Http404
    form = FileForm(request.POST or None, request.FILES or None, today=today())
    if request.method == "POST" and form.is_valid():
        made = _tried(form, lambda: _handed_in(request, source, form), "file")
        if made is not None:
            return redirect("dossier_file", made.pk)
    page = Paginator(reads.files_of(source), NAMES_PER_PAGE).get_page(request.GET.get("page"))
    shown = {
        "source": source, "form": form, "page": page, "files": pages.files_shown(list(page)),
        "unmatched": reads.unmatched(source).count(), "job": reads.last_job(source), "may_import": may_import,
    }  # fmt: skip
    return render(request, "onestop/dossiers/source.html", shown)


@needs(Permission.DOSSIER_IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: ActorRequest, file_id: int) -> HttpResponse:
    """Show a file: its columns from its beginning, then its import and what came of it."""
    found = _file(request, file_id)
    shown: dict[str, object] = {"file": found, "source": found.source, "job": reads.last_job(found.source)}
    if found.state not in {FileState.HANDED_IN, FileState.REFUSED}:
        shown |= {"counts": pages.outcome_of(found.counts), "has_rejected": pages.rejected_rows(found) is not None,
                  "unmatched": reads.unmatched(found.source).count()}  # fmt: skip
        return render(request, "onestop/dossiers/file_done.html", shown)
    return _columns(request, found, shown)


@needs(Permission.DOSSIER_IMPORT)
@require_POST
def remove(request: ActorRequest, file_id: int) -> HttpResponse:
    """Take a file away that was not imported."""
    found = _file(request, file_id)
    source_id = found.source_id
    try:
        importing.remove(file=found, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%(name)s was removed and destroyed.") % {"name": found.name})
    return redirect("dossier_source", source_id)


@needs(Permission.DOSSIER_IMPORT)
@require_safe
def rejected(request: ActorRequest, file_id: int) -> HttpResponseBase:
    """Give the rows that were not taken as a workbook to mend."""
    found = _file(request, file_id)
    rows = pages.rejected_rows(found)
    if rows is None:
        raise Http404
    heads, count, lines = rows
    made = xlsx_file(SHEET, heads, lines)
    importing.note_rejected_taken(file=found, rows=count, by=request.actor)
    return attachment(made, f"dong-khong-nhan-{found.pk}.xlsx", XLSX)


@needs(Permission.DOSSIER_IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def names(request: ActorRequest, source_id: int) -> HttpResponse:
    """Say which units the names of a source mean."""
    source = _source(request, source_id)
    page = Paginator(reads.names_of(source), NAMES_PER_PAGE).get_page(request.GET.get("page"))
    form = NamesForm(request.POST or None, names=list(page))
    if request.method == "POST" and form.is_valid():
        try:
            choices = form.cleaned_data["choices"]
            job = sources_names.match(source=source, choices=choices, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            said = _("Noted. The dossiers of these names are following.") if job else _("Nothing was changed.")
            messages.success(request, said)
            return redirect(f"{request.path}?page={page.number}")
    shown = {"source": source, "form": form, "page": page, "unmatched": reads.unmatched(source).count()}
    return render(request, "onestop/dossiers/names.html", shown)


def _columns(request: ActorRequest, found: DossierFile, shown: dict[str, object]) -> HttpResponse:
    columns = reads.columns_for(found)
    try:
        seen = dossier_files.preview_of(path_of(found.stored), columns)
    except SipasError as error:
        told = sentence(renamed(error, {found.stored: found.name}))
        return render(request, "onestop/dossiers/file.html", {**shown, "error": told})
    form = ColumnsForm(request.POST or None, seen=seen)
    if request.method == "POST" and form.is_valid():
        try:
            importing.start(file=found, mapping=form.cleaned_data["mapping"], missing=(), by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("dossier_file", found.pk)
    (told_file,) = pages.files_shown([found])
    shown |= {
        "seen": seen, "sheets": pages.sheets_shown(seen, form), "form": form, "refusal": told_file.refusal,
        "is_kept": dossier_files.fits(seen, columns), "has_mapping": columns is not None,
        "was_refused": found.state == FileState.REFUSED, "has_rejected": told_file.has_rejected,
    }  # fmt: skip
    return render(request, "onestop/dossiers/file.html", shown)


def _handed_in(request: ActorRequest, source: DossierSource, form: FileForm) -> DossierFile:
    staged = dossier_files.stage(form.cleaned_data["file"], source.mapping)
    try:
        return importing.hand_in(source=source, staged=staged, as_of=form.cleaned_data["as_of"], by=request.actor)
    except BaseException:
        staged.path.unlink(missing_ok=True)
        raise


Made = DossierSource | DossierFile


def _tried(form: SourceForm | FileForm, act: Callable[[], Made], place: str | None = None) -> Made | None:
    """Do something, and write beside the field why it could not be done."""
    try:
        return act()
    except SipasError as error:
        form.add_error(place, sentence(error))
    except ValidationError as error:
        form.add_error(place, error)
    return None


def _source(request: ActorRequest, source_id: int, permission: str = Permission.DOSSIER_IMPORT) -> DossierSource:
    found = reads.source_for(request.actor, source_id, permission)
    if found is None:
        raise Http404
    return found


def _file(request: ActorRequest, file_id: int) -> DossierFile:
    found = reads.file_for(request.actor, file_id, Permission.DOSSIER_IMPORT)
    if found is None:
        raise Http404
    return found
