"""How answering on the web goes: counts, speed, codes from one place, pairs of answers to a case. No answer leaves."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef

from sipas_web.capture.models import Draft, Response, WebAnswer, WebGate, WebTrace
from sipas_web.rounds.queries import Round

MANY_OF_DEVICE = 3  # codes; a family shares a telephone. Settings of ours: no rule is known
MANY_OF_NETWORK = 20  # an office or a mobile carrier shares an address
LATEST = 5_000  # answers that times are worked out from
SHOWN = 100


@dataclass(frozen=True, slots=True)
class WebFigures:
    """How far the answers of a round are."""

    sent: int
    valid: int
    unfinished: int
    with_pin: int
    disputed: int
    minutes: float | None  # from the first page to the sending, half of the answers took less
    stopped: Mapping[int, int]  # section reached, from 1 (0: none saved) -> unfinished answers
    seconds: Mapping[str, float]  # section -> s it was open, half of the answers less
    languages: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Shared:
    """Codes whose answers came from one device or network."""

    kind: str
    codes: int
    days: int  # on which they came in


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to one case: how many questions were answered otherwise, never how."""

    case_id: str
    mode: str
    day: dt.date
    other_mode: str
    other_day: dt.date
    compared: int
    differing: int


@dataclass(frozen=True, slots=True)
class WebSession:
    """How one answer came in on the web: for the check of quality. No identity."""

    case_id: str
    response: int
    sent: dt.datetime
    seconds: Mapping[str, int]
    pages: int
    minutes: int
    is_chosen: bool


def web_figures(round_: Round) -> WebFigures:
    """Count the answers of a round that were begun and sent on the web."""
    sent = WebAnswer.objects.filter(response__case__round=round_)
    drafts = Draft.objects.filter(case__round=round_)
    latest = list(sent.order_by("-pk").values_list("seconds", "minutes")[:LATEST])
    by_section: dict[str, list[int]] = defaultdict(list)
    for seconds, _minutes in latest:
        for name, each in seconds.items():
            by_section[name].append(each)
    return WebFigures(
        sent=sent.count(),
        valid=sent.filter(response__is_valid=True).count(),
        unfinished=drafts.count(),
        with_pin=drafts.exclude(pin_door="").count(),
        disputed=WebGate.objects.filter(case__round=round_, disputed__isnull=False).count(),
        minutes=statistics.median(minutes for _seconds, minutes in latest) if latest else None,
        stopped=dict(drafts.order_by("furthest").values_list("furthest").annotate(n=Count("pk"))),
        seconds={name: statistics.median(each) for name, each in by_section.items()},
        languages=dict(sent.order_by("language").values_list("language").annotate(n=Count("pk"))),
    )


def shared_origins(round_: Round) -> list[Shared]:
    """List the devices and networks from which many codes were answered, most first."""
    marks = WebTrace.objects.filter(round=round_).values("kind", "mark").annotate(n=Count("pk")).order_by("-n", "mark")
    found = [m for m in marks.filter(n__gte=MANY_OF_DEVICE)[: 5 * SHOWN] if m["n"] >= least_of(m["kind"])]
    return [Shared(m["kind"], m["n"], _days(round_, m["kind"], m["mark"])) for m in found[:SHOWN]]


def cases_by_origin(round_: Round) -> dict[tuple[str, str], list[str]]:
    """Give the codes of each device and network with many: kind and mark to codes. For the check of quality."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    rows = WebTrace.objects.filter(round=round_).order_by("pk").values_list("kind", "mark", "case__case_id")
    for kind, mark, code in rows.iterator(chunk_size=5000):
        found[kind, mark].append(code)
    return {key: codes for key, codes in found.items() if len(codes) >= least_of(key[0])}


def least_of(kind: str) -> int:
    """Give how many codes from one place are many."""
    return MANY_OF_DEVICE if kind == WebTrace.Kind.DEVICE else MANY_OF_NETWORK


def web_sessions(round_: Round) -> Iterator[WebSession]:
    """Give how each answer came in on the web, in the order of their coming."""
    rows = WebAnswer.objects.filter(response__case__round=round_).order_by("pk")
    fields = ("response__case__case_id", "response_id", "response__taken", "seconds", "pages", "minutes")
    for row in rows.values_list(*fields, "response__is_chosen").iterator(chunk_size=2000):
        yield WebSession(*row)


def pairs(round_: Round) -> list[Pair]:
    """Compare each later answer with the one that is chosen for its case; the latest ones."""
    chosen = Response.objects.filter(case=OuterRef("case"), is_chosen=True)
    later = Response.objects.filter(Exists(chosen), case__round=round_, is_chosen=False).select_related("case")
    others = list(later.order_by("-pk")[:SHOWN])
    firsts = {r.case_id: r for r in Response.objects.filter(case__in=[r.case_id for r in others], is_chosen=True)}
    return [_pair(firsts[r.case_id], r) for r in others]


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[int, int]:
    """Count the answer columns that either holds, and those in which they differ."""
    names = one.keys() | other.keys()
    return len(names), sum(one.get(name) != other.get(name) for name in names)


def _pair(first: Response, other: Response) -> Pair:
    compared, unlike = differing(first.answers, other.answers)
    return Pair(other.case.case_id, first.mode, _day(first), other.mode, _day(other), compared, unlike)


def _day(response: Response) -> dt.date:
    return response.received_on or response.taken.date()


def _days(round_: Round, kind: str, mark: str) -> int:
    cases = WebTrace.objects.filter(round=round_, kind=kind, mark=mark).values("case")
    days = Response.objects.filter(case__in=cases, mode="web").values_list("received_on", flat=True)
    return len(Counter(days))
