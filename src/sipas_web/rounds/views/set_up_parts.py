"""The pages on which a round is set up, part by part."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sipas import instrument
from sipas_web.audit.actors import ActorRequest
from sipas_web.rounds import calendar_proposal, editions
from sipas_web.rounds.actions import set_up_rows
from sipas_web.rounds.actions import settings as settings_actions
from sipas_web.rounds.forms.set_up import CalendarForm, DocumentsForm, EditionForm, ProposalForm, ScopeForm, UnitsFilter
from sipas_web.rounds.forms.set_up_targets import TargetFormSet
from sipas_web.rounds.pages import calendar as pages
from sipas_web.rounds.pages.set_up import documents_of, scope_of, targets_of
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import Round
from sipas_web.rounds.queries import set_up as reads
from sipas_web.rounds.states import is_bound, is_editable
from sipas_web.rounds.views.found import round_or_404
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import CSV, XLSX, attachment
from sipas_web.units.queries import today

PER_PAGE = 100
LONGEST_KEY = 19  # digits of 2⁶³


@needs(Permission.ROUND_VIEW)
def edition(request: ActorRequest, round_id: int) -> HttpResponse:
    """Choose the questionnaire, and read it as it will be printed."""
    round_ = round_or_404(request, round_id)
    fixed = _fixed(request, round_, Permission.ROUND_CHANGE, is_binding=True)
    form = EditionForm(request.POST or request.GET if "edition" in request.GET or request.POST else None)
    shown = _shown_edition(round_, request)
    if request.method == "POST" and form.is_valid():
        try:
            settings_actions.choose_edition(round_=round_, **form.cleaned_data, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _saved(request, "round_edition", round_)
    respondent: editions.Respondent = "organisation" if request.GET.get("kind") == "organisation" else "person"
    page = {
        "form": form,
        "choices": editions.choices(),
        "edition": shown,
        "is_chosen": shown.name == round_.edition,
        "is_confirmed": "edition" in round_.confirmed,
        "notice": instrument.notice(shown),
        "respondent": respondent,
        "has_kinds": editions.differs_by_respondent(shown),
        "pages": editions.form_for(shown, respondent),
    }
    return _page(request, "rounds/edition.html", round_, fixed, page)


@needs(Permission.ROUND_VIEW)
@require_safe
def edition_file(request: ActorRequest, round_id: int, form: str) -> HttpResponseBase:
    """Give the questionnaire as an XLSForm, or its codebook as CSV."""
    shown = _shown_edition(round_or_404(request, round_id), request)
    if form == "xlsx":
        return attachment(instrument.xlsform(shown), f"{shown.name}.xlsx", XLSX)
    if form == "csv":
        return attachment(editions.codebook(shown), f"{shown.name}.csv", CSV)
    raise Http404


@needs(Permission.ROUND_VIEW)
def scope(request: ActorRequest, round_id: int) -> HttpResponse:
    """Set window, scope, the day on which identities are destroyed, and what documents say."""
    round_ = round_or_404(request, round_id)
    fixed = _fixed(request, round_, Permission.ROUND_CHANGE)
    form = ScopeForm(request.POST or None, initial=scope_of(round_))
    documents = DocumentsForm(request.POST or None, initial=documents_of(round_))
    bound = is_bound(round_)
    for name, field in (*form.fields.items(), *documents.fields.items()):
        field.disabled = bool(fixed) or (bound and name in ScopeForm.BINDING)
    if request.method == "POST" and form.is_valid() & documents.is_valid():
        changes = form.changes() | documents.changes()
        try:
            settings_actions.change(round_=round_, changes=changes, part="scope", by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _saved(request, "round_scope", round_)
    page = {"form": form, "documents": documents, "is_bound": bound}
    return _page(request, "rounds/scope.html", round_, fixed, page)


@needs(Permission.ROUND_VIEW)
def measured(request: ActorRequest, round_id: int) -> HttpResponse:
    """Choose the agencies and desks that are measured."""
    round_ = round_or_404(request, round_id)
    fixed = _fixed(request, round_, Permission.ROUND_CHANGE, is_binding=True)
    fault = ""
    if request.method == "POST":
        try:
            _choose_units(request, round_)
        except ValidationError as error:
            fault = " ".join(error.messages)
        else:
            messages.success(request, _("Saved."))
            return redirect(request.get_full_path())
    form = UnitsFilter(request.GET)
    page = Paginator(reads.candidates(round_, **form.wanted()), PER_PAGE).get_page(request.GET.get("page"))
    names = reads.names_in_lists(round_, list(page.object_list))
    counts = reads.counts_by_kind(round_)
    shown = {
        "form": form,
        "page": page,
        "rows": [(unit, names.get(unit.pk, "")) for unit in page],
        "fault": fault,
        "total": reads.measured(round_).count(),
        "kinds": [(kind.value, kind.label, counts[kind]) for kind in reads.MEASURABLE if counts.get(kind)],
    }
    return _page(request, "rounds/units.html", round_, fixed, shown)


@needs(Permission.ROUND_VIEW)
def calendar(request: ActorRequest, round_id: int) -> HttpResponse:
    """Set the days of each part; see them on the months' working days."""
    round_ = round_or_404(request, round_id)
    fixed = _fixed(request, round_, Permission.ROUND_CHANGE)
    planned = reads.planned(round_)
    proposed = ProposalForm(request.GET if "publication" in request.GET else None)
    is_proposal = proposed.is_bound and proposed.is_valid()
    said: list[str] = []
    if is_proposal:
        asked = proposed.cleaned_data["publication"]
        planned = calendar_proposal.proposal(asked)
        said = pages.remarks(asked, planned, window_to=round_.window_to, today=today())
    form = CalendarForm(request.POST or None, planned=planned, is_fixed=bool(fixed))
    if request.method == "POST" and form.is_valid():
        try:
            set_up_rows.put_calendar(round_=round_, planned=form.planned(), by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _saved(request, "round_calendar", round_)
    page = {
        "form": form,
        "proposed": proposed,
        "is_proposal": is_proposal,
        "rows": list(zip(pages.lines(planned, today()), form.rows(), strict=True)),
        "months": pages.months(planned, today()),
        "doubts": [*said, *pages.doubts_of(round_, planned)],
    }
    return _page(request, "rounds/calendar.html", round_, fixed, page)


@needs(Permission.ROUND_VIEW)
def targets(request: ActorRequest, round_id: int) -> HttpResponse:
    """Set target values of the round, of units, of criteria."""
    round_ = round_or_404(request, round_id)
    fixed = _fixed(request, round_, Permission.TARGET_CHANGE)
    there = targets_of(round_, is_fixed=bool(fixed))
    formset = TargetFormSet(request.POST or None, initial=there.rows, form_kwargs=there.options)
    fault = ""
    if request.method == "POST" and formset.is_valid():
        given = [t for form in formset if (t := form.target(there.units, there.titles))]
        try:
            set_up_rows.put_targets(round_=round_, targets=given, by=request.actor)
        except ValidationError as error:
            fault = " ".join(error.messages)
        else:
            return _saved(request, "round_targets", round_)
    page = {"formset": formset, "fault": fault, "count": there.count, "has_units": bool(there.units)}
    return _page(request, "rounds/targets.html", round_, fixed, page)


def _page(request: ActorRequest, template: str, round_: Round, fixed: str, page: dict[str, Any]) -> HttpResponse:
    return render(request, template, {"round": round_, "fixed": fixed, **page})


def _saved(request: ActorRequest, url_name: str, round_: Round) -> HttpResponse:
    """Tell that it was saved; go back to the round's home where that button was pressed."""
    messages.success(request, _("Saved."))
    return redirect("round_detail" if "home" in request.POST else url_name, round_.pk)


def _fixed(request: ActorRequest, round_: Round, permission: Permission, *, is_binding: bool = False) -> str:
    """Say why nothing can be changed on a page; empty where it can. A post is refused by the action itself."""
    if not is_editable(round_):
        return _("The round is %(state)s; its settings are as they were.") % {"state": round_.get_state_display()}
    if not request.actor.may(permission, round_.unit):
        return _("You may read this; others set the round up.")
    if is_binding and is_bound(round_):
        return _("The sample was drawn from this, or a draw is open, so it is fixed.")
    return ""


def _shown_edition(round_: Round, request: ActorRequest) -> instrument.Edition:
    """Give the edition asked for in the address, else the round's."""
    asked = request.GET.get("edition", "")
    return editions.shipped(asked) if asked in instrument.editions() else editions.edition_of(round_)


def _choose_units(request: ActorRequest, round_: Round) -> None:
    """Take the boxes that were shown, or all units of a kind."""
    if "all" in request.POST:
        set_up_rows.choose_all(round_=round_, kind=request.POST["all"], by=request.actor)
        return
    shown, ticked = _keys(request, "shown"), _keys(request, "unit")
    chosen = {pk: request.POST.get(f"name-{pk}", "")[:300] for pk in ticked}
    set_up_rows.choose_units(round_=round_, shown=shown, chosen=chosen, by=request.actor)


def _keys(request: ActorRequest, name: str) -> list[int]:
    """Read keys of rows; what no database can hold is no key."""
    return [int(pk) for pk in request.POST.getlist(name) if pk.isdecimal() and len(pk) < LONGEST_KEY]
