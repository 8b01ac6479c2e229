"""What the browser of a respondent keeps: the key to their draft, a random mark of the device, the size of type."""

from __future__ import annotations

import base64
import binascii
import re
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from sipas_web.capture.actions.self_completion import Writer

DRAFT, DEVICE, SIZE = "phieu", "sipas-may", "sipas-chu"
DAYS = 24 * 3600  # s
KEPT, CHOICE_KEPT = 60 * DAYS, 365 * DAYS
LARGE = "lon"
HANDLE = re.compile(r"[0-9a-f]{32}")
MARK = re.compile(r"[0-9A-Za-z_-]{22}")


def writer_of(request: HttpRequest) -> Writer | None:
    """Give the writer that this browser is for the code of the address; the cookie is sent for that code alone."""
    handle, _dot, text = request.COOKIES.get(DRAFT, "").partition(".")
    try:
        secret = base64.urlsafe_b64decode(text)
    except (binascii.Error, ValueError):
        return None
    return Writer(handle, secret) if HANDLE.fullmatch(handle) and secret else None


def keep_writer(response: HttpResponse, code: str, writer: Writer) -> None:
    """Let the browser open the draft again."""
    value = f"{writer.handle}.{base64.urlsafe_b64encode(writer.secret).decode()}"
    _keep(response, DRAFT, value, KEPT, path=f"/t/{code}/")


def forget_writer(response: HttpResponse, code: str) -> None:
    """Take the key to the draft away from the browser."""
    response.delete_cookie(DRAFT, path=f"/t/{code}/", samesite="Lax")


def device_of(request: HttpRequest) -> str:
    """Give the random mark of this browser; empty where it keeps none."""
    mark = request.COOKIES.get(DEVICE, "")
    return mark if MARK.fullmatch(mark) else ""


def mark_device(request: HttpRequest, response: HttpResponse) -> None:
    """Give the browser a random mark where it has none."""
    if not device_of(request):
        _keep(response, DEVICE, secrets.token_urlsafe(16), KEPT, path="/t/")


def is_large(request: HttpRequest) -> bool:
    """Say whether the reader wants large type."""
    return request.COOKIES.get(SIZE) == LARGE


def keep_choice(response: HttpResponse, choice: str) -> None:
    """Keep a choice of language or size."""
    if choice in dict(settings.LANGUAGES):
        _keep(response, settings.LANGUAGE_COOKIE_NAME, choice, CHOICE_KEPT, path="/")
    elif choice in {LARGE, "thuong"}:
        _keep(response, SIZE, choice, CHOICE_KEPT, path="/t/")


def _keep(response: HttpResponse, name: str, value: str, age: int, *, path: str) -> None:
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(name, value, max_age=age, path=path, httponly=True, secure=secure, samesite="Lax")
