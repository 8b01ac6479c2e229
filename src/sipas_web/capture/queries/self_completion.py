"""Reads for who answers on the web: which case a code opens, their draft, their receipt, the form."""

from __future__ import annotations

import datetime as dt
import math
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.db.models import Q
from django.utils import timezone

from sipas.instrument import Edition
from sipas.rounds import edition_of as edition_in
from sipas.rounds import respondent_kind
from sipas_web.capture.models import Draft, WebAnswer, WebGate
from sipas_web.fieldwork.queries import Case, State
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.queries import Round
from sipas_web.rounds.queries import State as RoundState

NOT_OPEN = (State.RESERVE, State.WITHDRAWN)
KEPT = 1.0  # s
_kept: dict[str, tuple[float, dict[int, Round]]] = {}


@dataclass(frozen=True, slots=True)
class Receipt:
    """That an answer came in: nothing of what it says."""

    number: str
    day: dt.date
    disputed: bool


def open_case(code: str) -> Case | None:
    """Give the case that a code opens today; None where it is unknown or not open, or two rounds share it."""
    rounds = _open_rounds()
    found = list(Case.objects.filter(round__in=list(rounds), case_id=code)[:2])
    if len(found) != 1 or found[0].state in NOT_OPEN:
        return None
    found[0].round = rounds[found[0].round_id]
    return found[0]


def draft_of(case: Case, handle: str) -> Draft | None:
    """Give a draft of a case by the handle its writer's cookie holds."""
    return Draft.objects.filter(case=case, handle=handle).first()


def has_draft_with_pin(case: Case) -> bool:
    """Say whether a draft of a case waits for its PIN."""
    return Draft.objects.filter(case=case).exclude(pin_door="").exists()


def drafts_of_code(round_: Round, code: str) -> list[tuple[dt.datetime, dt.datetime]]:
    """Give when the drafts of a code were begun and last saved."""
    drafts = Draft.objects.filter(case__round=round_, case__case_id=code).order_by("pk")
    return list(drafts.values_list("started", "saved"))


def receipt_of(case: Case, handle: str = "") -> Receipt | None:
    """Give the receipt of a draft that was sent; without one, that of the first answer sent to the case."""
    sent = WebAnswer.objects.filter(response__case=case).select_related("response").order_by("pk")
    found = (sent.filter(handle=handle) if handle else sent).first()
    if found is None:
        return None
    disputed = WebGate.objects.filter(case=case, disputed__isnull=False).exists()
    return Receipt(found.receipt, timezone.localdate(found.response.taken), disputed)


def edition_of(round_: Round) -> Edition:
    """Give the edition of a round in the field, kept in memory; it is read again when its settings are written."""
    root = folder_of(round_)
    written = (root / "round.yaml").stat().st_mtime_ns
    with _one_reads:  # a burst begins with many threads that want the same
        return _edition(str(root), written)


def kind_of(case: Case) -> str | None:
    """Say whether the case is a person's or an organisation's, as the frame says; None where it does not."""
    return respondent_kind(folder_of(case.round), case.case_id)


def _open_rounds() -> dict[int, Round]:
    """Give the rounds that take answers on the web, as they were a moment ago: a burst asks for them once a second.

    What is sent is held against the round as it is then.
    """
    moment, rounds = _kept.get("open", (-math.inf, {}))
    if time.monotonic() - moment < KEPT:
        return rounds
    today = timezone.localdate()
    ended = Q(field_rules__allows_web=False) | Q(field_rules__web_until__lt=today)
    in_field = Round.objects.filter(state=RoundState.IN_FIELD).exclude(ended).select_related("unit")
    rounds = {round_.pk: round_ for round_ in in_field}
    _kept["open"] = time.monotonic(), rounds
    return rounds


_one_reads = threading.Lock()


@lru_cache(maxsize=64)
def _edition(root: str, written: int) -> Edition:
    del written
    return edition_in(Path(root))
