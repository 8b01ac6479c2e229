"""Pages for everyone: whether a certificate is genuine."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from sipas_web.portal import comparing, queries
from sipas_web.portal.comparing import Verdict
from sipas_web.portal.forms import CodeForm, CompareForm
from sipas_web.rounds.draw_texts import in_fours
from sipas_web.rounds.pages.draw import result_of
from sipas_web.shared.access import public


@public
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Ask for a code."""
    form = CodeForm(request.GET or None)
    if request.GET and form.is_valid():
        return redirect("verify_code", form.cleaned_data["code"])
    return render(request, "portal/start.html", {"form": form})


@public
@csrf_exempt  # changes nothing; and a body that is too large is refused before it is read
def verify(request: HttpRequest, verified: str) -> HttpResponse:
    """Show what a code vouches for; compare a file with it."""
    found = queries.found(verified)
    if found is None:
        if (
            request.method == "GET"
            and queries.CODE.match(queries.plain(verified))
            and queries.plain(verified) != verified
        ):
            return redirect("verify_code", queries.plain(verified))
        return render(request, "portal/unknown.html", status=404)
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponse(status=405)
    form, verdict, status = CompareForm(), None, 200
    if request.method == "POST" and _is_too_large(request):
        form, status = CompareForm({}), 413
        form.add_error("file", _("This file is too large to be sent here. Give its SHA-256 instead."))
    elif request.method == "POST":
        form = CompareForm(request.POST, request.FILES)
        verdict = _compared(found, form) if form.is_valid() else None
    shown = {
        "found": found, "form": form, "verdict": verdict, "code": in_fours(verified),
        "files": comparing.certified(found), "result": result_of(found.draw) if found.draw else None,
    }  # fmt: skip
    return render(request, "portal/verify.html", shown, status=status)


def _is_too_large(request: HttpRequest) -> bool:
    length = request.headers.get("Content-Length", "")
    return not length.isdecimal() or int(length) > settings.VERIFY_MOST_BYTES


def _compared(found: queries.Found, form: CompareForm) -> Verdict:
    file: UploadedFile[bytes] | None = form.cleaned_data["file"]
    if file is None:
        return comparing.compare(found, form.cleaned_data["sha256"], None)
    sha256 = getattr(file, "sha256", "")
    if not sha256:  # the settings' own handler hashes while it receives
        raise Http404
    content = file.read() if (file.size or 0) <= comparing.MOST_JSON else None
    return comparing.compare(found, sha256, content)
