"""What this app and the server itself keep for a while: contacts, requests, backups, logs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas_web.audit.actors import Actor
from sipas_web.privacy import actions, queries
from sipas_web.privacy.retention import Kept
from sipas_web.shared.messages import LEDGER, READY

# The office's own estimates, no rule of law: the operator sets others (SIPAS_KEEP_DAYS).
BACKUP_DAYS, LOG_DAYS, REQUEST_DAYS, MESSAGE_DAYS = 90, 180, 730, 30


def files_kept(
    code: str,
    label: StrOrPromise,
    since: StrOrPromise,
    days: int,
    folder: Callable[[], Path],
    patterns: tuple[str, ...],
) -> Kept:
    """Describe files of a folder that go some days after they were last written."""

    def found() -> Iterator[tuple[Path, dt.datetime]]:
        place = folder()
        for path in {path for pattern in patterns for path in place.glob(pattern)} if place.is_dir() else ():
            if path.is_file() and not path.is_symlink():
                yield path, dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)

    def delete(before: dt.datetime, by: Actor) -> int:
        del by
        old = [path for path, written in found() if written < before]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    return Kept(code, label, since, days, lambda: min((written for _path, written in found()), default=None), delete)


def _first_day() -> dt.datetime | None:
    """Give the moment from which the contacts of some round are kept too long."""
    days = [day for round_ in queries.rounds_holding() if (day := queries.due_day(round_)) is not None]
    first = min(days, default=None)
    return timezone.make_aware(dt.datetime.combine(first + dt.timedelta(days=1), dt.time())) if first else None


def _drop(before: dt.datetime, by: Actor) -> int:
    return actions.ask_due_drops(on=timezone.localdate(before), by=by)


CONTACTS = Kept(
    "privacy.contacts",
    _("Contacts, places and notes of visits, lists handed in, rejected rows"),
    _("the day set in each round; dropped once the round is published or abandoned"),
    None,
    _first_day,
    _drop,
)
REQUESTS = Kept(
    "privacy.requests",
    _("Who asked about their data, and in which words"),
    _("the request was closed"),
    REQUEST_DAYS,
    queries.oldest_closed_request,
    actions.forget_requests,
)
BACKUPS = files_kept(
    "privacy.backups",
    _("Backups in the folder of backups"),
    _("the backup was made"),
    BACKUP_DAYS,
    lambda: Path(settings.BACKUPS_FOLDER),
    ("*.zip",),
)
LOGS = files_kept(
    "privacy.logs",
    _("Log files in the folder of logs"),
    _("the file was last written"),
    LOG_DAYS,
    lambda: Path(settings.LOGS_FOLDER),
    ("*.log", "*.log.*", "*.gz"),
)
MESSAGES = files_kept(
    "privacy.messages",
    _("Files of messages to citizens, and the list of those that were taken"),
    _("the message was handed to the gateway"),
    MESSAGE_DAYS,
    lambda: Path(settings.MESSAGES_FOLDER),
    (f"{READY}/*", f"{LEDGER}/*"),
)
OWN = (CONTACTS, REQUESTS, BACKUPS, LOGS, MESSAGES)
