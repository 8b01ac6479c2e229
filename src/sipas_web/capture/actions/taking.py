"""Taking answers: each content of a case once, one chosen, none lost."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.capture.models import Response
from sipas_web.capture.permissions import Permission
from sipas_web.fieldwork import actions as fieldwork
from sipas_web.fieldwork.actions import Note
from sipas_web.fieldwork.permissions import Permission as FieldPermission
from sipas_web.fieldwork.queries import Case, FileImport, ImportNote, Kind
from sipas_web.fieldwork.stored_files import Stored
from sipas_web.jobs import actions as jobs
from sipas_web.jobs.queries import Job
from sipas_web.rounds.queries import Round

KIND, SIMULATION = "capture.responses", "capture.simulation"
BESIDE = "capture.kept_beside"


@dataclass(frozen=True, slots=True)
class Given:
    """An answer to a case as it came in, judged by the edition's rule."""

    case_id: str
    mode: str
    received_on: dt.date | None
    answers: Mapping[str, Any]
    is_valid: bool
    invalid_reason: str
    source: str
    row: int = 0  # of a file

    @property
    def content_sha256(self) -> str:
        """Hash mode and answers in one way of writing."""
        content = [self.mode, {name: value for name, value in self.answers.items() if value is not None}]
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of answers."""

    new: int
    repeated: int
    beside: tuple[Given, ...]


@transaction.atomic
def receive_responses(*, round_id: int, stored: Stored, by: Actor) -> FileImport:
    """Take in a file of answers and have it read; needs ``capture.response_import`` in a round in the field."""
    round_ = fieldwork.in_field(round_id, Permission.RESPONSE_IMPORT, by)
    return fieldwork.receive(round_=round_, kind=Kind.RESPONSES, job=KIND, stored=stored, by=by)


@transaction.atomic
def ask_simulation(*, round_id: int, by: Actor) -> Job:
    """Have the field work of a simulated round made up; needs both imports' permissions."""
    round_ = _simulated(round_id, by)
    job = jobs.start(kind=SIMULATION, subject=round_, unit=round_.unit, by=by, arguments={"round": round_.pk})
    record(by=by, action="capture.simulation_asked", subject=round_, unit=round_.unit)
    return job


@transaction.atomic
def receive_simulated(*, round_id: int, kind: str, stored: Stored, by: Actor) -> FileImport:
    """Write down a made-up file; its work is the caller's."""
    return fieldwork.receive(round_=_simulated(round_id, by), kind=kind, job="", stored=stored, by=by)


@transaction.atomic
def take_answers(*, file_id: int, given: Sequence[Given], upto: int, by: Actor) -> None:
    """Take some answers of a file; cases and counts move with them. Does nothing the second time."""
    file, round_ = fieldwork.held_file(file_id, Permission.RESPONSE_IMPORT, by)
    if file.done_rows >= upto:
        return
    taken = accept(round_, given)
    notes = [Note(g.row, ImportNote.Kind.BESIDE, BESIDE, got=g.case_id) for g in taken.beside]
    figures = {"taken": taken.new, "repeated": taken.repeated, "beside": len(notes)}
    fieldwork.advance(file, upto, figures, notes)
    record(by=by, action="capture.answers_taken", subject=file, unit=round_.unit, details=figures)


def accept(round_: Round, given: Sequence[Given]) -> Taken:
    """Write answers to cases of a round that the caller holds: the first valid one is chosen, others stand beside.

    Until a valid one comes the first of all is chosen. The same mode and answers again are the same answer.
    """
    cases = dict(Case.objects.filter(round=round_, case_id__in={g.case_id for g in given}).values_list("case_id", "pk"))
    there = _responses_of(cases.values())
    new: list[Response] = []
    beside: list[Given] = []
    dethroned: list[int] = []
    moved: dict[str, bool] = {}
    days: Counter[tuple[dt.date, str, str]] = Counter()
    for one in given:
        held = there[cases[one.case_id]]
        sha = one.content_sha256
        if sha in held:
            continue
        chosen = next((r for r in held.values() if r.is_chosen), None)
        response = _response(cases[one.case_id], one, sha, is_chosen=_wins(one, chosen))
        if chosen is not None:
            beside.append(one)
        if response.is_chosen:
            _count_day(days, response, is_first=chosen is None)
            moved[one.case_id] = one.is_valid
            if chosen is not None:
                chosen.is_chosen = False
                dethroned += [chosen.pk] if chosen.pk else []
        held[sha] = response
        new.append(response)
    Response.objects.filter(pk__in=dethroned).update(is_chosen=False)
    Response.objects.bulk_create(new)
    fieldwork.put_answers(round_.pk, moved, days)
    return Taken(len(new), len(given) - len(new), tuple(beside))


def _wins(one: Given, chosen: Response | None) -> bool:
    return chosen is None or (one.is_valid and not chosen.is_valid)


def _count_day(days: Counter[tuple[dt.date, str, str]], response: Response, *, is_first: bool) -> None:
    day = response.received_on or timezone.localdate(response.taken)
    if is_first:
        days[day, response.mode, "answers"] += 1
    if response.is_valid:
        days[day, response.mode, "valid"] += 1


def _response(case: int, one: Given, sha: str, *, is_chosen: bool) -> Response:
    return Response(
        case_id=case,
        mode=one.mode,
        received_on=one.received_on,
        answers={name: value for name, value in one.answers.items() if value is not None},
        content_sha256=sha,
        is_valid=one.is_valid,
        invalid_reason=one.invalid_reason,
        is_chosen=is_chosen,
        source=one.source,
    )


def _responses_of(cases: Any) -> dict[int, dict[str, Response]]:
    found: dict[int, dict[str, Response]] = defaultdict(dict)
    known = Response.objects.filter(case__in=list(cases)).defer("answers").order_by("pk")
    for response in known:
        found[response.case_id][response.content_sha256] = response
    return found


def _simulated(round_id: int, by: Actor) -> Round:
    round_ = fieldwork.in_field(round_id, Permission.RESPONSE_IMPORT, by)
    by.require(FieldPermission.VISIT_IMPORT, round_.unit)
    if not round_.is_simulated:
        raise ValidationError(_("This is a real round: nothing may be made up in it."))
    return round_
