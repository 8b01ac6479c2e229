"""Writes that come in bursts go one after another, where the database has no queue of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from django.db import connection

Given = ParamSpec("Given")
Made = TypeVar("Made")
SUFFIX = ".turn"
_turn = threading.Lock()


def in_turn(act: Callable[Given, Made]) -> Callable[Given, Made]:
    """Let an action wait for its turn before its transaction begins, among all threads and server processes.

    On SQLite who waits asks again after longer and longer pauses, while newcomers go first: of 24 keyers some waited
    for 6 s.
    """

    @wraps(act)
    def acted(*args: Given.args, **named: Given.kwargs) -> Made:
        if connection.vendor != "sqlite" or connection.in_atomic_block:
            return act(*args, **named)
        with _turn, _turn_of_processes(Path(str(connection.settings_dict["NAME"]))):
            return act(*args, **named)

    return acted


@contextmanager
def _turn_of_processes(database: Path) -> Iterator[None]:
    """Hold a file beside the database; a process that dies lets go of it. A database in memory has one process."""
    if not database.is_file():
        yield
        return
    with database.with_name(database.name + SUFFIX).open("ab") as file:
        flock(file, LOCK_EX)
        yield
