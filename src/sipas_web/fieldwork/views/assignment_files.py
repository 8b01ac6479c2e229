"""Pages of assignments: lists handed in, route sheets and registers to print."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sipas.errors import SipasError
from sipas_web.audit.actors import ActorRequest
from sipas_web.fieldwork import queries
from sipas_web.fieldwork.actions.assigning_files import receive_assignments
from sipas_web.fieldwork.assignment_files import HEADS
from sipas_web.fieldwork.forms import ImportForm
from sipas_web.fieldwork.forms.assignments import SheetForm
from sipas_web.fieldwork.pages import assignments as pages
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries import FileImport, Kind
from sipas_web.fieldwork.route_sheets import print_register, print_route_sheets
from sipas_web.fieldwork.stored_files import stored_for
from sipas_web.fieldwork.views.assigned import found_office, found_round, said
from sipas_web.fieldwork.views.figures import give_notes, import_page
from sipas_web.rounds.queries import Round
from sipas_web.rounds.queries import State as RoundState
from sipas_web.rounds.views.found import round_or_404
from sipas_web.shared.access import needs
from sipas_web.shared.core_errors import sentence
from sipas_web.shared.downloads import FORMATS, PDF, attachment
from sipas_web.units.queries import Unit


@needs(Permission.CASE_ASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def assignment_import(request: ActorRequest, round_id: int) -> HttpResponse:
    """Take in a list of assignments; list earlier ones."""
    round_ = round_or_404(request, round_id, Permission.CASE_ASSIGN)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            with stored_for(file.shown_name, file.chunks()) as kept:
                made = receive_assignments(round_id=round_.pk, stored=kept, by=request.actor)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect("assignment_import_detail", made.pk)
    shown = {"round": round_, "form": form, "files": queries.files_of(round_, Kind.ASSIGNMENTS)}
    heads = [names[0] for names in HEADS.values()]
    more = {"heads": heads, "is_open": round_.state == RoundState.IN_FIELD}
    return render(request, "fieldwork/assigning/import.html", shown | more)


@needs(Permission.CASE_ASSIGN)
@require_safe
def assignment_import_detail(request: ActorRequest, import_id: int) -> HttpResponse:
    """Show what became of a list of assignments."""
    file = _file(request, import_id)
    return render(request, "fieldwork/assigning/import_detail.html", import_page(file) | {"is_visits": True})


@needs(Permission.CASE_ASSIGN)
@require_safe
def assignment_notes_export(request: ActorRequest, import_id: int, form: str) -> HttpResponseBase:
    """Give the rows of a list of assignments that were not taken."""
    if form not in FORMATS:
        raise Http404
    return give_notes(request, _file(request, import_id), form, Permission.CASE_ASSIGN)


@needs(Permission.OFFICE_HOLD)
@require_http_methods(["GET", "HEAD", "POST"])
def route_sheets(request: ActorRequest, round_id: int, office_id: int) -> HttpResponseBase:
    """Print route sheets: made while one waits, kept nowhere."""
    round_ = found_round(request, round_id, Permission.OFFICE_HOLD)
    office = found_office(request, round_, office_id, Permission.OFFICE_HOLD)
    people = pages.carriers_of(office)
    form = SheetForm(request.POST or None, people, pages.commune_choices(round_, office))
    if request.method == "POST" and form.is_valid():
        try:
            return _sheets(request, round_, office, form)
        except ValidationError as error:
            form.add_error(None, said(error))
        except SipasError as error:
            form.add_error(None, sentence(error))
    shown = {"round": round_, "office": office, "form": form, "is_open": round_.state == RoundState.IN_FIELD}
    return render(request, "fieldwork/assigning/sheets.html", shown | {"has_people": bool(people)})


@needs(Permission.CASE_ASSIGN)
@require_safe
def hand_out_register(request: ActorRequest, round_id: int, office_id: int) -> HttpResponseBase:
    """Give the register of forms handed out and collected of an office."""
    round_ = found_round(request, round_id)
    office = found_office(request, round_, office_id)
    try:
        made = print_register(round_=round_, office=office, permission=Permission.CASE_ASSIGN, by=request.actor)
    except ValidationError as error:
        return render(
            request, "fieldwork/assigning/no_register.html", {"round": round_, "office": office, "said": said(error)}
        )
    return attachment(made, _named(f"so-giao-nhan-{office.code}", round_), PDF)


def _sheets(request: ActorRequest, round_: Round, office: Unit, form: SheetForm) -> HttpResponseBase:
    chosen, people = form.cleaned_data, pages.carriers_of(office)
    wanted = [person for person in people if chosen["person"] in {form.everybody, str(person.pk)}]
    made = print_route_sheets(
        round_=round_, office=office, people=wanted, day=chosen["day"], commune=chosen["commune"], by=request.actor
    )
    answer = attachment(made, _named(f"phieu-di-duong-{office.code}-{chosen['day']:%Y%m%d}", round_), PDF)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _named(name: str, round_: Round) -> str:
    return f"{name}{'-mo-phong' if round_.is_simulated else ''}.pdf"


def _file(request: ActorRequest, import_id: int) -> FileImport:
    file = queries.file_of(request.actor, Permission.CASE_ASSIGN, import_id, Kind.ASSIGNMENTS)
    if file is None:
        raise Http404
    return file
