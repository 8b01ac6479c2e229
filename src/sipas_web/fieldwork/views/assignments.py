"""Pages of assignments: rounds, offices, cases of an office, the case and its contact."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.fieldwork import actions, exports
from sipas_web.fieldwork.contacts import OFFICE, contact_of
from sipas_web.fieldwork.forms.assignments import CasesFilter, GiveForm, HandOverForm, seen_of
from sipas_web.fieldwork.pages import assignments as pages
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries import assignments, cases, holding, offices, plans
from sipas_web.fieldwork.queries.assignments import Wanted
from sipas_web.fieldwork.views.assigned import found_office, found_round, said
from sipas_web.fieldwork.wording import outcome_label, state_label
from sipas_web.rounds.queries import Round, reaching
from sipas_web.rounds.queries import State as RoundState
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import FORMATS
from sipas_web.units.queries import Unit


@needs(Permission.CASE_ASSIGN)
@require_safe
def assignment_home(request: ActorRequest) -> HttpResponse:
    """List the rounds in the field whose cases the person asking gives out."""
    rounds = list(reaching(request.actor, Permission.CASE_ASSIGN).filter(state=RoundState.IN_FIELD))
    if len(rounds) == 1:
        return redirect("assignment_overview", rounds[0].pk)
    return render(request, "fieldwork/assigning/home.html", {"rounds": rounds})


@needs(Permission.CASE_ASSIGN)
@require_safe
def assignment_overview(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show who has how many cases, by office."""
    round_ = found_round(request, round_id)
    lines = assignments.office_lines(request.actor, round_)
    over_round = request.actor.may(Permission.CASE_ASSIGN, round_.unit)
    shown = {
        "round": round_,
        "lines": lines,
        "total": pages.total_of(lines),
        "over_round": over_round,
        "nobody": assignments.with_nobody(round_) if over_round else 0,
        "plans": plans.open_plans(request.actor, round_),
        "is_open": round_.state == RoundState.IN_FIELD,
        "own_office": lines[0] if len(lines) == 1 else None,
    }
    return render(request, "fieldwork/assigning/overview.html", shown)


@needs(Permission.CASE_ASSIGN)
@require_safe
def assignment_office(request: ActorRequest, round_id: int, office_id: int) -> HttpResponse:
    """Show the interviewers of an office with their cases."""
    round_ = found_round(request, round_id)
    office = found_office(request, round_, office_id)
    people, lying = assignments.people_of(round_, office)
    shown = {
        "round": round_,
        "office": office,
        "people": people,
        "lying": lying,
        "plans": plans.open_plans(request.actor, round_).filter(unit=office),
        "is_open": round_.state == RoundState.IN_FIELD,
        "may_print": request.actor.may(Permission.OFFICE_HOLD, office),
        "below": pages.has_offices_below(request.actor, round_, office),
    }
    return render(request, "fieldwork/assigning/office.html", shown)


