"""A door for writes that come in bursts: those who wait at the same moment share one transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from django.db import InterfaceError, OperationalError

AT_ONCE = 50
Sent = TypeVar("Sent")
Made = TypeVar("Made")
Sent_in = TypeVar("Sent_in", contravariant=True)
Made_out = TypeVar("Made_out", covariant=True)


class Together(Protocol[Sent_in, Made_out]):
    """An action that takes what was sent to one round; gives what it made of each, or why it refused it.

    Who has arrived is asked once the round is held, so that those who came while another process held it go along.
    """

    def __call__(self, round_id: int, arrived: Callable[[], Sequence[Sent_in]], /) -> Sequence[Made_out | Exception]:
        """Take them."""


class Place(Generic[Sent, Made]):
    """One who waits."""

    def __init__(self, round_id: int, sent: Sent) -> None:
        self.round_id, self.sent = round_id, sent
        self.told: list[Made | Exception] = []  # one, once it is taken or refused

    @property
    def made(self) -> Made:
        """Give what was made of it; raises why it was refused."""
        found = self.told[0]
        if isinstance(found, Exception):
            raise found
        return found


class Door(Generic[Sent, Made]):
    """Where writes wait for their turn: whoever comes in takes along all who wait behind them."""

    def __init__(self, together: Together[Sent, Made]) -> None:
        self._together = together
        self._turn, self._list = threading.Lock(), threading.Lock()
        self._waiting: list[Place[Sent, Made]] = []

    def pass_through(self, round_id: int, sent: Sent) -> Made:
        """Give what was made of it, once it is in the database."""
        place = Place[Sent, Made](round_id, sent)
        with self._list:
            self._waiting.append(place)
        while not place.told:
            with self._turn:
                if not place.told:
                    self._take_along()
        return place.made

    def carry(self, round_id: int, leave: Callable[[], Sequence[Place[Sent, Made]]]) -> None:
        """Take those of one round; where together they fail, one after the other, so that each has its own fault."""
        places: list[Place[Sent, Made]] = []

        def arrived() -> list[Sent]:
            places.extend(leave())
            return [place.sent for place in places]

        try:
            told = self._together(round_id, arrived)
        except Exception as error:
            self._failed(round_id, places or list(leave()), error)
        else:
            for place, made in zip(places, told, strict=True):
                place.told.append(made)

    def _failed(self, round_id: int, places: list[Place[Sent, Made]], error: Exception) -> None:
        if len(places) > 1 and not isinstance(error, (OperationalError, InterfaceError)):
            for place in places:
                self.carry(round_id, lambda one=place: [one])  # type: ignore[misc]
            return
        for place in places:
            place.told.append(error)

    def _take_along(self) -> None:
        with self._list:
            round_id = self._waiting[0].round_id
        self.carry(round_id, lambda: self._leave(round_id))

    def _leave(self, round_id: int) -> list[Place[Sent, Made]]:
        """Give the places of a round that wait now; they wait no longer."""
        with self._list:
            going = [place for place in self._waiting if place.round_id == round_id][:AT_ONCE]
            self._waiting = [place for place in self._waiting if place not in going]
            return going
