"""What a citizen sees and does with their code. The code travels in the form only, never in an address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from sipas_web.capture import web_limits
from sipas_web.feedback.actions import following, lost_codes
from sipas_web.feedback.forms.public import CodeForm, LostCodeForm, WordForm
from sipas_web.feedback.pages import public as pages
from sipas_web.feedback.queries.feedback import Feedback
from sipas_web.feedback.views.faults import add_faults
from sipas_web.shared.access import public
from sipas_web.shared.middleware import composed

MISS, LOST, LOST_NUMBER = "feedback-miss", "feedback-lost", "feedback-lost-number"
MOST_LOST = 5  # requests for lost codes within the span, of one network, and for one number
Act = Callable[[str], object]


@public
@csrf_exempt  # the code is the secret; works without cookies
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for the code; show what it follows."""
    if request.method != "POST":
        return render(request, "feedback/public/code.html", {"form": CodeForm()})
    return _opened(request)


@public
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lost_code(request: HttpRequest) -> HttpResponse:
    """Take a request for a lost code; the answer is the same whether anything fits or not."""
    form = LostCodeForm(composed(request.POST) if request.method == "POST" else None)
    page = "feedback/public/lost_code.html"
    if not form.is_valid():
        return render(request, page, {"form": form}, status=400 if form.is_bound else 200)
    network, number = web_limits.network_of(request), form.cleaned_data["number"]
    if web_limits.is_spent(LOST, network, MOST_LOST):
        form.add_error(None, _("Too many codes were asked for from this network. Wait ten minutes."))
        return render(request, page, {"form": form}, status=429)
    web_limits.count(LOST, network)
    if not web_limits.is_spent(LOST_NUMBER, number, MOST_LOST):
        web_limits.count(LOST_NUMBER, number)
        lost_codes.ask(number=number, contact=form.cleaned_data["contact"])
    return render(request, page, {"is_asked": True})


@public
@csrf_exempt
@never_cache
@require_POST
def say(request: HttpRequest) -> HttpResponse:
    """Take the citizen's word on the answer."""
    data = composed(request.POST)
    form = WordForm(data)
    if not form.is_valid():
        return _opened(request, word=form, status=400)
    given = form.cleaned_data
    try:
        found = following.say(
            code=data.get("code", ""), agrees=given["agrees"] == "yes", rating=int(given["rating"]), text=given["text"]
        )
    except ValidationError as error:
        add_faults(form, error)
        return _opened(request, word=form, status=400)
    risen = _("It was reopened and brought before %(unit)s.") % {"unit": found.unit.full_name if found.unit else "–"}
    return _opened(request, done=risen if found.state == "routed" else _("Thank you. Your word was noted."))


@public
@csrf_exempt
@never_cache
@require_POST
def keep_private(request: HttpRequest) -> HttpResponse:
    """Have nothing published."""
    return _acted(request, lambda code: following.keep_private(code=code), _("Nothing of it is published any more."))


@public
@csrf_exempt
@never_cache
@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Destroy the citizen's data; asks once more."""
    if request.POST.get("chac") != "1":
        return _opened(request, is_to_confirm=True)
    return _acted(
        request, lambda code: following.forget_own(code=code), _("Your personal data and photographs were destroyed.")
    )


@public
@csrf_exempt
@never_cache
@require_POST
def own(request: HttpRequest) -> HttpResponse:
    """Show the citizen what is kept of them."""
    try:
        who = following.see_own(code=request.POST.get("code", ""))
    except ValidationError:
        return _opened(request)
    return _opened(request, who=who, is_own_shown=True)


def _acted(request: HttpRequest, act: Act, done: str) -> HttpResponse:
    try:
        act(request.POST.get("code", ""))
    except ValidationError:
        return _opened(request)
    return _opened(request, done=done)


def _opened(request: HttpRequest, *, word: WordForm | None = None, status: int = 200, **shown: Any) -> HttpResponse:
    """Show what the code in the form follows; the same answer for a code that was never given and a mistyped one."""
    typed, network = request.POST.get("code", "")[:40], web_limits.network_of(request)
    if not typed:
        return redirect("feedback_follow")
    if web_limits.is_spent(MISS, network, web_limits.MISSES):
        form = CodeForm({"code": typed})
        form.add_error(None, _("Too many codes were tried from this network. Wait ten minutes."))
        return render(request, "feedback/public/code.html", {"form": form}, status=429)
    found: Feedback | None = following.opened(typed)
    if found is None:
        web_limits.count(MISS, network)
        form = CodeForm({"code": typed})
        form.add_error("code", _("This code follows nothing. Compare each character; there is no letter U."))
        return render(request, "feedback/public/code.html", {"form": form}, status=404)
    page = pages.following(found, typed) | {"word": word or WordForm()} | shown
    return render(request, "feedback/public/follow.html", page, status=status)
