"""The register of replacements, cases that may be replaced, and the rules they follow."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.fieldwork import actions, queries, registers
from sipas_web.fieldwork.forms.rules import RulesForm
from sipas_web.fieldwork.pages import replacements as pages
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries import replacements
from sipas_web.fieldwork.queries.holders import by_interviewer, by_office
from sipas_web.fieldwork.queries.reach import areas_in
from sipas_web.fieldwork.queries.rules import rules_as_set
from sipas_web.fieldwork.views.reached import case_or_404, part_page, reached_or_404
from sipas_web.rounds.queries import State
from sipas_web.rounds.views.found import round_or_404
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import FORMATS


@needs(Permission.REGISTER_VIEW)
@require_safe
def replacement_register(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show every replacement with its evidence, and how many each office and interviewer have."""
    round_ = reached_or_404(request, round_id, Permission.REGISTER_VIEW)
    by = request.actor
    page = Paginator(replacements.register_of(by, round_), replacements.PER_PAGE).get_page(request.GET.get("page"))
    areas = areas_in(by, round_, Permission.REGISTER_VIEW)
    shown = {
        "page": page,
        "rows": pages.register_rows(round_, list(page.object_list)),
        "offices": by_office(round_, areas, "-replaced_percent"),
        "people": by_interviewer(round_, areas, "-replaced_percent"),
        "may_replace": round_.state == State.IN_FIELD and by.may(Permission.CASE_REPLACE),
    }
    return part_page(request, round_, "fieldwork/replacements.html", shown)


@needs(Permission.REGISTER_VIEW)
@require_safe
def replacement_export(request: ActorRequest, round_id: int, form: str) -> HttpResponseBase:
    """Give the register as a file."""
    round_ = reached_or_404(request, round_id, Permission.REGISTER_VIEW)
    if form not in FORMATS:
        raise Http404
    actions.note_list_taken(
        round_=round_, what="replacements", form=form, permission=Permission.REGISTER_VIEW, by=request.actor
    )
    return registers.replacements(round_, pages.register_lines(request.actor, round_), form)


@needs(Permission.CASE_REPLACE)
@require_http_methods(["GET", "HEAD", "POST"])
def replacement_ready(request: ActorRequest, round_id: int) -> HttpResponse:
    """List the cases whose outcome is final; replace those that are ticked, each by the next reserve."""
    round_ = reached_or_404(request, round_id, Permission.CASE_REPLACE)
    if request.method == "POST":
        _replace(request, [case_or_404(request, round_, Permission.CASE_REPLACE, c) for c in _ticked(request)])
        return redirect("replacement_ready", round_.pk)
    rules = queries.rules_of(round_)
    cases = replacements.ready(request.actor, round_, rules) if round_.state == State.IN_FIELD else []
    shown = {
        "rules": rules,
        "rows": pages.ready_rows(round_, cases),
        "is_cut": len(cases) == replacements.READY_LISTED,
        "is_open": round_.state == State.IN_FIELD,
    }
    return part_page(request, round_, "fieldwork/replacement_ready.html", shown)


@needs(Permission.RULE_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def field_rules(request: ActorRequest, round_id: int) -> HttpResponse:
    """Set what a round asks of its field work."""
    round_ = round_or_404(request, round_id, Permission.RULE_CHANGE)
    form = RulesForm(request.POST or None, initial=rules_as_set(round_))
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_rules(round_id=round_.pk, rules=form.cleaned_data, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The rules are set."))
            return redirect("field_rules", round_.pk)
    return render(request, "fieldwork/rules.html", {"round": round_, "form": form})


def _ticked(request: ActorRequest) -> list[str]:
    return sorted(set(request.POST.getlist("case")))[: replacements.READY_LISTED]


def _replace(request: ActorRequest, cases: list[queries.Case]) -> None:
    """Replace cases one by one, in the order of their codes; one that cannot be is said and hinders no other."""
    done, faults = 0, []
    for case in cases:
        try:
            actions.replace(case_pk=case.pk, by=request.actor)
            done += 1
        except ValidationError as error:
            faults += error.messages
    if done:
        said = ngettext(
            "%(n)d case was replaced by the next reserve.", "%(n)d cases were replaced by the next reserves.", done
        )
        messages.success(request, said % {"n": done})
    for fault in dict.fromkeys(faults[:5]):
        messages.error(request, fault)
    if not cases:
        messages.info(request, _("No case was ticked."))
