"""Long work that hands messages to the gateway. Killed anywhere, none is lost and none leaves twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from sipas_web.jobs.registry import LaterError, Work
from sipas_web.shared import messages, outgoing

AT_ONCE = 100
LEAST_WAIT, LONGEST_WAIT = dt.timedelta(seconds=5), dt.timedelta(minutes=1)  # new messages wait at most so long with it


def send_due(
    work: Work, rows: QuerySet[Any], deliver: Callable[[Any, messages.Gateway], bool], note: str
) -> dict[str, Any]:
    """Send what is due now; where the gateway did not take something, the work waits for its next try.

    ``deliver`` hands one message over and says whether it was taken; it counts the try before anything else.
    """
    sent = failed = 0
    gateway = messages.gateway()
    while found := list(outgoing.due(rows, timezone.now())[:AT_ONCE]):
        for message in found:
            work.progress(sent / (sent + failed + len(found)), note)
            if deliver(message, gateway):
                sent += 1
            else:
                failed += 1
    next_try = outgoing.first_try(rows)
    if next_try is not None:
        raise LaterError(max(min(next_try - timezone.now(), LONGEST_WAIT), LEAST_WAIT))
    return {"sent": sent, "failed": failed}
