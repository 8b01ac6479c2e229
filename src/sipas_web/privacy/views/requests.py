"""Pages of people's requests about their data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.privacy import actions
from sipas_web.privacy.actions.requests import Asker
from sipas_web.privacy.forms.requests import (
    AcknowledgeForm,
    AttachForm,
    ContactForm,
    ExtendForm,
    FindForm,
    ReceiveForm,
    RequestFilter,
    RequestReasonForm,
)
from sipas_web.privacy.identity import Identity, identity_of
from sipas_web.privacy.pages import requests as pages
from sipas_web.privacy.permissions import Permission
from sipas_web.privacy.queries import requests as reads
from sipas_web.privacy.queries.requests import SubjectRequest
from sipas_web.privacy.views.faults import add_faults
from sipas_web.shared.access import needs
from sipas_web.units.queries import today

PER_PAGE = 50


@needs(Permission.DUTY_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """List requests."""
    form = RequestFilter(request.GET or None)
    found = reads.requests(request.actor, form.wanted() if form.is_bound else "")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown = {
        "form": form,
        "page": page,
        "rows": [pages.line(row) for row in page],
        "is_filtered": bool(request.GET.get("state")),
        "may_add": request.actor.may(Permission.REQUEST_HANDLE),
    }
    return render(request, "privacy/requests.html", shown)


@needs(Permission.REQUEST_HANDLE)
def add(request: ActorRequest) -> HttpResponse:
    """Take a request in."""
    places = reads.places(request.actor, Permission.REQUEST_HANDLE)
    form = ReceiveForm(request.POST or None, places=places, initial={"received": today()})
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        asker = Asker(data.pop("name"), data.pop("reach"), data.pop("words"))
        try:
            made = actions.receive_request(**data, asker=asker, by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The request was entered as %(number)s.") % {"number": made})
            return redirect("request_detail", made.pk)
    return render(request, "privacy/request_form.html", {"form": form, "title": _("Take in a request")})


@needs(Permission.DUTY_VIEW)
def detail(request: ActorRequest, request_id: int) -> HttpResponse:
    """Show a request, its clock and the next step; acknowledge it."""
    found = _found(request, request_id, Permission.DUTY_VIEW)
    form = AcknowledgeForm(request.POST or None, initial={"on": today()})
    if request.method == "POST":
        request.actor.require(Permission.REQUEST_HANDLE, found.unit)
        if form.is_valid() and _done(form, lambda: actions.acknowledge(
            request_id=found.pk, **form.cleaned_data, by=request.actor
        )):  # fmt: skip
            messages.success(request, _("Noted."))
            return redirect("request_detail", found.pk)
    may = request.actor.may(Permission.REQUEST_HANDLE, found.unit)
    return render(request, "privacy/request.html", {"form": form, "may_handle": may, **pages.facts(found)})


@never_cache
@needs(Permission.REQUEST_HANDLE)
@require_POST
def asker(request: ActorRequest, request_id: int) -> HttpResponse:
    """Show who asks; recorded."""
    found = _found(request, request_id)
    who = _asker(request, found)
    if who is None:
        return redirect("request_detail", found.pk)
    return render(request, "privacy/request_asker.html", {"found": found, "who": who})


@never_cache
@needs(Permission.REQUEST_HANDLE)
def find(request: ActorRequest, request_id: int) -> HttpResponse:
    """Find whom a request is about; recorded."""
    found = _found(request, request_id)
    form = FindForm(request.POST or None)
    rows: Any = None
    if request.method == "POST" and form.is_valid():
        try:
            rows = actions.find_case(request_id=found.pk, wanted=form.cleaned_data, by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
    return render(request, "privacy/request_find.html", {"found": found, "form": form, "rows": rows})


@needs(Permission.REQUEST_HANDLE)
@require_POST
def attach(request: ActorRequest, request_id: int) -> HttpResponse:
    """Say which case a request is about."""
    found = _found(request, request_id)
    form = AttachForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        actions.attach_case(request_id=found.pk, **form.cleaned_data, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The case was noted."))
    return redirect("request_detail", found.pk)


@never_cache
@needs(Permission.REQUEST_HANDLE)
@require_POST
def see(request: ActorRequest, request_id: int) -> HttpResponse:
    """Show everything held about the person, to be printed and handed over; recorded."""
    found = _found(request, request_id)
    try:
        shown = actions.see(request_id=found.pk, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("request_detail", found.pk)
    return render(
        request, "privacy/request_see.html", {"found": found, "shown": shown, "until": pages.kept_until(found)}
    )


@never_cache
@needs(Permission.REQUEST_HANDLE)
@require_POST
def correct(request: ActorRequest, request_id: int) -> HttpResponse:
    """Show the contact details held; put others in their place. The first opening is recorded as seeing."""
    found = _found(request, request_id)
    is_typed = "name" in request.POST
    form = ContactForm(request.POST if is_typed else None)
    try:
        if not is_typed:
            who: Identity = actions.see(request_id=found.pk, by=request.actor).who
            form = ContactForm(initial=asdict(who))
        elif form.is_valid():
            actions.correct(request_id=found.pk, who=identity_of(form.cleaned_data), by=request.actor)
            messages.success(request, _("The contact details were corrected."))
            return redirect("request_detail", found.pk)
    except ValidationError as error:
        if not is_typed:
            messages.error(request, " ".join(error.messages))
            return redirect("request_detail", found.pk)
        add_faults(form, error)
    return render(request, "privacy/request_correct.html", {"found": found, "form": form})


@needs(Permission.REQUEST_HANDLE)
def extend(request: ActorRequest, request_id: int) -> HttpResponse:
    """Give a request more time."""
    found = _found(request, request_id)
    form = ExtendForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _done(form, lambda: actions.extend(
        request_id=found.pk, **form.cleaned_data, by=request.actor
    )):  # fmt: skip
        messages.success(request, _("The time was extended."))
        return redirect("request_detail", found.pk)
    return render(request, "privacy/request_form.html", pages.extension(found) | {"form": form, "found": found})


@needs(Permission.REQUEST_HANDLE)
def carry_out(request: ActorRequest, request_id: int) -> HttpResponse:
    """Carry a request out, after a look at what that means."""
    found = _found(request, request_id)
    form = RequestReasonForm(request.POST or None) if found.kind in pages.WITH_REASON else None
    if request.method == "POST" and (form is None or form.is_valid()):
        reason = form.cleaned_data["reason"] if form is not None else ""
        try:
            actions.carry_out(request_id=found.pk, kind=found.kind, reason=reason, by=request.actor)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("The request was carried out."))
        return redirect("request_detail", found.pk)
    return render(request, "privacy/request_form.html", pages.meaning(found) | {"form": form or "", "found": found})


@needs(Permission.REQUEST_HANDLE)
def refuse(request: ActorRequest, request_id: int) -> HttpResponse:
    """Close a request without carrying it out."""
    found = _found(request, request_id)
    form = RequestReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _done(form, lambda: actions.refuse_request(
        request_id=found.pk, reason=form.cleaned_data["reason"], by=request.actor
    )):  # fmt: skip
        messages.success(request, _("The request was closed."))
        return redirect("request_detail", found.pk)
    title = _("Close without carrying it out")
    shown = {"form": form, "found": found, "title": title, "text": _("The reason goes into the answer to the person.")}
    return render(request, "privacy/request_form.html", shown)


@never_cache
@needs(Permission.REQUEST_HANDLE)
@require_POST
def letter(request: ActorRequest, request_id: int) -> HttpResponse:
    """Give the text of the answer, to be put into a letter; who asks is opened for it."""
    found = _found(request, request_id)
    who = _asker(request, found)
    if who is None:
        return redirect("request_detail", found.pk)
    shown = {"found": found, "text": pages.letter(found, who), "title": _("Answer to the person")}
    return render(request, "privacy/letter.html", shown)


def _found(request: ActorRequest, request_id: int, permission: str = Permission.REQUEST_HANDLE) -> SubjectRequest:
    found = reads.request_for(request.actor, request_id, permission)
    if found is None:
        raise Http404
    return found


def _asker(request: ActorRequest, found: SubjectRequest) -> Asker | None:
    """Open who asks; where the key is missing or the data were changed, a sentence says so on the next page."""
    try:
        return actions.open_asker(request_id=found.pk, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return None


def _done(form: Any, act: Any) -> bool:
    try:
        act()
    except ValidationError as error:
        add_faults(form, error)
        return False
    return True
