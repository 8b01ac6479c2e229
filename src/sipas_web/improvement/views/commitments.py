"""Pages of commitments."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.actions import commitments as actions
from sipas_web.improvement.evidence_files import place_of, stored_for
from sipas_web.improvement.forms.commitments import (
    EMPTY_ROWS,
    AskForm,
    CommitmentFilter,
    ItemFormSet,
    ReportForm,
    ReviewForm,
    SignForm,
)
from sipas_web.improvement.forms.targets_fields import ReasonForm
from sipas_web.improvement.pages import commitments as pages
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import commitments as reads
from sipas_web.improvement.queries.commitments import Commitment, CommitmentItem, Wanted
from sipas_web.improvement.queries.targets_units import allowed, everywhere_above, members_of
from sipas_web.improvement.views.targets_frame import page
from sipas_web.privacy.views.faults import add_faults
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import FORMATS, attachment, table
from sipas_web.units.queries import today

PER_PAGE = 50


@needs(Permission.TARGET_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """Show a year's commitments by unit, against 100 %."""
    form, wanted = _wanted(request)
    found = list(reads.found(request.actor, wanted, request.GET.get("sort", "")))
    listed = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    every = reads.year_rows(found)
    share = reads.sum_of(every)
    numbers = {row.commitment.pk: row for row in every}
    context = {
        "form": form, "page": listed, "rows": [numbers[c.pk] for c in listed], "share": share, "year": wanted.year,
        "percent": pages.percent(share), "closed": reads.closed_years(request.actor, wanted.year),
        "may_ask": request.actor.may(Permission.TARGET_SET),
        "may_close": request.actor.may(Permission.COMMITMENT_REVIEW),
    }  # fmt: skip
    return page(request, "commitments", "commitments", context)


@needs(Permission.TARGET_VIEW)
@require_safe
def download(request: ActorRequest, form: str) -> HttpResponseBase:
    """Give the listed commitments as a file."""
    if form not in FORMATS:
        raise Http404
    _form, wanted = _wanted(request)
    rows = reads.year_rows(list(reads.found(request.actor, wanted, request.GET.get("sort", ""))))
    return table("cam-ket", form, pages.heads(), pages.sheet_rows(rows))


