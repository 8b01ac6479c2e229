"""Who waits at a door is taken along; each hears their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest
from django.db import OperationalError

from sipas_web.capture.door import AT_ONCE, Door, Place

WAIT = 10  # s


def test_who_waits_is_taken_along_and_each_hears_their_own() -> None:
    sizes: list[int] = []
    entered, leave = threading.Event(), threading.Event()

    def together(round_id: int, arrived: Callable[[], Sequence[str]]) -> list[str | Exception]:
        names = arrived()
        sizes.append(len(names))
        if len(sizes) == 1:
            entered.set()
            assert leave.wait(WAIT)
        return [ValueError(name) if name == "d" else f"{round_id}/{name}" for name in names]

    door, told = Door(together), dict[str, object]()

    def go(name: str, round_id: int) -> None:
        try:
            told[name] = door.pass_through(round_id, name)
        except ValueError as refused:
            told[name] = refused.args

    threads = [threading.Thread(target=go, args=(name, 8 if name == "j" else 7)) for name in "abcdefghij"]
    threads[0].start()
    assert entered.wait(WAIT)
    for thread in threads[1:]:
        thread.start()
    while len(door._waiting) < 9:
        pass
    leave.set()
    for thread in threads:
        thread.join(WAIT)
    assert sizes[0] == 1
    assert sorted(sizes) == [1, 1, 8], "those of another round have a transaction of their own"
    assert told == {name: f"7/{name}" for name in "abcefghi"} | {"d": ("d",), "j": "8/j"}
    assert not door._waiting


@pytest.mark.parametrize("count", [1, 3])
def test_where_all_fail_together_each_is_tried_alone(count: int) -> None:
    tried: list[list[str]] = []

    def together(round_id: int, arrived: Callable[[], Sequence[str]]) -> list[str]:
        del round_id
        tried.append(list(arrived()))
        if "bad" in tried[-1]:
            raise ValueError
        return tried[-1]

    places = [Place[str, str](1, name) for name in ["bad", "good", "better"][:count]]
    Door(together).carry(1, lambda: places)
    assert isinstance(places[0].told[0], ValueError)
    assert [place.made for place in places[1:]] == ["good", "better"][: count - 1]
    assert len(tried) == (1 if count == 1 else 4)


def test_where_the_database_is_away_nobody_is_tried_again() -> None:
    calls: list[int] = []

    def together(round_id: int, arrived: Callable[[], Sequence[str]]) -> list[str]:
        del arrived  # it failed before it asked
        calls.append(round_id)
        raise OperationalError

    places = [Place[str, str](1, str(n)) for n in range(3)]
    Door(together).carry(1, lambda: places)
    assert all(isinstance(place.told[0], OperationalError) for place in places)
    assert calls == [1]


def test_no_more_go_at_once_than_a_transaction_should_hold() -> None:
    door = Door(lambda _round, arrived: list(arrived()))
    door._waiting = [Place(1, str(n)) for n in range(AT_ONCE + 5)]
    assert len(door._leave(1)) == AT_ONCE
    assert len(door._waiting) == 5
