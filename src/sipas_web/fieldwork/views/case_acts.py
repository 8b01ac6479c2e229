"""What a post office or the operator does with one case: write a visit for its interviewer, take one back, replace."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sipas_web.audit.actors import ActorRequest
from sipas_web.fieldwork import actions
from sipas_web.fieldwork.forms.acts import OfficeVisitForm, ReplaceForm, WithdrawForm
from sipas_web.fieldwork.forms.visits import TakeBackForm
from sipas_web.fieldwork.pages.acts import acts_page
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries import Case, mine
from sipas_web.fieldwork.views.reached import case_or_404, part_page, reached_or_404
from sipas_web.rounds.queries import Round
from sipas_web.shared.access import needs

Forms = dict[str, Form]


@needs(Permission.CASE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def case_acts(request: ActorRequest, round_id: int, case_id: str) -> HttpResponse:
    """Show what may be done with a case, and do it."""
    round_ = reached_or_404(request, round_id, Permission.CASE_VIEW)
    case = case_or_404(request, round_, Permission.CASE_VIEW, case_id)
    asked = request.POST.get("act", "")
    forms: Forms = {
        "visit": OfficeVisitForm(request.POST if asked == "visit" else None, initial={"token": secrets.token_hex(12)}),
        "take_back": TakeBackForm(request.POST if asked == "take_back" else None),
        "replace": ReplaceForm(request.POST if asked == "replace" else None),
        "withdraw": WithdrawForm(request.POST if asked == "withdraw" else None),
    }
    if request.method == "POST":
        if asked not in forms:
            raise Http404
        if forms[asked].is_valid() and _done(request, case, asked, forms[asked]):
            return redirect("case_acts", round_.pk, case.case_id)
    return _page(request, round_, case, forms)


def _page(request: ActorRequest, round_: Round, case: Case, forms: Forms) -> HttpResponse:
    shown = {"case": case, "page": acts_page(case, request.actor), "forms": forms}
    return part_page(request, round_, "fieldwork/case_acts.html", shown)


def _done(request: ActorRequest, case: Case, act: str, form: Form) -> bool:
    """Do one act; a refusal stands in its form."""
    doing: dict[str, Callable[..., str]] = {
        "visit": _visit, "take_back": _take_back, "replace": _replace, "withdraw": _withdraw,
    }  # fmt: skip
    try:
        messages.success(request, doing[act](request, case, form))
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


def _visit(request: ActorRequest, case: Case, form: Form) -> str:
    actions.log_visit(case_pk=case.pk, by=request.actor, **form.cleaned_data)
    return _("The visit is written down for %(name)s.") % {"name": case.interviewer or ""}


def _take_back(request: ActorRequest, case: Case, form: Form) -> str:
    given = form.cleaned_data
    if not mine.is_visit_of(case, given["visit"]):
        raise Http404
    actions.take_back_visit(visit_pk=given["visit"], because=given["because"], by=request.actor)
    return _("The visit was taken back. It stays in the record as taken back.")


def _replace(request: ActorRequest, case: Case, form: Form) -> str:
    made = actions.replace(case_pk=case.pk, remark=form.cleaned_data["remark"], by=request.actor)
    said = {"code": case.case_id, "reserve": made.reserve.case_id}
    return _("Case %(code)s is replaced by the next reserve of its stratum, %(reserve)s.") % said


def _withdraw(request: ActorRequest, case: Case, form: Form) -> str:
    actions.withdraw(case_pk=case.pk, by=request.actor, **form.cleaned_data)
    return _("Case %(code)s is withdrawn.") % {"code": case.case_id}