@needs(Permission.TARGET_SET)
def ask(request: ActorRequest) -> HttpResponse:
    """Ask units for their commitments of a year."""
    places = allowed(request.actor, Permission.TARGET_SET)
    form = AskForm(
        request.POST or None, places=places, near=members_of(request.actor, Permission.TARGET_SET),
        above=everywhere_above(request.actor, Permission.TARGET_SET), initial={"year": today().year},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.ask(units=form.chosen(), to_unit=data["to_unit"], year=data["year"], by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            said = ngettext("%(count)d unit was asked.", "%(count)d units were asked.", len(made))
            messages.success(request, said % {"count": len(made)})
            return redirect("commitment_list")
    return page(request, "commitment_ask", "commitments", {"form": form})


@needs(Permission.TARGET_VIEW)
@require_safe
def detail(request: ActorRequest, commitment_id: int) -> HttpResponse:
    """Show a commitment with its items."""
    commitment = _commitment(request, commitment_id)
    (row,) = reads.year_rows([commitment])
    items = [(item, pages.node_name(item.item.node)) for item in reads.items_of(commitment)]
    context = {
        "commitment": commitment, "share": row.share, "percent": pages.percent(row.share)[0], "items": items,
        "sign_form": SignForm(initial={"signed": today()}), "reason_form": ReasonForm(),
        **pages.rights(commitment, request.actor),
    }  # fmt: skip
    return page(request, "commitment", "commitments", context)


@needs(Permission.TARGET_VIEW)
def write(request: ActorRequest, commitment_id: int) -> HttpResponse:
    """Write the items of a commitment that is not signed."""
    commitment = _commitment(request, commitment_id)
    if not pages.rights(commitment, request.actor)["may_write"]:
        raise Http404
    known = [
        {"text": r.item.text, "measure": r.item.measure, "due": r.item.due, "node": r.item.node}
        for r in reads.items_of(commitment)
    ]
    rows = ItemFormSet(request.POST or None, initial=[*known, *({} for _row in range(EMPTY_ROWS))])
    fault = ""
    if request.method == "POST" and rows.is_valid():
        try:
            items = [promise for form in rows if (promise := form.promise())]
            actions.put_items(commitment_id=commitment.pk, items=items, by=request.actor)
        except ValidationError as error:
            fault = " ".join(error.messages)
        else:
            messages.success(request, _("Saved."))
            return redirect("commitment_detail", commitment.pk)
    shown = {"commitment": commitment, "rows": rows, "fault": fault}
    return page(request, "commitment_items", "commitments", shown)


@needs(Permission.COMMITMENT_SIGN)
def sign(request: ActorRequest, commitment_id: int) -> HttpResponse:
    """Note that a commitment was signed."""
    commitment = _commitment(request, commitment_id)
    form = SignForm(request.POST or None, initial={"signed": today()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.sign(commitment_id=commitment.pk, **form.cleaned_data, by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The commitment is signed: its items stand from now on."))
            return redirect("commitment_detail", commitment.pk)
    return page(request, "commitment_sign", "commitments", {"commitment": commitment, "form": form})


@needs(Permission.TARGET_SET)
@require_POST
def take_back(request: ActorRequest, commitment_id: int) -> HttpResponse:
    """Ask no longer for a commitment."""
    commitment = _commitment(request, commitment_id)
    try:
        actions.take_back(commitment_id=commitment.pk, reason=request.POST.get("reason", ""), by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("commitment_detail", commitment.pk)
    messages.success(request, _("This commitment is no longer asked for."))
    return redirect("commitment_list")


@needs(Permission.TARGET_VIEW)
def item(request: ActorRequest, commitment_item_id: int) -> HttpResponse:
    """Show an item; report on it; review it."""
    found = _item(request, commitment_item_id)
    rights = pages.item_rights(found, request.actor)
    row = next(r for r in reads.items_of(found.commitment) if r.item.pk == found.pk)
    which = request.POST.get("act", "")
    sent = (request.POST, request.FILES) if which == "report" else (None, None)
    report = ReportForm(sent[0], sent[1], initial={"result": found.result, "evidence": found.evidence})
    review = ReviewForm(request.POST if which == "review" else None)
    if request.method == "POST" and (response := _acted(request, found, which, report, review)):
        return response
    context = {
        "item": found, "commitment": found.commitment, "row": row, "report_form": report, "review_form": review,
        "node": pages.node_name(found.node), "files": list(found.files.all()), **rights,
    }  # fmt: skip
    return page(request, "commitment_item", "commitments", context)


def _acted(
    request: ActorRequest, found: CommitmentItem, which: str, report: ReportForm, review: ReviewForm
) -> HttpResponse | None:
    form = report if which == "report" else review
    if not form.is_valid():
        return None
    try:
        if which == "report":
            told = {name: form.cleaned_data[name] for name in ("result", "evidence")}
            with stored_for(form.cleaned_data["attached"], "attached") as files:
                actions.report(item_id=found.pk, **told, files=files, by=request.actor)
        else:
            actions.review(item_id=found.pk, **form.cleaned_data, by=request.actor)
    except ValidationError as error:
        add_faults(form, error)
        return None
    messages.success(request, _("Saved."))
    return redirect("commitment_item", found.pk)


@needs(Permission.TARGET_VIEW)
@require_safe
def evidence(request: ActorRequest, item_evidence_id: int) -> HttpResponseBase:
    """Give a file that shows what was done."""
    found = reads.evidence_for(request.actor, item_evidence_id)
    if found is None:
        raise Http404
    try:
        return attachment(place_of(found.stored).open("rb"), found.name, found.kind)
    except FileNotFoundError as error:
        raise Http404(_("The file is not there any more.")) from error


def _wanted(request: ActorRequest) -> tuple[CommitmentFilter, Wanted]:
    years = reads.years(request.actor)
    usual = {"year": years[0]} if years and "year" not in request.GET else {}
    last = request.GET.get("den", "")[:4]
    form = CommitmentFilter(
        {**usual, **request.GET.dict(), **({"year": last} if last.isdecimal() else {})}, years=years
    )
    unit = request.GET.get("don-vi", "")
    return form, Wanted(unit=int(unit) if unit.isdecimal() else None, **form.given())


def _commitment(request: ActorRequest, commitment_id: int) -> Commitment:
    found = reads.commitment_for(request.actor, commitment_id)
    if found is None:
        raise Http404
    return found


def _item(request: ActorRequest, item_id: int) -> CommitmentItem:
    found = reads.item_for(request.actor, item_id)
    if found is None:
        raise Http404
    return found
