"""What is late or odd in the field, with the numbers that say so. Nobody is accused: somebody should look."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from sipas_web.accounts.queries import Person
from sipas_web.fieldwork.models import Case, FieldRules, FormStep, Issue, State, Visit
from sipas_web.fieldwork.queries.holders import HolderFigures, by_interviewer
from sipas_web.rounds.queries import Round
from sipas_web.units.queries import Unit

LOOKED_BACK = 7  # days of visits looked through for odd hours
IN_A_MINUTE, IN_AN_HOUR = 3, 15  # visits of one person from which on somebody should look
NIGHT_FROM, NIGHT_TO = 21, 6  # hours
LEAST_REPLACED, TIMES, CHANCE = (
    4,
    2.0,
    0.01,
)  # cases; times the others' rate; by chance alone, all interviewers together
KINDS = ("not_begun", "quiet", "collect", "keying", "replaced", "minute", "hour", "night")
LATE = frozenset({"not_begun", "quiet", "collect", "keying"})


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to look at; the page says it in a sentence from its numbers."""

    kind: str
    count: int
    office: int = 0
    interviewer: int = 0
    oldest: dt.date | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Names:
    """Names of those that alerts speak of."""

    offices: dict[int, str]
    people: dict[int, str]


def late_of(round_: Round, rules: FieldRules, areas: Any = None) -> list[Alert]:
    """Give what is late, and interviewers who have many cases replaced. Six queries by index."""
    today = timezone.localdate()
    holders = by_interviewer(round_, areas)
    cases = _seen(Case.objects.filter(round=round_), areas)
    return [
        *_not_begun(round_, holders.rows, today - rules.quiet_days * dt.timedelta(1)),
        *_waiting("quiet", cases.filter(state=State.VISITED), today - dt.timedelta(rules.quiet_days)),
        *_waiting("collect", cases.filter(state=State.DELIVERED), today - dt.timedelta(rules.collect_days)),
        *_not_keyed(round_, areas, today - dt.timedelta(rules.keying_days)),
        *many_replaced(holders.rows),
    ]


def odd_of(round_: Round, areas: Any = None) -> list[Alert]:
    """Give odd times of the visits of the last days that were written down on a screen. One query."""
    since = timezone.now() - dt.timedelta(LOOKED_BACK)
    visits = Visit.objects.filter(at__gte=since, case__round=round_, person__isnull=False)
    if areas is not None:
        visits = visits.filter(case__office__in=areas)
    rows = visits.order_by().values_list("person_id", "case__office_id", "at", "day").iterator(chunk_size=5000)
    local = ((person, office or 0, timezone.localtime(at), day) for person, office, at, day in rows)
    # What was written down for an earlier day, from notes on paper, tells nothing by its hour.
    return odd_times((person, office, at) for person, office, at, day in local if at.date() == day)


def odd_times(visits: Iterable[tuple[int, int, dt.datetime]]) -> list[Alert]:
    """Judge visits, each with its person, office and local time."""
    minutes: Counter[tuple[int, int, dt.datetime]] = Counter()
    hours: Counter[tuple[int, int, dt.datetime]] = Counter()
    nights: Counter[tuple[int, int]] = Counter()
    for person, office, at in visits:
        minute = at.replace(second=0, microsecond=0)
        minutes[person, office, minute] += 1
        hours[person, office, minute.replace(minute=0)] += 1
        nights[person, office] += at.hour >= NIGHT_FROM or at.hour < NIGHT_TO
    in_a_minute = _peaks("minute", minutes, IN_A_MINUTE)
    told = {(alert.interviewer, alert.office, alert.count) for alert in in_a_minute}
    return [
        *in_a_minute,
        *(
            hour
            for hour in _peaks("hour", hours, IN_AN_HOUR)
            if (hour.interviewer, hour.office, hour.count) not in told
        ),
        *(Alert("night", n, office, person) for (person, office), n in nights.items() if n),
    ]


