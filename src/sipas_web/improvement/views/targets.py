"""Pages of targets."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.actions import targets as actions
from sipas_web.improvement.forms.targets import RoundForm, TargetFilter, TargetForm
from sipas_web.improvement.forms.targets_fields import ReasonForm
from sipas_web.improvement.pages import targets as pages
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import directives as directive_reads
from sipas_web.improvement.queries import series as series_reads
from sipas_web.improvement.queries import targets as reads
from sipas_web.improvement.queries.targets import Standing, Target, Wanted
from sipas_web.improvement.queries.targets_units import allowed
from sipas_web.improvement.series_register import SIPAS, Series
from sipas_web.improvement.views.targets_frame import page
from sipas_web.privacy.views.faults import add_faults
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import FORMATS, table

PER_PAGE = 50
MOST_DIRECTIVES = 200


@needs(Permission.TARGET_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """List the targets of one series with what was reached."""
    series = _series(request)
    form, wanted = _wanted(request, series)
    rows = reads.found(request.actor, wanted, request.GET.get("sort", ""))
    source: Any = _judged(request, list(rows), wanted) if wanted.verdict else rows
    listed = Paginator(source, PER_PAGE).get_page(request.GET.get("page"))
    shown = pages.listed(list(listed) if wanted.verdict else reads.standings(list(listed), request.actor))
    context = {
        "series": series, "form": form, "page": listed, "shown": shown, "links": pages.series_links(request.actor),
        "may_set": request.actor.may(Permission.TARGET_SET), "year": wanted.year,
    }  # fmt: skip
    return page(request, "list", "targets", context)


@needs(Permission.TARGET_VIEW)
@require_safe
def download(request: ActorRequest, form: str) -> HttpResponseBase:
    """Give the listed targets as a file."""
    if form not in FORMATS:
        raise Http404
    series = _series(request)
    _form, wanted = _wanted(request, series)
    told = _judged(request, list(reads.found(request.actor, wanted, request.GET.get("sort", ""))), wanted)
    return table("chi-tieu", form, pages.sheet_heads(), pages.sheet_rows(told))


@needs(Permission.TARGET_SET)
def add(request: ActorRequest) -> HttpResponse:
    """Set a target."""
    series = _series(request)
    directives = directive_reads.visible(request.actor).order_by("-issued", "-pk")[:MOST_DIRECTIVES]
    places = allowed(request.actor, Permission.TARGET_SET)
    initial = {name: request.GET[name] for name in ("unit", "year", "node", "directive") if name in request.GET}
    form = TargetForm(request.POST or None, series=series, places=places, directives=directives, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.set_target(series=series.code, **form.values(), by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The target was set."))
            return redirect("target_detail", made.pk)
    return page(request, "add", "targets", {"form": form, "series": series})


@needs(Permission.TARGET_VIEW)
@require_safe
def detail(request: ActorRequest, target_id: int) -> HttpResponse:
    """Show a target with what was reached, and what can be done with it."""
    target = _target(request, target_id)
    (standing,) = reads.standings([target], request.actor)
    others = [s for s in reads.standing(target.unit, target.year, request.actor) if s.target.pk != target.pk]
    same = [s for s in others if (s.target.series, s.target.part) == (target.series, target.part)]
    may = request.actor.may(Permission.TARGET_SET, target.unit)
    rounds = [(str(r.pk), r.title) for r in reads.rounds_for(target, request.actor)]
    context = {
        "target": target, "line": pages.listed([standing]).lines[0], "same": pages.listed(same).lines, "may_set": may,
        "withdraw_form": ReasonForm(), "round_form": RoundForm(rounds=rounds) if rounds else None,
    }  # fmt: skip
    return page(request, "detail", "targets", context)


@needs(Permission.TARGET_SET)
@require_POST
def withdraw(request: ActorRequest, target_id: int) -> HttpResponse:
    """Withdraw a target."""
    target = _target(request, target_id, Permission.TARGET_SET)
    try:
        actions.withdraw(target_id=target.pk, reason=request.POST.get("reason", ""), by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The target was withdrawn."))
    return redirect("target_detail", target.pk)


@needs(Permission.TARGET_VIEW)
@require_POST
def into_round(request: ActorRequest, target_id: int) -> HttpResponse:
    """Have a round judge the target."""
    target = _target(request, target_id)
    chosen = {str(r.pk): r for r in reads.rounds_for(target, request.actor)}.get(request.POST.get("round", ""))
    if chosen is None:
        raise Http404
    try:
        actions.put_into_round(target_id=target.pk, round_=chosen, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The round will judge this target at its next estimate."))
    return redirect("target_detail", target.pk)


def _series(request: HttpRequest) -> Series:
    found = series_reads.every(request.actor).get(request.GET.get("series", SIPAS))  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    return found


def _wanted(request: ActorRequest, series: Series) -> tuple[TargetFilter, Wanted]:
    years = reads.years(request.actor)
    usual = {"year": years[0]} if years and "year" not in request.GET else {}
    last = request.GET.get("den", "")[:4]
    given = {**usual, **request.GET.dict(), **({"year": last} if last.isdecimal() else {})}
    form = TargetFilter(given, years=years)
    unit = request.GET.get("don-vi", "")
    wanted = Wanted(series=series.code, unit=int(unit) if unit.isdecimal() else None, **form.given())
    return form, wanted


def _judged(request: ActorRequest, targets: list[Target], wanted: Wanted) -> list[Standing]:
    told = reads.standings(targets, request.actor)
    like = {"undecided": {"undecided", "no_interval"}}.get(wanted.verdict, {wanted.verdict})
    return [s for s in told if s.verdict in like] if wanted.verdict else told


def _target(request: ActorRequest, target_id: int, permission: str = Permission.TARGET_VIEW) -> Target:
    found = reads.target_for(request.actor, target_id, permission)
    if found is None:
        raise Http404
    return found
