"""Reads for who answers on the web: which case a code opens, their draft, their receipt, the form."""

from __future__ import annotations

import datetime as dt
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


@dataclass(frozen=True, slots=True)
class Receipt:
    """That an answer came in: nothing of what it says."""

    number: str
    day: dt.date
    disputed: bool


def open_case(code: str) -> Case | None:
    """Give the case that a code opens today; None for one that is unknown or not open, and where two rounds share it.

    One query.
    """
    today = timezone.localdate()
    rules = Q(round__field_rules__isnull=True) | (
        Q(round__field_rules__allows_web=True)
        & (Q(round__field_rules__web_until__isnull=True) | Q(round__field_rules__web_until__gte=today))
    )
    in_field = Round.objects.filter(state=RoundState.IN_FIELD).values("pk")  # so that the index by round is used
    cases = Case.objects.filter(rules, round__in=in_field, case_id=code).exclude(state__in=NOT_OPEN)
    found = list(cases.select_related("round", "round__unit", "agency")[:2])
    return found[0] if len(found) == 1 else None


def draft_of(case: Case, handle: str) -> Draft | None:
    """Give a draft of a case by the handle its writer's cookie holds."""
    return Draft.objects.filter(case=case, handle=handle).first()


def has_draft_with_pin(case: Case) -> bool:
    """Say whether a draft of a case waits for its PIN."""
    return Draft.objects.filter(case=case).exclude(pin_door="").exists()


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
    return _edition(str(root), (root / "round.yaml").stat().st_mtime_ns)


def kind_of(case: Case) -> str | None:
    """Say whether the case is a person's or an organisation's, as the frame says; None where it does not."""
    return respondent_kind(folder_of(case.round), case.case_id)


@lru_cache(maxsize=64)
def _edition(root: str, written: int) -> Edition:
    del written
    return edition_in(Path(root))
