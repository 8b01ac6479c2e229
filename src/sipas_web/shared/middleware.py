"""What happens to every request and answer, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.utils import translation

from sipas_web.shared.vietnamese_text import nfc

Answer = Callable[[HttpRequest], HttpResponse]
NUL = "\x00"
NOT_ALLOWED = 405


def content_security(answer: Answer) -> Answer:
    """Forbid scripts, styles and fonts that are not ours, and features that no page uses."""

    def guarded(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response.headers["Content-Security-Policy"] = settings.CONTENT_SECURITY_POLICY
        # One page asks for the place, where the round's rules allow it, and says so itself.
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return guarded


def chosen_language(answer: Answer) -> Answer:
    """Speak Vietnamese unless the reader chose English here; a browser's own preference is no choice."""

    def spoken(request: HttpRequest) -> HttpResponse:
        wish = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = wish if wish in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = answer(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return spoken


def told_refusals(answer: Answer) -> Answer:
    """Give a page to an address that is opened but only takes forms: it was a blank one."""

    def told(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        if response.status_code == NOT_ALLOWED and not response.streaming and not response.content:
            response.content = render_to_string("shared/errors/405.html", {"theme": "auto"}).encode()
        return response

    return told


class ComposedInput:
    """Bring all typed text to NFC: Nguyễn typed on a Mac is the same as on Windows.

    NUL is refused: no keyboard types it, and PostgreSQL fails on it wherever it is compared or kept.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Compose the address's own parameters."""
        if NUL in request.path:
            raise BadRequest
        if request.GET:
            request.GET = composed(request.GET)  # type: ignore[assignment]  # stubs: an immutable one only
        return self.answer(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Compose a form; views that read the body themselves are exempt from CSRF and from this."""
        del args, kwargs
        if request.method == "POST" and not getattr(view, "csrf_exempt", False) and request.POST:
            request.POST = composed(request.POST)  # type: ignore[assignment]


def composed(data: QueryDict) -> QueryDict:
    """Give the same data in NFC; BadRequest where NUL stands in it."""
    made = QueryDict(mutable=True, encoding=data.encoding)
    for key, values in data.lists():
        if any(NUL in value for value in (key, *values)):
            raise BadRequest
        made.setlist(nfc(key), [nfc(value) for value in values])
    made._mutable = False  # the only way to make one that is filled by hand immutable
    return made
