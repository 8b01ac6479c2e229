"""Pages on which citizens give feedback and read what was answered; no account, no script, no cookie."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from sipas_web.capture import web_limits
from sipas_web.feedback import codes
from sipas_web.feedback.actions.receiving import receive
from sipas_web.feedback.actions.steps import CITIZEN
from sipas_web.feedback.forms.public import PlaceForm, PublishedFilter, SendForm
from sipas_web.feedback.pages import public as pages
from sipas_web.feedback.queries import published as published_rows
from sipas_web.feedback.queries.feedback import Channel, places_with_a_desk
from sipas_web.feedback.topics import label_of
from sipas_web.feedback.views.faults import add_faults
from sipas_web.shared.access import public
from sipas_web.shared.middleware import composed
from sipas_web.units.queries import Unit, today

SEND = "feedback"
MOST_SENT = 20  # of one network within the span; a whole village may share an address
MOST_BYTES = 40 * 1024 * 1024  # of a form with its photographs
PER_PAGE = 20


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what can be done here."""
    return render(request, "feedback/public/home.html")


@public
@csrf_exempt  # nobody is logged in here; what the form needs is its own signed mark, and it works without cookies
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """Take a citizen's feedback in; show the code it is followed by."""
    if request.method == "POST" and _size(request) > MOST_BYTES:
        return render(request, "feedback/public/too_large.html", {"most": MOST_BYTES // 1024**2}, status=413)
    places = places_with_a_desk()
    place = _place(request, list(places))
    if place is None:
        return render(request, "feedback/public/place.html", {"form": PlaceForm(places=places)})
    communes = published_rows.communes_of(place, today())
    if request.method != "POST":
        form = SendForm(communes=communes, initial={"once": pages.new_mark(), "topic": "other"})
        return _form_page(request, form, place)
    form = SendForm(composed(request.POST), request.FILES, communes=communes)
    return _sent(request, form, place)


def _sent(request: HttpRequest, form: SendForm, place: Unit) -> HttpResponse:
    network = web_limits.network_of(request)
    if web_limits.is_spent(SEND, network, MOST_SENT):
        form.add_error(None, _("Too much was sent from this network. Your text is still here: wait ten minutes."))
        return _form_page(request, form, place, status=429)
    if not form.is_valid():
        return _form_page(request, form, place, status=400)
    web_limits.count(SEND, network)
    code = codes.code_of(form.cleaned_data["once"])
    try:
        made = receive(
            code=code, place=form.cleaned_data["commune"] or place, channel=Channel.WEB, by=CITIZEN,
            person=form.person(), **_taken(form),
        )  # fmt: skip
    except ValidationError as error:
        add_faults(form, error)
        return _form_page(request, form, place, status=400)
    return render(request, "feedback/public/sent.html", {"made": made, "code": codes.in_groups(code)})


def _taken(form: SendForm) -> dict[str, Any]:
    names = ("text", "said_place", "topic", "photographs", "is_not_to_publish", "wants_messages")
    return {name: form.cleaned_data[name] for name in names}


def _form_page(request: HttpRequest, form: SendForm, place: Unit, status: int = 200) -> HttpResponse:
    if form.is_bound and "once" in form.errors:
        form.renew(pages.new_mark())
    shown = {"form": form, "place": place, "notice": pages.notice(), "had_files": bool(form.files)}
    return render(request, "feedback/public/send.html", shown, status=status)


def _place(request: HttpRequest, places: list[Unit]) -> Unit | None:
    """Give the province it is about; where only one takes feedback in, that one."""
    code = request.GET.get("tinh", "")
    chosen = [place for place in places if place.code == code]
    return chosen[0] if chosen else places[0] if len(places) == 1 else None


def _size(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


@public
@require_safe
def answered(request: HttpRequest) -> HttpResponse:
    """List what is published."""
    form = PublishedFilter(request.GET or None)
    rows = published_rows.published(**form.wanted()) if form.is_bound else published_rows.published()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    lines = [(row, label_of(row.topic)) for row in page]
    shown = {"form": form, "page": page, "lines": lines, "is_filtered": any(request.GET.get(n) for n in form.fields)}
    return render(request, "feedback/public/answered.html", shown)


@public
@require_safe
def one_answered(request: HttpRequest, publication_id: int) -> HttpResponse:
    """Show one that is published."""
    row = published_rows.one_published(publication_id)
    if row is None:
        raise Http404
    shown = {"row": row, "topic": label_of(row.topic), "standings": pages.standings(row.feedback)}
    return render(request, "feedback/public/one.html", shown)
