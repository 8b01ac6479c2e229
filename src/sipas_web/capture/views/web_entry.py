"""The door of a code: which case it opens, and the same answer for a code that is unknown and one that is not open."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sipas.errors import SipasError
from sipas.sampling.case_codes import read_case_id
from sipas_web.capture import web_limits
from sipas_web.capture.actions import self_completion as writing
from sipas_web.capture.actions.self_completion import Content, Writer
from sipas_web.capture.queries.self_completion import draft_of, open_case
from sipas_web.capture.web_cookies import is_large, writer_of
from sipas_web.fieldwork.queries import Case

CaseView = Callable[..., HttpResponse]
MISS = "miss"


def draw(request: HttpRequest, page: str, shown: dict[str, Any], status: int = 200) -> HttpResponse:
    """Draw a page of the form."""
    base = {"large": is_large(request), "path": request.path}
    return render(request, f"capture/self_completion/{page}.html", base | shown, status=status)


def what_is_wrong(text: str) -> str:
    """Say what is wrong with a code as it was typed; empty where it could be one."""
    try:
        read_case_id(text)
    except SipasError as error:
        return {
            "sampling.case_id_length": _("A code has 10 characters; this one has %(count)s. Compare it with the form.")
            % {"count": error.hint},
            "sampling.case_id_character": _(
                "A code has only digits and letters without marks, and never the letter U."
            ),
        }.get(error.code) or _("One character of this code is wrong or two are swapped. Compare it with the form.")
    return ""


def with_case(view: CaseView) -> CaseView:
    """Give a view the open case of the code in its address."""

    @functools.wraps(view)
    def entered(request: HttpRequest, case_code: str, **kwargs: Any) -> HttpResponse:
        wrong = what_is_wrong(case_code)
        if wrong:
            return draw(request, "code", {"typed": case_code[:40], "wrong": wrong}, status=404)
        code = read_case_id(case_code)
        if code != case_code:
            return redirect("web_start", code)
        case, network = open_case(code), web_limits.network_of(request)
        if case is not None and content_of(request, case) is not None:
            return view(request, case, **kwargs)
        if web_limits.is_spent(MISS, network, web_limits.MISSES):
            return draw(request, "wait", {}, status=429)
        if case is None:
            web_limits.count(MISS, network)
            return draw(request, "closed", {"code": in_groups(code)}, status=404)
        return view(request, case, **kwargs)

    return entered


def content_of(request: HttpRequest, case: Case) -> tuple[Writer, Content] | None:
    """Give the draft that this browser may open, with who writes it; read once for a request."""
    held: dict[str, tuple[Writer, Content] | None] = request.__dict__.setdefault("web_draft", {})
    if case.case_id not in held:
        writer = writer_of(request)
        draft = None if writer is None else draft_of(case, writer.handle)
        content = None if writer is None or draft is None else writing.content_of(draft, case, writer)
        held[case.case_id] = None if writer is None or content is None else (writer, content)
    return held[case.case_id]


def in_groups(code: str) -> str:
    """Write a code in groups, as it is printed."""
    return f"{code[:5]} {code[5:]}"
