"""Answers sent on the web. Those that come at the same moment share one transaction: the round is held once for all."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from sipas.sampling.numbers import BASE32
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.capture import draft_seal as seal
from sipas_web.capture.actions.self_completion import RESPONDENT
from sipas_web.capture.actions.taking import Given, accept
from sipas_web.capture.door import Door
from sipas_web.capture.models import Draft, Response, WebAnswer, WebSalt, WebTrace
from sipas_web.capture.turns import in_turn
from sipas_web.fieldwork.queries import Case, State
from sipas_web.rounds.queries import Round, held
from sipas_web.rounds.queries import State as RoundState

MODE = "web"
RECEIPT = 12  # characters
SALT = 16  # bytes


@dataclass(frozen=True, slots=True)
class Sending:
    """An answer on its way in."""

    round_id: int
    case: int
    code: str
    handle: str
    answers: Mapping[str, Any]
    is_valid: bool
    invalid_reason: str
    language: str
    notice: str
    seconds: Mapping[str, int]
    pages: int
    minutes: int
    device: str  # what is hashed: a random text of the browser's cookie, and the network
    network: str

    @property
    def given(self) -> Given:
        """Give it as answers of every mode come in."""
        today = timezone.localdate()
        return Given(self.code, MODE, today, self.answers, self.is_valid, self.invalid_reason, source=MODE)


def send(sending: Sending) -> str:
    """Hand an answer in; gives the number of its receipt, empty where the round takes no more.

    Sent again, or the same answers to the same case from another window, it is the same receipt.
    """
    return _door.pass_through(sending.round_id, sending)


@in_turn
@transaction.atomic
def take_together(*, round_id: int, arrived: Callable[[], Sequence[Sending]], by: Actor) -> list[str]:
    """Take answers of one round, recorded in one line without any address; gives their receipts.

    Holds the round: a freeze comes before all of them or after all of them. Who has arrived is asked once the round is
    held, so that those who came while another process held it go along.
    """
    round_ = held(round_id)
    sendings = arrived()
    if round_.state != RoundState.IN_FIELD:
        return ["" for _sending in sendings]
    closed = set(
        Case.objects.filter(pk__in=[s.case for s in sendings], state=State.WITHDRAWN).values_list("pk", flat=True)
    )
    there = dict(WebAnswer.objects.filter(handle__in=[s.handle for s in sendings]).values_list("handle", "receipt"))
    new = {s.handle: s for s in sendings if s.handle not in there and s.case not in closed}
    if new:
        there |= _take(round_, list(new.values()), by)
    Draft.objects.filter(handle__in=there).delete()
    return [there.get(s.handle, "") for s in sendings]


def _take(round_: Round, sendings: list[Sending], by: Actor) -> dict[str, str]:
    taken = accept(round_, [s.given for s in sendings])
    receipts = _receipts(sendings)
    _leave_marks(round_, sendings)
    figures = {"answers": len(sendings), "taken": taken.new, "repeated": taken.repeated, "beside": len(taken.beside)}
    record(by=by, action="capture.web_answers_taken", subject=round_, unit=round_.unit, details=figures)
    return receipts


def _receipts(sendings: list[Sending]) -> dict[str, str]:
    """Write a receipt for each answer; two with the same content share the first one's."""
    contents = {(s.case, s.given.content_sha256) for s in sendings}
    rows = Response.objects.filter(case__in={case for case, _sha in contents}).select_related("web").defer("answers")
    responses = {(r.case_id, r.content_sha256): r for r in rows}
    made: dict[int, WebAnswer] = {r.pk: r.web for r in responses.values() if hasattr(r, "web")}
    new: list[WebAnswer] = []
    receipts = {}
    for s in sendings:
        response = responses[s.case, s.given.content_sha256]
        if response.pk not in made:
            made[response.pk] = _web_answer(response, s)
            new.append(made[response.pk])
        receipts[s.handle] = made[response.pk].receipt
    WebAnswer.objects.bulk_create(new)
    return receipts


def _web_answer(response: Response, s: Sending) -> WebAnswer:
    number = "".join(secrets.choice(BASE32) for _ in range(RECEIPT))
    return WebAnswer(
        response=response, receipt=number, handle=s.handle, notice=s.notice, language=s.language,
        seconds=dict(s.seconds), pages=s.pages, minutes=s.minutes,
    )  # fmt: skip


def _leave_marks(round_: Round, sendings: list[Sending]) -> None:
    """Keep where answers came from as keyed hashes, to notice many codes from one place."""
    salt = WebSalt.objects.get_or_create(round=round_, defaults={"salt": secrets.token_bytes(SALT)})[0].salt
    marks = [
        WebTrace(round=round_, kind=kind, mark=seal.keyed_hash(kind, bytes(salt), text), case_id=s.case)
        for s in sendings
        for kind, text in ((WebTrace.Kind.DEVICE, s.device), (WebTrace.Kind.NETWORK, s.network))
        if text
    ]
    WebTrace.objects.bulk_create(marks, ignore_conflicts=True)


def _together(round_id: int, arrived: Callable[[], Sequence[Sending]]) -> list[str]:
    return take_together(round_id=round_id, arrived=arrived, by=RESPONDENT)


_door = Door(_together)
