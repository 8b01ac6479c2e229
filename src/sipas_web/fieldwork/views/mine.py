"""The interviewer's pages: they work on a small telephone, without scripts and with a line that breaks."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.fieldwork import actions, contacts
from sipas_web.fieldwork.forms.visits import TakeBackForm, VisitForm
from sipas_web.fieldwork.pages import mine as pages
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries import Case, mine
from sipas_web.fieldwork.wording import told_label
from sipas_web.privacy.queries import Identity
from sipas_web.shared.access import needs

REFUSED = 422  # what was sent cannot be taken; the page tells why
PLACE_ALLOWED = "camera=(), geolocation=(self), microphone=(), payment=()"


@needs(Permission.CASE_CARRY)
@require_safe
def my_cases(request: ActorRequest) -> HttpResponse:
    """List one's cases by what is to be done; addresses on demand, which is recorded."""
    tab = request.GET.get("o", "")
    tab = tab if tab in mine.TABS else "visit"
    page = Paginator(mine.of_tab(request.actor, tab), mine.PER_PAGE).get_page(request.GET.get("page"))
    cases = list(page.object_list)
    opened: dict[str, Identity] = {}
    if "dia-chi" in request.GET and tab != "done":
        for round_ in {case.round for case in cases}:
            codes = [case.case_id for case in cases if case.round_id == round_.pk]
            opened |= contacts.contacts_of(round_, codes, request.actor, contacts.VISIT)
    shown = {
        "tabs": pages.tabs(request.actor, tab), "tab": tab, "rows": pages.rows(cases, opened), "page": page,
        "is_opened": bool(opened), "rounds": {case.round for case in cases},
    }  # fmt: skip
    return render(request, "fieldwork/mine/list.html", shown)


@needs(Permission.CASE_CARRY)
@require_http_methods(["GET", "HEAD", "POST"])
def my_case(request: ActorRequest, round_id: int, case_id: str) -> HttpResponse:
    """Show one case and take a visit of it."""
    case = _mine(request, round_id, case_id)
    form = VisitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            visit = actions.log_visit(case_pk=case.pk, by=request.actor, **form.values())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            said = {"code": case.case_id, "outcome": told_label(visit.outcome, visit.step, is_with_person=True)}
            messages.success(request, _("Written down for %(code)s: %(outcome)s.") % said)
            return redirect("my_case", round_id, case_id)
    page = pages.case_page(case, request.POST.get("mode") or request.GET.get("mode", ""), request.actor)
    opened = None
    if "lien-he" in request.GET and page.is_open:
        try:
            opened = contacts.contact_of(case, request.actor, contacts.VISIT)
        except ValidationError as error:  # the key is missing, or what is sealed was changed
            messages.error(request, " ".join(error.messages))
    shown = {"page": page, "case": case, "form": form, "contact": opened, "is_opened": "lien-he" in request.GET}
    answer = render(request, "fieldwork/mine/case.html", shown, status=REFUSED if form.errors else 200)
    if page.asks_place:
        answer.headers["Permissions-Policy"] = PLACE_ALLOWED
    return answer


@needs(Permission.CASE_CARRY)
@require_POST
def my_visit_back(request: ActorRequest, round_id: int, case_id: str) -> HttpResponse:
    """Take one's last visit back."""
    case = _mine(request, round_id, case_id)
    form = TakeBackForm(request.POST)
    if form.is_valid() and mine.is_visit_of(case, form.cleaned_data["visit"]):
        try:
            actions.take_back_visit(visit_pk=form.cleaned_data["visit"], by=request.actor)
            messages.success(request, _("The visit was taken back. It stays in the record as taken back."))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    return redirect("my_case", round_id, case_id)


def _mine(request: ActorRequest, round_id: int, case_id: str) -> Case:
    case = mine.one_of_mine(request.actor, round_id, case_id)
    if case is None:
        raise Http404
    return case
