"""Pages of keying: the desk, where codes are typed, and the form by keyboard alone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.capture import keying_page
from sipas_web.capture.actions import keying as actions
from sipas_web.capture.actions.keying import Sent, person_of
from sipas_web.capture.actions.keying_end import finish_keying
from sipas_web.capture.permissions import Permission
from sipas_web.capture.queries import keying as queries
from sipas_web.capture.queries.keying import KeyedForm, Keying
from sipas_web.rounds.queries import Round, State
from sipas_web.rounds.views.found import round_or_404
from sipas_web.shared.access import needs

FAULTY, OVERTAKEN = 422, 409  # HTTP


@needs(Permission.FORM_KEY)
@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """List the rounds in which one may key; where it is one, go there."""
    rounds = list(queries.rounds_to_key(request.actor))
    if len(rounds) == 1:
        return redirect("keying_desk", rounds[0].pk)
    return render(request, "capture/keying/home.html", {"rounds": rounds})


@never_cache
@needs(Permission.FORM_KEY)
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: ActorRequest, round_id: int) -> HttpResponse:
    """Take the code of the next form; show what waits and what was done today."""
    round_ = round_or_404(request, round_id, Permission.FORM_KEY)
    code, fault = request.POST.get("code", ""), ""
    if request.method == "POST":
        try:
            keystrokes = _number(request.POST.get("keystrokes"))
            made = actions.open_keying(round_id=round_.pk, code=code, keystrokes=keystrokes, by=request.actor)
        except ValidationError as error:
            fault = " ".join(error.messages)
        else:
            return redirect("keying_form", made.pk)
    shown = {"round": round_, "code": code, "fault": fault, **_at_desk(request, round_)}
    return render(request, "capture/keying/desk.html", shown)


@never_cache
@needs(Permission.FORM_KEY)
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: ActorRequest, keying_id: int) -> HttpResponse:
    """Key a form: the page is shown once; it saves as it goes and is sent at the end."""
    if request.method == "POST":
        return _taken(request, keying_id, _sent(request))
    keying = queries.own_keying(request.actor, keying_id)
    if keying is None:
        return _not_own(request)
    if keying.is_done:
        return redirect("keying_desk", keying.form.round_id)
    return _form_page(request, keying, Sent(typed=keying.draft, version=keying.version), {})


@needs(Permission.FORM_KEY)
@require_POST
def put_back(request: ActorRequest, keying_id: int) -> HttpResponse:
    """Let go of a form that was begun."""
    keying = queries.own_keying(request.actor, keying_id)
    if keying is None:
        raise Http404
    try:
        actions.put_back(keying_id=keying.pk, by=request.actor)
        messages.success(
            request, _("Form %(code)s can be keyed by somebody else.") % {"code": keying.form.case.case_id}
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("keying_desk", keying.form.round_id)


def _at_desk(request: ActorRequest, round_: Round) -> dict[str, Any]:
    person = person_of(request.actor)
    return {
        "is_open": round_.state == State.IN_FIELD,
        "waiting": queries.waiting_for(round_, person),
        "begun": queries.open_keyings(round_, person),
        "today": queries.day_of(round_, person, timezone.localdate()),
    }


def _not_own(request: HttpRequest) -> HttpResponse:
    if _is_script(request):
        return JsonResponse({"said": _("This form is no longer yours. Type its code again.")}, status=OVERTAKEN)
    raise Http404


def _taken(request: ActorRequest, keying_id: int, sent: Sent) -> HttpResponse:
    try:
        if request.POST.get("act") == "finish":
            return _ended(request, finish_keying(keying_id=keying_id, sent=sent, by=request.actor))
        kept = actions.save_keying(keying_id=keying_id, sent=sent, by=request.actor)
    except PermissionDenied:
        return _not_own(request)
    except ValidationError as error:
        keying = queries.own_keying(request.actor, keying_id)
        return _refused(request, keying, sent, error) if keying else _not_own(request)
    if _is_script(request):
        return JsonResponse({"version": kept.version})
    return redirect("keying_desk", kept.form.round_id)


def _ended(request: HttpRequest, form: KeyedForm) -> HttpResponse:
    messages.success(request, _("Form %(code)s is keyed.") % {"code": form.case.case_id})
    url = reverse("keying_desk", args=[form.round_id])
    return JsonResponse({"next": url}) if _is_script(request) else redirect(url)


def _refused(request: ActorRequest, keying: Keying, sent: Sent, error: ValidationError) -> HttpResponse:
    """Say what is wrong; what was typed is kept all the same, unless another window has gone on with it."""
    is_script = _is_script(request)
    if not hasattr(error, "error_dict"):
        said = " ".join(error.messages)
        if is_script:
            return JsonResponse({"said": said}, status=OVERTAKEN)
        messages.error(request, said)
        return redirect("keying_desk", keying.form.round_id)
    kept = actions.save_keying(keying_id=keying.pk, sent=sent, by=request.actor)
    faults = {name: " ".join(said) for name, said in error.message_dict.items()}
    if is_script:
        return JsonResponse({"faults": faults, "version": kept.version}, status=FAULTY)
    again = Sent(sent.typed, sent.page, kept.saves, kept.version, sent.keystrokes, sent.seconds)
    return _form_page(request, keying, again, faults)


def _form_page(request: HttpRequest, keying: Keying, sent: Sent, faults: dict[str, str]) -> HttpResponse:
    paper = queries.form_of(keying.form.round, keying.form.kind)
    shown = {
        "round": keying.form.round,
        "keying": keying,
        "code": keying.form.case.case_id,
        "kind": keying.form.kind,
        "page": sent.page or keying_page.new_page(),
        "sent": sent,
        "sections": keying_page.sections(paper, sent.typed, faults),
        "faulty": len(faults),
        "begun_with": max(keying.keystrokes, sent.keystrokes),
        "seconds": max(keying.seconds, sent.seconds),
    }
    return render(request, "capture/keying/form.html", shown, status=FAULTY if faults else 200)


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Keying") == "page"


def _sent(request: HttpRequest) -> Sent:
    post = request.POST
    return Sent(
        typed={name[2:]: value for name, value in post.items() if name.startswith("k-") and isinstance(value, str)},
        page=post.get("page", "")[:32],
        saves=_number(post.get("saves")) or 1,
        version=_number(post.get("version")),
        keystrokes=_number(post.get("keystrokes")),
        seconds=_number(post.get("milliseconds")) / 1000,
    )


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
