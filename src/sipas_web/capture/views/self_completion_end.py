"""Looking over and sending; the PIN for another device; saying that an answer was not one's own."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sipas.capture import OneForm, asked_of_form, take_form
from sipas.instrument import Edition
from sipas_web.capture import notice, questionnaire, web_limits
from sipas_web.capture.actions import self_completion as writing
from sipas_web.capture.actions.self_completion import Content
from sipas_web.capture.actions.self_completion_sending import Sending, send
from sipas_web.capture.queries import self_completion as reads
from sipas_web.capture.views.web_entry import content_of, draw, in_groups, with_case
from sipas_web.capture.web_cookies import device_of, forget_writer, keep_writer
from sipas_web.fieldwork.queries import Case
from sipas_web.shared.access import public

EMPTY = "capture.invalid_empty"


@public
@require_http_methods(["GET", "HEAD", "POST"])
@with_case
def review(request: HttpRequest, case: Case) -> HttpResponse:
    """Show every answer once more; send them."""
    found = content_of(request, case)
    if found is None:
        return redirect("web_start", case.case_id)
    writer, content = found
    edition = reads.edition_of(case.round)
    form = take_form(content.answers, edition, content.kind)
    if request.method != "POST" or form.invalid_reason == EMPTY:
        status = 400 if request.method == "POST" else 200
        return draw(request, "review", _review_page(request, case, content, edition, form), status=status)
    if not send(_sending(request, case, writer.handle, content, form)):
        return draw(request, "closed", {"code": in_groups(case.case_id)}, status=404)
    return redirect("web_start", case.case_id)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@with_case
def pin(request: HttpRequest, case: Case) -> HttpResponse:
    """Let the respondent choose a PIN to go on with on another device."""
    found = content_of(request, case)
    if found is None:
        return redirect("web_start", case.case_id)
    shown: dict[str, Any] = {"case": case, "code": in_groups(case.case_id), "is_simulated": case.round.is_simulated}
    if request.method == "POST":
        chosen, again = request.POST.get("pin", "").strip(), request.POST.get("lai", "").strip()
        try:
            if chosen != again:
                raise ValidationError(_("The two PINs are not the same."))
            writing.choose_pin(case=case, writer=found[0], pin=chosen)
        except ValidationError as error:
            return draw(request, "pin", shown | {"fault": error.messages[0]}, status=400)
        return draw(request, "pin", shown | {"is_chosen": True})
    return draw(request, "pin", shown)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@with_case
def resume(request: HttpRequest, case: Case) -> HttpResponse:
    """Open on this device what was begun on another, with the PIN."""
    shown: dict[str, Any] = {"case": case, "code": in_groups(case.case_id), "is_simulated": case.round.is_simulated}
    if request.method != "POST":
        return draw(request, "resume", shown)
    try:
        writing.check_pin(given := request.POST.get("pin", "").strip())
        writer = writing.open_with_pin(case=case, pin=given)
    except ValidationError as error:
        return draw(request, "resume", shown | {"fault": error.messages[0]}, status=400)
    response = redirect("web_start", case.case_id)
    keep_writer(response, case.case_id, writer)
    return response


@public
@require_POST
@with_case
def leave(request: HttpRequest, case: Case) -> HttpResponse:
    """Forget on this device what was begun; the PIN opens it again."""
    del request
    response = redirect("web_code")
    forget_writer(response, case.case_id)
    return response


@public
@require_POST
@with_case
def dispute(request: HttpRequest, case: Case) -> HttpResponse:
    """Note that the answer sent with this code is not of who holds it."""
    del request
    if reads.receipt_of(case) is not None:
        writing.dispute(case=case)
    return redirect("web_start", case.case_id)


def _sending(request: HttpRequest, case: Case, handle: str, content: Content, form: OneForm) -> Sending:
    return Sending(
        round_id=case.round_id,
        case=case.pk,
        code=case.case_id,
        handle=handle,
        answers={name: value for name, value in form.answers.items() if value is not None},
        is_valid=form.valid,
        invalid_reason=form.invalid_reason or "",
        language=str(getattr(request, "LANGUAGE_CODE", "vi")),
        notice=notice.version(),
        seconds=content.seconds,
        pages=content.pages,
        minutes=content.minutes,
        device=device_of(request),
        network=web_limits.network_of(request),
    )


def _review_page(request: HttpRequest, case: Case, content: Content, edition: Edition, form: OneForm) -> dict[str, Any]:
    language = str(getattr(request, "LANGUAGE_CODE", "vi"))
    marks = asked_of_form(form.answers, edition, content.kind)
    parts = []
    for number in questionnaire.steps_of(edition, form.answers, content.kind):
        part = edition.sections[number - 1]
        questions = questionnaire.questions_of(part, edition, form.answers, content.kind)
        asked = [q for q in questions if marks[q.name] is not False]
        lines = questionnaire.lines_of(asked, edition, form.answers, language)
        parts.append((number, questionnaire.said(part.title, part.title_en, language), lines))
    return {
        "case": case,
        "code": in_groups(case.case_id),
        "is_simulated": case.round.is_simulated,
        "parts": parts,
        "last": parts[-1][0],
        "is_empty": form.invalid_reason == EMPTY,
        "is_short": not form.valid and form.invalid_reason != EMPTY,
        "least": round(100 * edition.validity.least_items_share),
    }