@needs(Permission.CASE_ASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def assignment_cases(request: ActorRequest, round_id: int, office_id: int) -> HttpResponse:
    """List the open cases of an office, or with nobody (0); give chosen ones to somebody."""
    round_ = found_round(request, round_id)
    office = found_office(request, round_, office_id) if office_id else None
    if office is None:
        request.actor.require(Permission.CASE_ASSIGN, round_.unit)
    communes = pages.commune_choices(round_, office)
    chosen = CasesFilter(request.GET, pages.carriers_of(office), communes, nobody=office is None)
    wanted = pages.wanted(chosen)
    form = GiveForm(request.POST or None, pages.receivers(request.actor, round_, office))
    if request.method == "POST" and form.is_valid() and _give(request, round_, office, wanted, form):
        return redirect(request.get_full_path())
    page, after = assignments.cases_of(round_, office, wanted, request.GET.get("after", ""))
    names = dict(communes)
    rows = [(case, state_label(case), names.get(case.commune, case.commune)) for case in page]
    shown = {"round": round_, "office": office, "form": form, "filter": chosen, "rows": rows, "after": after}
    more = {"is_open": round_.state == RoundState.IN_FIELD, "office_id": office_id}
    return render(request, "fieldwork/assigning/cases.html", shown | more)


@needs(Permission.CASE_ASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def assignment_hand_over(request: ActorRequest, round_id: int, office_id: int, person_id: int) -> HttpResponse:
    """Hand everything unfinished of an interviewer over."""
    round_ = found_round(request, round_id)
    office = found_office(request, round_, office_id)
    people, _lying = assignments.people_of(round_, office)
    line = next((line for line in people if line.person.pk == person_id), None)
    if line is None:
        raise Http404
    others = [person for person in pages.carriers_of(office) if person.pk != person_id]
    form = HandOverForm(request.POST or None, office, others)
    if request.method == "POST" and form.is_valid():
        _office, to = form.cleaned_data["to"]
        taker = next((person for person in others if person.pk == to), None)
        given = {"giver": line.person, "office": office, "to": taker, "reason": form.cleaned_data["reason"]}
        try:
            moved = actions.hand_over(round_id=round_.pk, **given, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _moved(moved))
            return redirect("assignment_office", round_.pk, office.pk)
    shown = {"round": round_, "office": office, "line": line, "form": form}
    return render(request, "fieldwork/assigning/hand_over.html", shown)


@needs(Permission.CASE_ASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def assignment_case(request: ActorRequest, round_id: int, case_id: str) -> HttpResponse:
    """Show a case with who held it; its contact only when asked for, and only to who holds it."""
    round_ = found_round(request, round_id)
    case = assignments.case_at(request.actor, round_, case_id)
    if case is None:
        raise Http404
    contact, is_opened = None, False
    if request.method == "POST":
        try:
            contact, is_opened = contact_of(case, request.actor, OFFICE), True
        except ValidationError as error:  # the key is missing, or what is sealed was changed
            messages.error(request, " ".join(error.messages))
    shown = {
        "round": round_,
        "case": case,
        "state": state_label(case),
        "visits": [(visit, outcome_label(visit.outcome)) for visit in cases.visits_of(case)],
        "history": assignments.history_of(case),
        "commune": pages.commune_name(case.commune),
        "may_open": holding.holds(request.actor, case),
        "contact": contact,
        "is_opened": is_opened,
    }
    return render(request, "fieldwork/assigning/case.html", shown)


@needs(Permission.CASE_ASSIGN)
@require_safe
def assignment_export(request: ActorRequest, round_id: int, form: str) -> HttpResponseBase:
    """Give who has which open case as a file, in the shape in which a list is handed in."""
    round_ = found_round(request, round_id)
    if form not in FORMATS:
        raise Http404
    actions.note_assignment_export(round_=round_, form=form, by=request.actor)
    over_round = request.actor.may(Permission.CASE_ASSIGN, round_.unit)
    mine = offices.offices_for(request.actor, round_)
    return exports.assignments(round_, assignments.listed(round_, mine, and_nobodys=over_round), form)


def _give(request: ActorRequest, round_: Round, office: Unit | None, wanted: Wanted, form: GiveForm) -> bool:
    (office_id, person_id), first = form.cleaned_data["to"], form.cleaned_data["first"]
    try:
        seen = seen_of(request.POST.getlist("case"))
        if bool(seen) == bool(first):
            raise ValidationError(_("Tick cases in the list, or say how many from its beginning: one of the two."))
        seen = seen or assignments.first_of(round_, office, wanted, first)
        moved = actions.assign_by_keys(
            round_id=round_.pk, codes=list(seen), office_id=office_id, person_id=person_id, seen=seen,
            reason=form.cleaned_data["reason"], by=request.actor,
        )  # fmt: skip
    except ValidationError as error:
        form.add_error(None, said(error))
        return False
    messages.success(request, _moved(moved))
    return True


def _moved(cases_moved: int) -> str:
    return ngettext("%(cases)d case was given.", "%(cases)d cases were given.", cases_moved) % {"cases": cases_moved}
