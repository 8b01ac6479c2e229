"""The duties of each day, asked for by the process that looks after long work: personal data, checks, tasks."""

from __future__ import annotations

import logging
import platform

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.utils import timezone

from sipas_web.audit.actors import Actor, Everything
from sipas_web.feedback.actions.messaging import ask_messages
from sipas_web.improvement.actions.tasks_daily import ask_daily as ask_tasks
from sipas_web.onestop.actions import sending
from sipas_web.privacy import actions
from sipas_web.quality import actions as quality

NAME = "Việc định kỳ của hệ thống"  # as the record names it
log = logging.getLogger(__name__)


def actor() -> Actor:
    """Give who acts where no person asked."""
    return Actor("command", NAME, "", f"command {platform.node()}", Everything())


def ask_to_send() -> None:
    """Ask for messages to people that are due, written or still to be written."""
    try:
        ask_messages(by=actor())
        sending.ask_due(by=actor())
    except DatabaseError:
        log.exception("messages could not be asked for")


def ask() -> bool:
    """Ask for them, unless they are done today; says whether it was possible. The next look is another chance."""
    try:
        actions.ask_duties(by=actor())
        quality.ask_daily_checks(on=timezone.localdate(), by=actor())
        ask_tasks(by=actor())
    except (DatabaseError, ValidationError):
        log.exception("the duties of the day could not be asked for")
        return False
    return True
