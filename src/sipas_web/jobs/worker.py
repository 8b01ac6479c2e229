"""Carry jobs out, one after the other, so that a death at any moment loses none and finishes none twice."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import platform
import secrets
import time
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection
from django.utils import translation

from sipas.errors import SipasError
from sipas_web.jobs import actions, faults
from sipas_web.jobs.asker import asker_of
from sipas_web.jobs.beat import RENEWED_EVERY, Beat, HandedBackError, LostError
from sipas_web.jobs.queries import Job, State
from sipas_web.jobs.registry import LaterError, StoppedError, Work, handler_of, kinds

IDLE = 1.0  # s between two looks for work
AFTER_TROUBLE = 5.0  # s until the database is asked again
BUSY = "round.locked"  # other work holds the round's folder: not a failure, tried again later
BUSY_PAUSE = dt.timedelta(seconds=5)
LOST = 3  # exit status
MOST_JOBS = 50  # then a process ends and is begun anew: what libraries keep of a million rows goes with it
log = logging.getLogger(__name__)


def name_of_this() -> str:
    """Give this process a name no other has."""
    return f"{platform.node()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"


def work_off() -> int:
    """Carry out all waiting jobs here and now, those they start as well; errors are stored, none is raised.

    Gives the number of attempts. For tests and for commands; a round that is busy stays waiting.
    """
    name, count = name_of_this(), 0
    while (job := actions.claim(name)) is not None:
        carry_out(job)
        count += 1
    return count


def run_forever(*, name: str, is_ending: Callable[[], bool], quick_only: bool = False) -> None:
    """Carry out jobs until told to end, or enough are done; ``quick_only`` leaves long work to another process.

    A lost lease ends the process at once: its job is somebody else's now.
    """
    signed, done = 0.0, 0
    while not is_ending() and done < MOST_JOBS:
        try:
            _leave_spent_connections()
            if time.monotonic() - signed >= RENEWED_EVERY or not signed:
                actions.sign_in(name)
                signed = time.monotonic()
            is_ready = actions.is_anything_ready(quick_only=quick_only)
            job = actions.claim(name, quick_only=quick_only) if is_ready else None
            if job is not None:
                carry_out(job, is_ending=is_ending, on_lost=_end_at_once)
                done += 1
            else:
                time.sleep(IDLE)
        except DatabaseError:
            log.exception("the database does not answer")
            time.sleep(AFTER_TROUBLE)
    actions.sign_off(name)


def carry_out(job: Job, *, is_ending: Callable[[], bool] = bool, on_lost: Callable[[], object] = bool) -> None:
    """Carry out one claimed job and write how it ended."""
    try:
        with Beat(job, is_ending, on_lost) as beat, translation.override("vi"):
            result = _handled(job, beat)
    except LostError:
        log.warning("job %s: taken up by another worker", job.pk)
    except StoppedError:
        actions.finish(job, State.STOPPED)
    except HandedBackError:
        actions.give_back(job)
    except LaterError as later:
        actions.give_back(job, after=later.after)
    except (KeyboardInterrupt, SystemExit):
        actions.give_back(job)
        raise
    except Exception as error:  # a fault of the program must not end the worker
        _not_done(job, error)
    else:
        if not actions.finish(job, State.DONE, result=result):
            log.warning("job %s: finished, but taken up by another worker meanwhile", job.pk)


def _handled(job: Job, beat: Beat) -> Any:
    if job.kind not in kinds():
        raise SipasError(faults.UNKNOWN, got=job.kind)
    work = Work(job.pk, job.arguments, asker_of(job), job.attempts, beat.progress)
    return json.loads(json.dumps(handler_of(job.kind)(work), default=str))


def _not_done(job: Job, error: Exception) -> None:
    if isinstance(error, SipasError) and error.code == BUSY:
        actions.give_back(job, after=BUSY_PAUSE, note=BUSY)
    elif isinstance(error, (OperationalError, InterfaceError)):  # it went away, or others held it too long
        _broken_off(job, error)
    else:
        _failed(job, error)


def _leave_spent_connections() -> None:
    """Close connections that are old or broken; inside a transaction (tests) there is one, and it stays."""
    if not connection.in_atomic_block:
        close_old_connections()


def _failed(job: Job, error: Exception) -> None:
    if not isinstance(error, faults.KNOWN):
        log.error("job %s (%s) failed", job.pk, job.kind, exc_info=error)
    _leave_spent_connections()  # the handler may have left one that no longer answers
    actions.finish(job, State.FAILED, error=faults.stored(error))


def _broken_off(job: Job, error: Exception) -> None:
    """Let the job be tried again soon; it counts as a death, so that a fault that stays ends it."""
    log.warning("job %s (%s) broken off", job.pk, job.kind, exc_info=error)
    _leave_spent_connections()
    try:
        actions.break_off(job, BUSY_PAUSE)
    except DatabaseError:  # the lease will be over by itself
        log.warning("job %s: the database does not answer", job.pk)


def _end_at_once() -> None:
    log.error("the lease was lost; this worker ends")
    os._exit(LOST)  # the handler runs in another thread and must not touch anything more
