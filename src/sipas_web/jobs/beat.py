"""What goes on beside a handler: the lease is renewed, its progress written, a wish to stop heard."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType

from django.db import DatabaseError, connection

from sipas_web.jobs import actions, queries
from sipas_web.jobs.queries import Job
from sipas_web.jobs.registry import StoppedError

TICK = 0.5  # s between two looks at the job, and the least time between two writes of progress
RENEWED_EVERY = 15.0  # s
log = logging.getLogger(__name__)


class HandedBackError(Exception):
    """The worker is to end: the job goes back to those that wait."""


class LostError(Exception):
    """Another worker has taken the job up; this attempt counts no more."""


class Beat:
    """Holds the lease of one attempt in a thread with its own database connection.

    Inside a transaction (tests) there is no thread: progress is written at once by the handler's own.
    """

    def __init__(self, job: Job, is_ending: Callable[[], bool], on_lost: Callable[[], object]) -> None:
        self.job, self.is_ending, self.on_lost = job, is_ending, on_lost
        self.share, self.note = 0.0, ""
        self.written = (0.0, "")
        self.is_stop_wanted = self.is_lost = False
        self.renewed = self.signed = time.monotonic()
        self.over = threading.Event()
        self.thread = None if connection.in_atomic_block else threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Beat:
        if self.thread:
            self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        del kind, error, trace
        self.over.set()
        if self.thread:
            self.thread.join()

    def progress(self, share: float, note: str) -> None:
        """Take how far the handler is; raise where it is to end. Costs nothing: the thread writes."""
        self.share, self.note = min(max(share, 0.0), 1.0), note[:200]
        if self.thread is None:
            self._look()
        if self.is_lost:
            raise LostError
        if self.is_stop_wanted:
            raise StoppedError
        if self.is_ending():
            raise HandedBackError

    def _run(self) -> None:
        try:
            while not self.over.wait(TICK):
                self._look_again()
                if self.is_lost:
                    self.on_lost()
                    return
        finally:
            connection.close()

    def _look_again(self) -> None:
        """Look; a database that does not answer is forgiven as long as the lease lasts."""
        try:
            self._look()
        except DatabaseError:
            log.warning("job %s: the lease was not renewed", self.job.pk, exc_info=True)
            connection.close()
            self.is_lost = time.monotonic() - self.renewed > actions.LEASE.total_seconds()

    def _look(self) -> None:
        told, now = (self.share, self.note), time.monotonic()
        if told != self.written or now - self.renewed >= RENEWED_EVERY:
            self.is_lost = not actions.renew(self.job, *told)
            self.written, self.renewed = told, now
        if now - self.signed >= RENEWED_EVERY:
            actions.sign_in(self.job.worker)
            self.signed = now
        self.is_stop_wanted = queries.is_stop_wanted(self.job)
