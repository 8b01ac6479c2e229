"""One process of long work, started by another: ``python -m sipas_web.config.worker_process NAME [quick]``."""

from __future__ import annotations

import os
import signal
import sys

import django

QUICK = "quick"  # lane of work that somebody waits for at a page
STOPPING = (signal.SIGTERM, signal.SIGINT)


class Ending:
    """Whether this process is to end: it was told to, or whoever looks after it is gone."""

    def __init__(self) -> None:
        self.parent = os.getppid()
        self.is_told = False
        for number in STOPPING:
            signal.signal(number, self.tell)

    def tell(self, *args: object) -> None:
        """Remember the signal: the handler of a job hears of it at its next word of progress."""
        del args
        self.is_told = True

    def __call__(self) -> bool:
        """Answer."""
        return self.is_told or os.getppid() != self.parent


def main(name: str, lane: str = "") -> None:
    """Carry jobs out until told to end; in the lane of quick work no others."""
    ending = Ending()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sipas_web.config.settings")
    django.setup()
    from sipas_web.config.collecting import collect_seldom
    from sipas_web.jobs import worker

    collect_seldom()
    worker.run_forever(name=name, is_ending=ending, quick_only=lane == QUICK)


if __name__ == "__main__":
    main(*sys.argv[1:])
