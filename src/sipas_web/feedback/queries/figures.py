"""Counts of feedback, for periodic reports, beside the satisfaction items, and for the page of figures.

Feedback counts on the day it came in, at the unit that had to answer it first; before it is routed, at its place. A
reopened one stays where it began. One that follows another counts by itself: another citizen said it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce

from sipas_web.audit.actors import Actor
from sipas_web.feedback import surges
from sipas_web.feedback.models import HANDLED, Feedback, Kind, State
from sipas_web.feedback.permissions import Permission
from sipas_web.feedback.topics import topics
from sipas_web.units.queries import Unit, today

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
    return {row.pop("at"): row for row in rows}


def beside_items(unit_ids: Ids, first: dt.date, last: dt.date, edition: str = "") -> dict[str, dict[str, int]]:
    """Count by item of the questionnaire that the topic is about; of one edition, or of all.

    A topic about several items counts at each, so items are not added up.
    """
    rows = _rows(unit_ids, first, last).filter(kind__in=HANDLED).values("topic").annotate(**_counted())
    wanted = ("received", "answered_on_time", "resolved", "agreed")
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows.order_by("topic"):
        topic = topics().get(row["topic"])
        for code in topic.all_items(edition) if topic else ():
            found[code].update({name: row[name] for name in wanted})
    return {code: {name: count[name] for name in wanted} for code, count in sorted(found.items())}


def by_topic(unit_ids: Ids, first: dt.date, last: dt.date) -> list[dict[str, Any]]:
    """Count by topic, the most frequent first."""
    rows = _rows(unit_ids, first, last).filter(kind__in=HANDLED).values("topic").annotate(**_counted())
    return sorted(rows.order_by("topic"), key=lambda row: (-row["received"], row["topic"]))


def total(unit_ids: Ids, first: dt.date, last: dt.date) -> dict[str, int]:
    """Count everything together. One query."""
    return dict(_rows(unit_ids, first, last).aggregate(**_counted()))


def surging(unit_ids: Ids, on: dt.date | None = None) -> list[tuple[str, Any, int, list[int]]]:
    """List topics and units with more in the last seven days than their past weeks explain.

    Gives ("topic", code) or ("unit", key), the week's number, and the past weeks, the newest first. One query.
    """
    day = on or today()
    span = surges.WEEK * (surges.PAST_WEEKS + 1)
    rows = _rows(unit_ids, day - dt.timedelta(days=span - 1), day).filter(Q(kind__in=HANDLED) | Q(kind=""))
    counted = rows.values_list("received", "topic", "at").annotate(number=Count("pk")).order_by()
    series = _weekly(((day - came).days // surges.WEEK, topic, at, number) for came, topic, at, number in counted)
    found = [(*key, weeks[0], weeks[1:]) for key, weeks in series.items() if surges.is_surge(weeks[0], weeks[1:])]
    return sorted(found, key=lambda row: (-row[2], row[0], str(row[1])))


def names_of(unit_ids: Iterable[int]) -> dict[int, str]:
    """Give the full names of units by their keys."""
    return dict(Unit.objects.filter(pk__in=list(unit_ids)).values_list("pk", "full_name"))


def areas(by: Actor) -> Any:
    """Give the areas over which an actor sees figures: a query of keys, or None for the whole country."""
    return by.holder.areas_of(str(Permission.FEEDBACK_VIEW)) if by.may(Permission.FEEDBACK_VIEW) else []


def _weekly(rows: Iterable[tuple[int, str, int, int]]) -> dict[tuple[str, Any], list[int]]:
    series: dict[tuple[str, Any], list[int]] = defaultdict(lambda: [0] * (surges.PAST_WEEKS + 1))
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
    return {name: Count("pk", filter=condition) for name, condition in lines(today()).items()}