def many_replaced(rows: list[HolderFigures]) -> list[Alert]:
    """Find interviewers whose share of replaced cases is far above the others', beyond what chance would do."""
    issued, replaced = sum(r.issued for r in rows), sum(r.replaced for r in rows)
    people = [row for row in rows if row.interviewer and row.issued]
    found = []
    for row in people:
        others, of_others = issued - row.issued, replaced - row.replaced
        if row.replaced < LEAST_REPLACED or others <= 0:
            continue
        rate = (of_others + 1) / (others + 2)  # never 0, so that a few among few are not at once beyond all chance
        share = row.replaced / row.issued
        if share >= TIMES * rate and tail(row.issued, row.replaced, rate) * len(people) < CHANCE:
            facts = {"issued": row.issued, "share": 100 * share, "others": 100 * of_others / others}
            found.append(Alert("replaced", row.replaced, row.office, row.interviewer, facts=facts))
    return found


def tail(n: int, least: int, share: float) -> float:
    """Give the chance of at least so many among n, each with the same chance."""
    logs = (
        math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
        + k * math.log(share) + (n - k) * math.log1p(-share)
        for k in range(least, n + 1)
    )  # fmt: skip
    return min(1.0, sum(math.exp(one) for one in logs))


def names_of(alerts: Iterable[Alert]) -> Names:
    """Name the offices and people of alerts. Two queries."""
    listed = list(alerts)
    offices = Unit.objects.filter(pk__in={alert.office for alert in listed})
    people = Person.objects.filter(pk__in={alert.interviewer for alert in listed})
    return Names(dict(offices.values_list("pk", "name")), dict(people.values_list("pk", "full_name")))


def _seen(cases: QuerySet[Case], areas: Any) -> QuerySet[Case]:
    return cases if areas is None else cases.filter(office__in=areas)


def _waiting(kind: str, cases: QuerySet[Case], before: dt.date) -> list[Alert]:
    rows = cases.filter(last_day__lt=before).order_by().values_list("office", "interviewer")
    return [
        Alert(kind, n, office or 0, person or 0, oldest)
        for office, person, n, oldest in rows.annotate(n=Count("pk"), oldest=Min("last_day"))
    ]


def _not_begun(round_: Round, rows: list[HolderFigures], before: dt.date) -> list[Alert]:
    issue = Issue.objects.filter(round=round_).first()
    if issue is None or issue.finished is None or timezone.localdate(issue.finished) >= before:
        return []
    day = timezone.localdate(issue.finished)
    waiting = ((row, row.issued - row.visited) for row in rows)
    return [Alert("not_begun", n, row.office, row.interviewer, day) for row, n in waiting if n > 0]


def _not_keyed(round_: Round, areas: Any, before: dt.date) -> list[Alert]:
    steps = FormStep.objects.filter(
        step=FormStep.Step.RECEIVED, day__lt=before, case__round=round_, case__state=State.RECEIVED
    )
    if areas is not None:
        steps = steps.filter(case__office__in=areas)
    rows = steps.order_by().values_list("case__office").annotate(n=Count("pk"), oldest=Min("day"))
    return [Alert("keying", n, office or 0, oldest=oldest) for office, n, oldest in rows]


def _peaks(kind: str, counts: Counter[tuple[int, int, dt.datetime]], least: int) -> list[Alert]:
    """Give the highest peak of each person, with how many there were."""
    best: dict[tuple[int, int], tuple[int, dt.datetime]] = {}
    times: Counter[tuple[int, int]] = Counter()
    for (person, office, at), n in counts.items():
        if n >= least:
            times[person, office] += 1
            best[person, office] = max(best.get((person, office), (0, at)), (n, at))
    return [
        Alert(kind, n, office, person, at.date(), {"at": at, "times": times[person, office]})
        for (person, office), (n, at) in best.items()
    ]
