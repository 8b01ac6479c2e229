"""Turns of writes in bursts: one after another outside a transaction, never waited for inside one."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, transaction

from sipas_web.capture.turns import in_turn

inside: list[int] = []
most: list[int] = []


@in_turn
def act(number: int) -> int:
    inside.append(number)
    most.append(len(inside))
    time.sleep(0.02)
    inside.remove(number)
    return number


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL queues by itself")
def test_of_many_at_once_one_acts_at_a_time() -> None:
    most.clear()
    threads = [threading.Thread(target=act, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8


@pytest.mark.django_db
def test_inside_a_transaction_nobody_waits() -> None:
    outer = in_turn(lambda: act(1))
    with transaction.atomic():
        assert outer() == 1
