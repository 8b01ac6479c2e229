"""What each app holds about the person behind a case code, and how it carries out what that person may ask.

Each app adds its own when it starts: ``subjects.add(Held("capture.draft", _("Unfinished answer"), see=…, …))``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django_stubs_ext import StrOrPromise

from sipas_web.audit.actors import Actor
from sipas_web.rounds.queries import Round

Lines = Sequence[tuple[str, str]]  # what it is, and its value, for the person to read


def _nothing(round_: Round, case_code: str) -> Lines:
    del round_, case_code
    return ()


def _left(round_: Round, case_code: str, reason: str, by: Actor) -> str:
    del round_, case_code, reason, by
    return ""


@dataclass(frozen=True, slots=True)
class Held:
    """What one app holds about a case.

    ``see`` lists it. ``withdraw`` ends the person's part in the round, ``delete`` destroys what need not be kept; both
    run inside one transaction with all others, say in a sentence what was done (empty: nothing was there), and raise
    ValidationError with a sentence where it cannot be done any more.
    """

    code: str  # app.what; they are asked in the order of their codes
    label: StrOrPromise
    see: Callable[[Round, str], Lines] = _nothing
    withdraw: Callable[[Round, str, str, Actor], str] = _left  # round, case code, reason, who
    delete: Callable[[Round, str, str, Actor], str] = _left


_held: dict[str, Held] = {}


def add(held: Held) -> None:
    """Add what an app holds; called by its ``ready``."""
    _held[held.code] = held


def all_held() -> list[Held]:
    """List what every app holds."""
    return [_held[code] for code in sorted(_held)]
