"""Counts of feedback, for periodic reports, beside the satisfaction items, and for the page of figures.

Feedback counts on the day it came in, at the unit that had to answer it first; before it is routed, at its place. A
reopened one stays where it began. One that follows another counts by itself: another citizen said it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, Min, Q
from django.db.models.functions import Coalesce

from sipas_web.audit.actors import Actor
from sipas_web.feedback import surges
from sipas_web.feedback.models import HANDLED, Feedback, Kind, State
from sipas_web.feedback.permissions import Permission
from sipas_web.feedback.topics import topics
from sipas_web.units.queries import Unit, today

LINE = "line_"  # a line may be called as a column is
Ids = Any  # keys of units, a query of them, or None for the whole country
OUT = tuple(kind for kind in Kind.values if kind not in HANDLED)
IN_HAND = Q(state__in=(State.NEW, State.CLASSIFIED, State.ROUTED, State.CHECKING, State.JOINED), level=0)


def lines(on: dt.date) -> dict[str, Q]:
    """Say what each line counts, on a day."""
    handled = Q(kind__in=HANDLED)
    is_late = Q(answered__gt=F("due")) | Q(answered=None, due__lt=on)
    return {
        "received": handled | Q(kind=""),
        "answered": handled & Q(answered__isnull=False),
        "answered_on_time": handled & Q(answered__lte=F("due")),
        "answered_first_limit": handled & Q(answered__lte=F("first_due")),
        "answered_late": handled & Q(answered__gt=F("due")),
        "open": (handled | Q(kind="")) & IN_HAND & Q(answered=None),
        "overdue": handled & Q(answered=None, due__lt=on),
        "resolved": handled & Q(resolved__isnull=False),
        "said": handled & Q(agreed__isnull=False),
        "agreed": handled & Q(agreed=True),
        "reopened": handled & Q(level=1),
        "routed_out": Q(kind__in=OUT),
        "late_or_disagreed": handled & (is_late | Q(agreed=False)),
    }


def counts(unit_ids: Ids, first: dt.date, last: dt.date) -> dict[int, dict[str, int]]:
    """Count by unit, for what came in from the first day to the last. One query."""
    rows = _rows(unit_ids, first, last).values("at").annotate(**_counted()).order_by("at")
    return {row["at"]: _plain(row) for row in rows}


def by_topic(unit_ids: Ids, first: dt.date, last: dt.date) -> dict[str, dict[str, int]]:
    """Count by topic, the most frequent first. One query."""
    rows = _rows(unit_ids, first, last).filter(kind__in=HANDLED).values("topic").annotate(**_counted())
    found = {row["topic"]: _plain(row) for row in rows.order_by("topic")}
    return dict(sorted(found.items(), key=lambda pair: (-pair[1]["received"], pair[0])))


def total(unit_ids: Ids, first: dt.date, last: dt.date) -> dict[str, int]:
    """Count everything together. One query."""
    return _plain(_rows(unit_ids, first, last).aggregate(**_counted()))


def beside_items(unit_ids: Ids, first: dt.date, last: dt.date, edition: str = "") -> dict[str, dict[str, int]]:
    """Count by item of the questionnaire that the topic is about; of one edition, or of all.

    A topic about several items counts at each, so items are not added up.
    """
    wanted = ("received", "answered_on_time", "resolved", "agreed")
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for name, row in by_topic(unit_ids, first, last).items():
        topic = topics().get(name)
        for code in topic.all_items(edition) if topic else ():
            found[code].update({line: row[line] for line in wanted})
    return {code: {line: count[line] for line in wanted} for code, count in sorted(found.items())}


def surging(unit_ids: Ids, on: dt.date | None = None) -> list[tuple[str, Any, int, list[int]]]:
    """List topics and units with more in the last seven days than their past weeks explain.

    Gives ("topic", code) or ("unit", key), the week's number, and the past weeks, the newest first. Weeks before the
    first feedback of all are no quiet weeks: they are left out, and with fewer than four nothing is said.
    """
    day = on or today()
    oldest = Feedback.objects.aggregate(first=Min("received"))["first"]
    weeks = min(surges.PAST_WEEKS, (day - oldest).days // surges.WEEK) if oldest else 0
    if weeks < surges.LEAST_WEEKS:
        return []
    rows = _rows(unit_ids, day - dt.timedelta(days=surges.WEEK * (weeks + 1) - 1), day)
    counted = rows.filter(Q(kind__in=HANDLED) | Q(kind="")).values_list("received", "topic", "at")
    series = _weekly(weeks, (((day - came).days // surges.WEEK, topic, at, number) for came, topic, at, number in
                             counted.annotate(number=Count("pk")).order_by()))  # fmt: skip
    found = [(*key, seen[0], seen[1:]) for key, seen in series.items() if surges.is_surge(seen[0], seen[1:])]
    return sorted(found, key=lambda row: (-row[2], row[0], str(row[1])))


def names_of(unit_ids: Iterable[int]) -> dict[int, str]:
    """Give the full names of units by their keys."""
    return dict(Unit.objects.filter(pk__in=list(unit_ids)).values_list("pk", "full_name"))


def areas(by: Actor) -> Any:
    """Give the areas over which an actor sees figures: a query of keys, or None for the whole country."""
    return by.holder.areas_of(str(Permission.FEEDBACK_VIEW)) if by.may(Permission.FEEDBACK_VIEW) else []


def _weekly(weeks: int, rows: Iterable[tuple[int, str, int, int]]) -> dict[tuple[str, Any], list[int]]:
    series: dict[tuple[str, Any], list[int]] = defaultdict(lambda: [0] * (weeks + 1))
    for week, topic, at, number in rows:
        if topic:
            series["topic", topic][week] += number
        series["unit", at][week] += number
    return series


def _rows(unit_ids: Ids, first: dt.date, last: dt.date) -> Any:
    rows = Feedback.objects.annotate(at=Coalesce("first_unit_id", "place_id"))
    rows = rows.filter(received__gte=first, received__lte=last)
    return rows if unit_ids is None else rows.filter(at__in=unit_ids)


def _counted() -> dict[str, Count]:
    return {f"{LINE}{name}": Count("pk", filter=condition) for name, condition in lines(today()).items()}


def _plain(row: dict[str, Any]) -> dict[str, int]:
    return {name.removeprefix(LINE): number for name, number in row.items() if name.startswith(LINE)}
