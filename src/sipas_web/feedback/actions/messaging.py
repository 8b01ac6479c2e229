"""Telling citizens who left telephone or e-mail: the answer is there; later, whether it helped.

A message is a file in the folder of messages, taken by the province's own gateway of SMS and e-mail. It holds no word
of the feedback and never the code. Files are written first and noted then: after a kill the same file is written again.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.feedback import rules
from sipas_web.feedback.actions.receiving import PERSON
from sipas_web.feedback.models import Feedback
from sipas_web.feedback.queries.messages import are_due, due_messages
from sipas_web.jobs import actions as jobs
from sipas_web.jobs.queries import Job
from sipas_web.privacy.actions.people import open_people
from sipas_web.privacy.identity import Identity
from sipas_web.units.queries import today

KIND = SUBJECT = "feedback.messages"
AT_ONCE = 100
TOLD, ASKED = "answered", "asked"
# Messages are letters: Vietnamese, whatever the language of the page.
TEXTS = {
    TOLD: "Phản ánh, kiến nghị số {number} của ông/bà đã có trả lời. Mời ông/bà xem bằng mã theo dõi tại trang Góp ý.",
    ASKED: "Phản ánh, kiến nghị số {number}: việc ông/bà nêu đã được giải quyết chưa? Mời ông/bà cho ý kiến bằng mã "
    "theo dõi tại trang Góp ý. Nếu chưa đồng ý, ông/bà có thể yêu cầu xem xét lại một lần ở cấp trên.",
}  # fmt: skip


@transaction.atomic
def ask_messages(*, by: Actor) -> Job | None:
    """Have messages written that are due; for the server itself. Asking twice is asking once."""
    if not are_due(today(), rules.own().ask_after):
        return None
    return jobs.start(kind=KIND, subject=SUBJECT, unit=None, by=by)


@transaction.atomic
def write_messages(*, by: Actor) -> int:
    """Write one part of what is due; 0 where nothing is left."""
    rows = due_messages(today(), rules.own().ask_after)[:AT_ONCE]
    people = open_people(kind=PERSON, tokens=[row.token for row in rows], purpose="feedback.messages", unit=None, by=by)
    for row in rows:
        what = TOLD if row.told is None else ASKED
        if who := people.get(row.token):
            _write(row, what, who)
        setattr(row, "told" if what == TOLD else "asked", today())
        row.save(update_fields=["told", "asked"])
    if rows:
        record(by=by, action="feedback.messages_written", subject=SUBJECT, details={"number": len(rows)})
    return len(rows)


def folder() -> Path:
    """Give the folder of messages."""
    return Path(settings.MESSAGES_FOLDER)


def _write(feedback: Feedback, what: str, who: Identity) -> None:
    message: dict[str, Any] = {
        "to": {"phone": who.phone, "email": who.email},
        "text": TEXTS[what].format(number=feedback.number),
        "written": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=place, suffix=".part", delete=False, encoding="utf-8") as file:
        json.dump(message, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(place / f"{feedback.number}-{feedback.level}-{what}.json")
