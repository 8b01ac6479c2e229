"""Pages of no app: components, health, the theme, errors."""

from __future__ import annotations

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from sipas_web.shared.access import needs, public
from sipas_web.shared.context import THEME_COOKIE, THEMES
from sipas_web.shared.forms import SampleForm
from sipas_web.shared.permissions import Permission
from sipas_web.shared.samples import sample_page

YEAR = 365 * 24 * 3600  # s
RETRY_AFTER = 10  # s


@public
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Say that the server answers."""
    del request
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


@needs(Permission.COMPONENT_VIEW)
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Show every component as it looks."""
    form = SampleForm(request.GET) if request.GET else SampleForm()
    return render(request, "shared/components.html", {"form": form, **sample_page()})


@public
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the choice of light or dark and go back."""
    back = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/")
    response = redirect(back if safe else "/")
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(
            THEME_COOKIE, theme, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True
        )
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400."""
    del exception
    return render(request, "shared/errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403; the reason may be a sentence for the reader."""
    return render(request, "shared/errors/403.html", {"reason": str(exception)}, status=403)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 where a form came without its token."""
    del reason
    return render(request, "shared/errors/403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404."""
    del exception
    return render(request, "shared/errors/404.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 503 where the database is busy or away; draws a page that needs neither database nor session."""
    del request
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        page = render_to_string("shared/errors/503.html", {"theme": "auto"})
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})
    return HttpResponse(render_to_string("shared/errors/500.html", {"theme": "auto"}), status=500)
