"""The form as a respondent fills it in on the web: works without a script, saves each section."""

from __future__ import annotations

import time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sipas.instrument import Edition
from sipas.instrument.wording import notice as wording_notice
from sipas.sampling.case_codes import read_case_id
from sipas_web.capture import questionnaire, web_limits
from sipas_web.capture.actions import self_completion as writing
from sipas_web.capture.actions.self_completion import Content, Writer
from sipas_web.capture.notice import notice_of
from sipas_web.capture.posted import read_section
from sipas_web.capture.queries import self_completion as reads
from sipas_web.capture.views.web_entry import content_of, draw, in_groups, what_is_wrong, with_case
from sipas_web.capture.web_cookies import keep_choice, keep_writer, mark_device, writer_of
from sipas_web.fieldwork.queries import Case
from sipas_web.shared.access import public

BEGIN = "begin"
KINDS = ("person", "organisation")
CLOCK = "sipas web section"  # salt of the mark of the server's clock: the device's may be wrong


@public
@require_safe
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code."""
    typed = request.GET.get("ma", "").strip()
    if not typed:
        return draw(request, "code", {"typed": "", "wrong": ""})
    wrong = what_is_wrong(typed)
    if wrong:
        return draw(request, "code", {"typed": typed[:40], "wrong": wrong}, status=400)
    return redirect("web_start", read_case_id(typed))


@public
@require_POST
def display(request: HttpRequest) -> HttpResponse:
    """Keep the choice of language or size of type and go back."""
    back = request.POST.get("tiep", "")
    safe = back.startswith("/t/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    response = redirect(back if safe else "web_code")
    keep_choice(response, request.POST.get("doi", ""))
    return response


@public
@require_safe
@with_case
def start(request: HttpRequest, case: Case) -> HttpResponse:
    """Show what the code opens: the notice and the way into the form, or the receipt once an answer was sent."""
    found = content_of(request, case)
    if found is None and (receipt := _receipt(request, case)) is not None:
        return draw(request, "receipt", _about(case) | {"receipt": receipt, "has_pin": reads.has_draft_with_pin(case)})
    return draw(request, "start", _start_page(request, case, found))


@public
@require_POST
@with_case
def begin(request: HttpRequest, case: Case) -> HttpResponse:
    """Begin to answer on this device."""
    if content_of(request, case) is not None or _receipt(request, case) is not None:
        return redirect("web_start", case.case_id)
    if web_limits.is_spent(BEGIN, case.case_id, web_limits.BEGUN):
        return draw(request, "wait", {}, status=429)
    web_limits.count(BEGIN, case.case_id)
    kind, is_given, edition = reads.kind_of(case), True, reads.edition_of(case.round)
    if kind is None and questionnaire.asks_for_kind(edition):
        kind, is_given = request.POST.get("kind"), False
        if kind not in KINDS:
            return draw(request, "start", _start_page(request, case, None) | {"kind_missing": True}, status=400)
    try:
        writer = writing.begin(case=case, kind=kind, is_kind_given=is_given)
    except ValidationError as error:
        return draw(request, "start", _start_page(request, case, None) | {"fault": error.messages[0]}, status=400)
    response = redirect("web_section", case.case_id, questionnaire.steps_of(edition, {}, kind)[0])
    keep_writer(response, case.case_id, writer)
    mark_device(request, response)
    return response


@public
@require_http_methods(["GET", "HEAD", "POST"])
@with_case
def section(request: HttpRequest, case: Case, number: int) -> HttpResponse:
    """Show a section; save it and go on."""
    found = content_of(request, case)
    if found is None:
        return redirect("web_start", case.case_id)
    writer, content = found
    edition = reads.edition_of(case.round)
    if number not in questionnaire.steps_of(edition, content.answers, content.kind):
        raise Http404
    if request.method == "POST":
        return _save(request, case, writer, content, edition, number)
    return _section_page(request, case, content, edition, number, {}, {})


def _save(
    request: HttpRequest, case: Case, writer: Writer, content: Content, edition: Edition, number: int
) -> HttpResponse:
    """Save what is in order, whatever the way on; show what is not beside its question."""
    part = edition.sections[number - 1]
    questions = questionnaire.questions_of(part, edition, content.answers, content.kind)
    posted = read_section(request.POST, questions, edition, content.answers, content.kind)
    saved = writing.save_section(
        case=case, writer=writer, section=number, name=part.name, answers=posted.answers, seconds=_seconds(request)
    )
    if saved is None:
        return redirect("web_start", case.case_id)
    if choice := request.POST.get("doi", ""):
        response = redirect("web_section", case.case_id, number)
        keep_choice(response, choice)
        return response
    if posted.errors and request.POST.get("di") != "lui":
        return _section_page(request, case, saved, edition, number, posted.errors, posted.typed)
    return _go_on(request, case, saved, edition, number)


def _go_on(request: HttpRequest, case: Case, content: Content, edition: Edition, number: int) -> HttpResponse:
    steps = questionnaire.steps_of(edition, content.answers, content.kind)
    if request.POST.get("di") == "lui":
        before = [n for n in steps if n < number]
        return redirect("web_section", case.case_id, before[-1]) if before else redirect("web_start", case.case_id)
    after = [n for n in steps if n > number]
    if not after or request.POST.get("di") == "xem":
        return redirect("web_review", case.case_id)
    return redirect("web_section", case.case_id, after[0])


def _section_page(
    request: HttpRequest, case: Case, content: Content, edition: Edition, number: int,
    errors: dict[str, str], typed: dict[str, Any],
) -> HttpResponse:  # fmt: skip
    language, part = _language(request), edition.sections[number - 1]
    answers = content.answers | typed
    questions = questionnaire.questions_of(part, edition, content.answers, content.kind)
    steps = questionnaire.steps_of(edition, content.answers, content.kind)
    shown = {
        "title": questionnaire.said(part.title, part.title_en, language),
        "note": part.note,
        "fields": questionnaire.fields_of(questions, edition, answers, language, errors),
        "errors": [(q.name, questionnaire.said(q.text, q.text_en, language)) for q in questions if q.name in errors],
        "step": steps.index(number) + 1,
        "steps": len(steps),
        "number": number,
        "agency": _agency(case, edition),
        "moment": Signer(salt=CLOCK).sign(str(int(time.time()))),
        "is_reached": content.pages > 0,
        "form_id": "phan",
    }
    return draw(request, "section", _about(case) | shown, status=400 if errors else 200)


def _start_page(request: HttpRequest, case: Case, found: tuple[Writer, Content] | None) -> dict[str, Any]:
    edition, language = reads.edition_of(case.round), _language(request)
    content = found[1] if found else None
    steps = questionnaire.steps_of(edition, content.answers if content else {}, content.kind if content else None)
    reached = [n for n in steps if content and edition.sections[n - 1].name in content.seconds]
    following = [n for n in steps if n not in reached]
    return _about(case) | {
        "title": questionnaire.said(edition.title, edition.title_en, language),
        "introduction": questionnaire.said(edition.introduction or "", edition.introduction_en, language),
        "agency": _agency(case, edition),
        "notice": notice_of(case.round, language),
        "wording": wording_notice(edition),
        "asks_kind": questionnaire.asks_for_kind(edition) and not found,
        "kinds": questionnaire.KINDS,
        "kind_known": found is not None or reads.kind_of(case) is not None,
        "is_begun": content is not None,
        "is_done": content is not None and not following,
        "following": (following or steps)[0],
        "has_pin": reads.has_draft_with_pin(case),
    }


def _about(case: Case) -> dict[str, Any]:
    return {"case": case, "code": in_groups(case.case_id), "is_simulated": case.round.is_simulated}


def _agency(case: Case, edition: Edition) -> str:
    """Name the agency that the questions are about, where they are about one."""
    return case.agency.name if edition.population == "transactions" else ""


def _receipt(request: HttpRequest, case: Case) -> reads.Receipt | None:
    """Give the receipt of what this browser sent, else of what was sent first with the code."""
    writer = writer_of(request)
    own = reads.receipt_of(case, writer.handle) if writer else None
    return own or reads.receipt_of(case)


def _language(request: HttpRequest) -> str:
    return str(getattr(request, "LANGUAGE_CODE", "vi"))


def _seconds(request: HttpRequest) -> int:
    """Tell how long the section was open, by the server's clock alone; 0 where the mark was changed."""
    try:
        return int(time.time()) - int(Signer(salt=CLOCK).unsign(request.POST.get("luc", "")))
    except (BadSignature, ValueError):
        return 0
