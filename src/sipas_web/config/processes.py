"""Looking after processes: those that carry out long work are started, begun anew when they die, and ended."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sipas_web.config.worker_process import QUICK

LOOK_EVERY = 0.5  # s
GRACE = 30.0  # s that a process is given to end by itself
MARGIN = 5.0  # s more for who looks after such processes itself
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # s before a process that dies again and again is begun anew
SENT_EVERY = 60.0  # s between two looks for messages to people
TIDIED_EVERY = 6 * 3600.0  # s between two looks for files that a crash left, and for duties of the day
QUICK_PLACE = 1  # the second process
LIVED = 20.0  # s after which a process counts as sound: it is begun anew at once
log = logging.getLogger(__name__)


class Watched:
    """A process that is begun anew whenever it ends."""

    def __init__(self, command: Callable[[], list[str]], on_death: Callable[[bool], None]) -> None:
        self.command, self.on_death = command, on_death
        self.pause = 0.0
        self.process: subprocess.Popen[bytes] | None = None
        self.begun = self.due = 0.0

    def look(self) -> None:
        """Begin it where it does not run."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            log.warning("process %s ended with status %s", self.process.pid, self.process.returncode)
            self.process = None
            self.on_death(True)
            is_sound = now - self.begun > LIVED
            self.pause = 0.0 if is_sound else min(max(FIRST_PAUSE, 2 * self.pause), LONGEST_PAUSE)
            self.due = now + self.pause
        if self.process is None and now >= self.due:
            self.process, self.begun = subprocess.Popen(self.command()), now

    def tell_to_end(self) -> None:
        """Ask it to end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def end(self, until: float) -> None:
        """Wait for it until a moment of the monotonic clock, then end it by force."""
        if self.process is None:
            return
        try:
            self.process.wait(max(until - time.monotonic(), 0.0))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.on_death(False)


class Workers:
    """Processes of long work. What one held is let go at its death, so nobody waits for the lease to be over.

    The second one takes quick work only: a draw does not wait for the estimate of another round.
    """

    def __init__(self, count: int) -> None:
        from sipas_web.jobs import worker

        self.names = [""] * count
        self.watched = [Watched(self._command(i), self._let_go(i)) for i in range(count)]
        self.new_name = worker.name_of_this

    def run(self) -> None:
        """Look after them until SIGTERM, SIGINT, or the end of who started this."""
        from sipas_web.config.worker_process import Ending

        ending, tidied, sent = Ending(), -TIDIED_EVERY, -SENT_EVERY
        while not ending():
            for watched in self.watched:
                watched.look()
            if time.monotonic() - tidied > TIDIED_EVERY:
                _tidy()
                tidied = time.monotonic()
            if time.monotonic() - sent > SENT_EVERY:
                _send()
                sent = time.monotonic()
            time.sleep(LOOK_EVERY)
        until = time.monotonic() + GRACE
        for watched in self.watched:
            watched.tell_to_end()
        for watched in self.watched:
            watched.end(until)

    def _command(self, place: int) -> Callable[[], list[str]]:
        def command() -> list[str]:
            self.names[place] = self.new_name()
            lane = [QUICK] if place == QUICK_PLACE else []
            return [sys.executable, "-m", "sipas_web.config.worker_process", self.names[place], *lane]

        return command

    def _let_go(self, place: int) -> Callable[[bool], None]:
        def let_go(died: bool) -> None:
            from django.db import DatabaseError, close_old_connections

            from sipas_web.jobs import actions

            try:
                close_old_connections()
                actions.release(self.names[place], died=died)
                actions.sign_off(self.names[place])
            except DatabaseError:  # its leases will be over by themselves
                log.exception("the database does not answer")

        return let_go


def _send() -> None:
    from django.db import connections

    from sipas_web.config import duties

    duties.ask_to_send()
    connections.close_all()


def _tidy() -> None:
    from django.db import close_old_connections

    from sipas_web.config import duties, strays

    close_old_connections()
    strays.forget()
    duties.ask()


@contextmanager
def workers_beside(wanted: bool) -> Iterator[None]:
    """Keep ``sipas-web worker`` running beside what this process does."""
    if not wanted:
        yield
        return
    program = [sys.executable, "-m", "sipas_web.config.command_line", "worker", "--processes", "2"]
    watched, over = Watched(lambda: program, lambda died: None), threading.Event()

    def look_after() -> None:
        while not over.is_set():
            watched.look()
            over.wait(LOOK_EVERY)

    thread = threading.Thread(target=look_after, daemon=True)
    thread.start()
    # Granian answers SIGTERM by itself; until it listens, the signal must end the worker as well.
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        over.set()
        thread.join()
        watched.tell_to_end()
        watched.end(time.monotonic() + GRACE + MARGIN)
