"""The desk of a post office: a form comes back, its code is typed or scanned, Enter."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sipas.errors import SipasError
from sipas_web.audit.actors import ActorRequest
from sipas_web.fieldwork import actions
from sipas_web.fieldwork.forms.acts import DeskForm
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries.desk import desk_of, rounds_at_desk
from sipas_web.fieldwork.views.reached import case_or_404, part_page, reached_or_404
from sipas_web.rounds.queries import State
from sipas_web.shared.access import needs
from sipas_web.shared.core_errors import sentence


@needs(Permission.FORM_RECEIVE)
@require_safe
def post_home(request: ActorRequest) -> HttpResponse:
    """List the rounds in the field whose forms somebody receives, with what is done there."""
    actor = request.actor
    shown = {
        "rounds": rounds_at_desk(actor),
        "may_replace": actor.may(Permission.CASE_REPLACE),
        "may_watch": actor.may(Permission.PROGRESS_VIEW),
        "may_read": actor.may(Permission.REGISTER_VIEW),
    }
    return render(request, "fieldwork/post_home.html", shown)


@needs(Permission.FORM_RECEIVE)
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: ActorRequest, round_id: int) -> HttpResponse:
    """Receive forms one after another."""
    round_ = reached_or_404(request, round_id, Permission.FORM_RECEIVE)
    form = DeskForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _receive(request, round_.pk, form):
        return redirect("desk", round_.pk)
    shown = {
        "form": form,
        "desk": desk_of(request.actor, round_),
        "is_open": round_.state == State.IN_FIELD,
    }
    return part_page(request, round_, "fieldwork/desk.html", shown)


@needs(Permission.FORM_RECEIVE)
@require_POST
def desk_back(request: ActorRequest, round_id: int, case_id: str) -> HttpResponse:
    """Take a receipt back that was a slip."""
    round_ = reached_or_404(request, round_id, Permission.FORM_RECEIVE)
    case = case_or_404(request, round_, Permission.FORM_RECEIVE, case_id)
    try:
        actions.take_back_receipt(case_pk=case.pk, by=request.actor)
        messages.success(request, _("The receipt of %(code)s was taken back.") % {"code": case.case_id})
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("desk", round_.pk)


def _receive(request: ActorRequest, round_id: int, form: DeskForm) -> bool:
    """Receive the form of a code; where that cannot be, say why beside the field."""
    try:
        case, is_new = actions.receive_form(round_id=round_id, code=form.cleaned_data["code"], by=request.actor)
    except SipasError as error:
        form.add_error("code", sentence(error))
    except ValidationError as error:
        form.add_error("code", error)
    except PermissionDenied:
        form.add_error("code", _("This form belongs to another post office. Send it there; it is not received here."))
    else:
        if is_new:
            messages.success(request, _("Received: %(code)s.") % {"code": case.case_id})
        else:
            messages.info(request, _("%(code)s was received before; nothing changed.") % {"code": case.case_id})
        return True
    return False
