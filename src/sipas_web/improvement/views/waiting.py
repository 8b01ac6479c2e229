"""What waits for the person asking, and their calendar of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sipas_web.accounts.middleware import actor_of
from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.actions import waiting as actions
from sipas_web.improvement.calendar_feed import KIND
from sipas_web.improvement.pages import waiting as pages
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import waiting as reads
from sipas_web.shared.access import public, signed_in


@signed_in
@require_safe
def waiting(request: ActorRequest) -> HttpResponse:
    """Show what waits for the person asking."""
    shown = {"groups": pages.groups(request.actor), "feed": reads.feed_of(request.actor), **_stranger(request)}
    return render(request, "improvement/tasks/waiting.html", shown)


@never_cache
@signed_in
@require_POST
def renew_calendar(request: ActorRequest) -> HttpResponse:
    """Make a new secret address and show it this once; or end the one there is."""
    if "close" in request.POST:
        actions.close_calendar(by=request.actor)
        messages.success(request, _("The address of the calendar has ended."))
        return redirect("waiting")
    secret = actions.renew_calendar(by=request.actor)
    address = request.build_absolute_uri(reverse("calendar_feed", args=[secret]))
    return render(request, "improvement/tasks/calendar.html", {"address": address, **_stranger(request)})


@never_cache
@public
@require_safe
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """Give the calendar that a secret opens, as long as its person may log in."""
    person = reads.person_of(secret)
    if person is None:
        raise Http404
    made = pages.feed(actor_of(request, person), request.build_absolute_uri)
    headers = {"Content-Disposition": 'inline; filename="cho-toi.ics"', "X-Robots-Tag": "noindex"}
    return HttpResponse(made, content_type=KIND, headers=headers)


def _stranger(request: ActorRequest) -> dict[str, bool]:
    """Say whether the other pages of tasks are closed to who asks."""
    return {"is_stranger": not request.actor.may(Permission.TASK_VIEW)}
