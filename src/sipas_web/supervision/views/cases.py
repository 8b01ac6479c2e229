"""Re-verifying: the list for the road, one case on the phone. First answers are on none of these pages."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import attachment
from sipas_web.supervision import actions, documents
from sipas_web.supervision.forms import AttemptForm, ReasonForm
from sipas_web.supervision.pages.case import attempts_of, rows_of
from sipas_web.supervision.permissions import Permission
from sipas_web.supervision.queries import CheckCase
from sipas_web.supervision.queries import samples as reads
from sipas_web.supervision.views.found import case_or_404, form_page, own_or_404
from sipas_web.units.queries import today

PER_PAGE = 50
ON_PAPER, ON_SCREEN = "supervision.visit_list", "supervision.recheck"


@needs(Permission.CASE_REVERIFY)
@require_safe
def check_cases(request: ActorRequest, sample_id: int) -> HttpResponse:
    """List the cases of one's own sample, open ones first asked for."""
    sample = own_or_404(request, sample_id, Permission.CASE_REVERIFY)
    only_open = request.GET.get("all") != "1"
    page = Paginator(reads.cases_of(sample, only_open=only_open), PER_PAGE).get_page(request.GET.get("page"))
    shown = {
        "sample": sample,
        "round": sample.round,
        "page": page,
        "rows": rows_of(page.object_list),
        "only_open": only_open,
        "standing": reads.progress_of([sample]).get(sample.pk, reads.Standing()),
    }
    return render(request, "supervision/cases.html", shown)


@needs(Permission.CASE_REVERIFY)
@require_http_methods(["GET", "HEAD", "POST"])
def check_case(request: ActorRequest, check_id: int) -> HttpResponse:
    """Write down an attempt and what the person said."""
    check = case_or_404(request, check_id)
    form = AttemptForm(request.POST or None, questions=check.sample.questions, initial={"day": today()})
    if request.method == "POST" and form.is_valid():
        try:
            done = actions.log_attempt(check_id=check.pk, told=form.told(), by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved.") if done.is_done else _("Saved. The form stays open."))
            return redirect("check_cases", check.sample_id)
    return _case_page(request, check, form, {})


@needs(Permission.CASE_REVERIFY)
@require_POST
def check_contact(request: ActorRequest, check_id: int) -> HttpResponse:
    """Open the contact of one case; a recorded act, so it is asked for and not shown by itself."""
    check = case_or_404(request, check_id)
    form = AttemptForm(None, questions=check.sample.questions, initial={"day": today()})
    try:
        found = actions.open_contacts(checks=[check], purpose=ON_SCREEN, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("check_case", check.pk)
    return _case_page(request, check, form, {"contact": found.get(check.pk), "is_opened": True})


@needs(Permission.CASE_REVERIFY)
@require_http_methods(["GET", "HEAD", "POST"])
def check_reopen(request: ActorRequest, check_id: int) -> HttpResponse:
    """Open a case again that is done."""
    check = case_or_404(request, check_id)
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda given: actions.reopen(check_id=check.pk, reason=given["reason"], by=request.actor),
        ("check_case", check.pk),
        round=check.sample.round,
        sample=check.sample,
        title=_("Open the form again"),
        verb=_("Open again"),
    )


@needs(Permission.CASE_REVERIFY)
@require_POST
def check_list(request: ActorRequest, sample_id: int) -> HttpResponseBase:
    """Give the list with the contacts of the open cases as PDF."""
    sample = own_or_404(request, sample_id, Permission.CASE_REVERIFY)
    checks = list(reads.cases_of(sample, only_open=True))
    try:
        contacts = actions.open_contacts(checks=checks, purpose=ON_PAPER, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("check_cases", sample.pk)
    name = f"danh-sach-phuc-tra-{sample.pk}.pdf"
    actions.take_paper(sample=sample, name=name, by=request.actor)
    return attachment(documents.visit_list(sample, checks, contacts), name, documents.PDF)


def _case_page(request: ActorRequest, check: CheckCase, form: AttemptForm, further: dict[str, object]) -> HttpResponse:
    shown = {
        "check": check,
        "sample": check.sample,
        "round": check.sample.round,
        "form": form,
        "attempts": attempts_of(check),
        **further,
    }
    return render(request, "supervision/case.html", shown)
