"""Long work of feedback: writing the messages that are due."""

from __future__ import annotations

from typing import Any

from sipas_web.feedback.actions import messaging
from sipas_web.jobs.registry import Work, handles


@handles(messaging.KIND)
def write(work: Work) -> dict[str, Any]:
    """Write them in parts; safe to break off anywhere."""
    written = 0
    while part := messaging.write_messages(by=work.actor):
        written += part
        work.progress(written / (written + messaging.AT_ONCE), messaging.KIND)
    return {"messages": written}
