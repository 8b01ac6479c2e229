"""What people said at re-verifications goes when its time is over; verdicts and the matched result stay."""

from __future__ import annotations

import datetime as dt

from django.db.models import Min, Q, QuerySet
from django.db.models.functions import Coalesce

from sipas_web.audit.actors import Actor
from sipas_web.rounds.queries import State
from sipas_web.supervision.models import CheckCase

OVER = (State.PUBLISHED, State.ABANDONED)
AT_ONCE = 1_000  # rows of one statement
# A sample that was never released nor given up is counted from what was last done on the case.
COUNTED_FROM = Coalesce("sample__released", "sample__abandoned", "done", "sample__opened")


def oldest_kept_answers() -> dt.datetime | None:
    """Give the moment from which the days of the oldest answers are counted, of rounds that are over."""
    oldest: dt.datetime | None = _kept().aggregate(oldest=Min(COUNTED_FROM))["oldest"]
    return oldest


def delete_kept_answers(before: dt.datetime, by: Actor) -> int:
    """Empty the answers whose days are counted from before a moment; the caller records it."""
    del by
    emptied = 0
    old = _kept().annotate(counted_from=COUNTED_FROM).filter(counted_from__lt=before).order_by("pk")
    while some := list(old.values_list("pk", flat=True)[:AT_ONCE]):
        CheckCase.objects.filter(pk__in=some).update(answers={}, again={}, remark="")
        emptied += len(some)
    return emptied


def _kept() -> QuerySet[CheckCase]:
    said = CheckCase.objects.exclude(Q(answers={}) & Q(again={}) & Q(remark=""))
    return said.filter(sample__round__state__in=OVER)
