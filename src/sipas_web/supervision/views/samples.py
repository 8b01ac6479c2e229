"""One's own check samples: list, text, draw, closing, release; and what others see once released."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.jobs.queries import latest
from sipas_web.rounds.draw_texts import in_fours
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import JSON, attachment
from sipas_web.supervision import actions, documents
from sipas_web.supervision.forms import ReasonForm, ReleaseForm, SampleForm, TextForm
from sipas_web.supervision.pages.result import result_of
from sipas_web.supervision.pages.sample import failed_of, files_of, verified_words
from sipas_web.supervision.permissions import Permission
from sipas_web.supervision.queries import CheckSample, access, orders, risk, rules
from sipas_web.supervision.queries import samples as reads
from sipas_web.supervision.views.found import form_page, own_or_404, round_or_404, seen_or_404

BOTH = ["GET", "HEAD", "POST"]
State = CheckSample.State


@needs(Permission.SAMPLE_DRAW)
@require_http_methods(BOTH)
def check_open(request: ActorRequest, round_id: int) -> HttpResponse:
    """Choose what a check sample is drawn from, and fix its list."""
    round_ = round_or_404(request, round_id, Permission.SAMPLE_DRAW)
    organisations = access.organisations_of(request.actor, Permission.SAMPLE_DRAW)
    first = organisations.first()
    initial = {
        "share": rules.share_of(round_),
        "body": first.full_name if first else access.printed_body(request.actor, round_),
        "only_interviewer": request.GET.get("interviewer", "")[:200],
    }
    form = SampleForm(
        request.POST or None,
        request.FILES or None,
        organisations=organisations,
        orders=orders.seen_orders(request.actor).filter(round=round_, withdrawn__isnull=True),
        has_risk=bool(risk.scores_of(round_)),
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            sample = actions.open_sample(
                round_id=round_.pk, plan=form.plan(), organisation=given.get("organisation"), order=given.get("order"),
                by=request.actor,
            )  # fmt: skip
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("check_sample", sample.pk)
    return render(request, "supervision/open.html", {"form": form, "round": round_})


@needs(Permission.FINDING_VIEW)
@require_safe
def check_sample(request: ActorRequest, sample_id: int) -> HttpResponse:
    """Show a sample: all of it to its own body, the findings to others once they are released."""
    sample = seen_or_404(request, sample_id)
    is_own = access.own_sample(request.actor, sample.pk) is not None
    shown = {
        "sample": sample,
        "round": sample.round,
        "is_own": is_own,
        "standing": reads.progress_of([sample]).get(sample.pk, reads.Standing()),
        "hash": in_fours(sample.list_sha256),
        "job": latest(sample, reads.MATCH) if is_own else None,
        "result": result_of(sample) if is_own or sample.is_released else None,
        "failed": failed_of(sample) if sample.state in {State.CLOSED, State.RELEASED} else [],
        "may_draw": is_own and request.actor.may(Permission.SAMPLE_DRAW),
        "may_answer": request.actor.may(Permission.FINDING_ANSWER, sample.round.unit),
    }
    return render(request, "supervision/sample.html", shown)


@needs(Permission.SAMPLE_DRAW)
@require_http_methods(BOTH)
def check_draw(request: ActorRequest, sample_id: int) -> HttpResponse:
    """Type the text; the library draws at once."""
    sample = own_or_404(request, sample_id, Permission.SAMPLE_DRAW)
    if sample.state != State.LISTED:
        return redirect("check_sample", sample.pk)
    return form_page(
        request,
        TextForm(request.POST or None),
        lambda given: actions.draw_sample(sample_id=sample.pk, text=given["text"], by=request.actor),
        ("check_sample", sample.pk),
        round=sample.round,
        sample=sample,
        hash=in_fours(sample.list_sha256),
        title=_("Type your text and draw"),
        verb=_("Draw"),
        told=_(
            "The list is fixed: its hash stands below. Your text and this hash make the seed, so that neither the "
            "program nor you could choose who is drawn."
        ),
    )


@needs(Permission.SAMPLE_DRAW)
@require_http_methods(BOTH)
def check_abandon(request: ActorRequest, sample_id: int) -> HttpResponse:
    """Give a sample up."""
    sample = own_or_404(request, sample_id, Permission.SAMPLE_DRAW)
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda given: actions.abandon(sample_id=sample.pk, reason=given["reason"], by=request.actor),
        ("supervision_round", sample.round_id),
        round=sample.round,
        sample=sample,
        title=_("Give the check sample up"),
        verb=_("Give up"),
        is_danger=True,
        told=_("It stays in your list, and later certificates count it."),
    )


@needs(Permission.SAMPLE_DRAW)
@require_POST
def check_close(request: ActorRequest, sample_id: int) -> HttpResponse:
    """End the re-verification and have it matched."""
    sample = own_or_404(request, sample_id, Permission.SAMPLE_DRAW)
    try:
        actions.close(sample_id=sample.pk, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("check_sample", sample.pk)


@needs(Permission.SAMPLE_DRAW)
@require_http_methods(BOTH)
def check_release(request: ActorRequest, sample_id: int) -> HttpResponse:
    """Write the conclusion and release the findings."""
    sample = own_or_404(request, sample_id, Permission.SAMPLE_DRAW)
    return form_page(
        request,
        ReleaseForm(request.POST or None),
        lambda given: actions.release(sample_id=sample.pk, **given, by=request.actor),
        ("check_sample", sample.pk),
        round=sample.round,
        sample=sample,
        title=_("Release the findings"),
        verb=_("Release"),
        told=_(
            "From now on the department sees the sample, the failed forms and the figures; each failed form waits for "
            "its procedure. This cannot be taken back."
        ),
    )


@needs(Permission.SAMPLE_VIEW)
@require_http_methods(BOTH)
def check_verify(request: ActorRequest, sample_id: int) -> HttpResponse:
    """Repeat the draw from its list and say every difference."""
    sample = own_or_404(request, sample_id)
    if sample.state in {State.LISTED, State.ABANDONED}:
        raise Http404
    shown = {"sample": sample, "round": sample.round, "found": verified_words(sample)}
    return render(request, "supervision/verify.html", shown)


@needs(Permission.FINDING_VIEW)
@require_safe
def check_certificate(request: ActorRequest, sample_id: int, form: str) -> HttpResponseBase:
    """Give the certificate, which names no case."""
    sample = seen_or_404(request, sample_id)
    if not sample.certificate or form not in {"json", "pdf"}:
        raise Http404
    name = f"bien-ban-boc-mau-phuc-tra-{sample.pk}.{form}"
    actions.take_paper(sample=sample, name=name, by=request.actor)
    if form == "json":
        return attachment(sample.certificate.encode(), "certificate.json", JSON)
    return attachment(documents.certificate(sample), name, documents.PDF)


@needs(Permission.SAMPLE_VIEW)
@require_safe
def check_file(request: ActorRequest, sample_id: int, table: str) -> HttpResponseBase:
    """Give the list or the sample, with which anyone can repeat the draw; to the body itself."""
    sample = own_or_404(request, sample_id)
    files = files_of(sample)
    if table not in files:
        raise Http404
    actions.take_paper(sample=sample, name=table, by=request.actor)
    return attachment(files[table](), table, "text/csv; charset=utf-8")


@needs(Permission.FINDING_VIEW)
@require_safe
def check_minutes(request: ActorRequest, sample_id: int, form: str) -> HttpResponseBase:
    """Give the minutes: to the body itself once matched, to others once released."""
    sample = seen_or_404(request, sample_id)
    if sample.result is None or form not in documents.FORMS:
        raise Http404
    name = f"bien-ban-phuc-tra-{sample.pk}.{form}"
    actions.take_paper(sample=sample, name=name, by=request.actor)
    return attachment(documents.minutes(sample, form), name, documents.FORMS[form])
