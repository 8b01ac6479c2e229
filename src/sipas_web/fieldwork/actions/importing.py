"""Files of visits and answers: received, judged by the library, taken in parts; a stop anywhere loses nothing."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.actions.assigning import take_place
from sipas_web.fieldwork.actions.counting import Moves, count_days
from sipas_web.fieldwork.actions.standing import stand_by_answer, stand_by_visits, stand_in_place
from sipas_web.fieldwork.models import Case, FileImport, ImportNote, Visit
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.stored_files import Stored
from sipas_web.jobs import actions as jobs
from sipas_web.rounds import states
from sipas_web.rounds.queries import Round, State, held

KIND = "fieldwork.visits"
MOST_NOTES = 100_000  # listed; all are counted
OTHER_CONTENT = "fieldwork.visit_differs"


@dataclass(frozen=True, slots=True)
class Note:
    """What is said of a row of a file."""

    row: int
    kind: str
    code: str
    column: str = ""
    got: str = ""


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit out of a file, judged good."""

    row: int
    case_id: str
    number: int
    day: dt.date
    mode: str
    outcome: str
    interviewer: str
    replaced_by: str


@transaction.atomic
def receive_visits(*, round_id: int, stored: Stored, by: Actor) -> FileImport:
    """Take in a file of visits and have it read; needs ``fieldwork.visit_import`` in a round in the field."""
    round_ = in_field(round_id, Permission.VISIT_IMPORT, by)
    return receive(round_=round_, kind=FileImport.Kind.VISITS, job=KIND, stored=stored, by=by)


def receive(*, round_: Round, kind: str, job: str, stored: Stored, by: Actor) -> FileImport:
    """Write a received file down and start the work; in the caller's transaction, which asked for the permission."""
    file = FileImport.objects.create(
        round=round_, kind=kind, name=stored.name, stored=stored.path, size=stored.size, sha256=stored.sha256,
        is_simulated=round_.is_simulated, created_by=by.name,
    )  # fmt: skip
    if job:
        jobs.start(kind=job, subject=file, unit=round_.unit, by=by, arguments={"file": file.pk})
    details = {"file": file.name, "sha256": file.sha256, "kind": kind}
    record(by=by, action="fieldwork.file_received", subject=file, unit=round_.unit, details=details)
    return file


@transaction.atomic
def begin(*, file_id: int, permission: str, rows: int, rejected: int, notes: Iterable[Note], by: Actor) -> None:
    """Write what the library refused of a file; once."""
    file, round_ = held_file(file_id, permission, by)
    if "rows" in file.report:
        return
    listed = write_notes(file, notes)
    file.report = {"rows": rows, "rejected": rejected, "taken": 0, "repeated": 0, "beside": 0, "listed": listed}
    file.error = None
    file.save(update_fields=["report", "error"])
    details = {"rows": rows, "rejected": rejected}
    record(by=by, action="fieldwork.file_read", subject=file, unit=round_.unit, details=details)


@transaction.atomic
def refuse(*, file_id: int, permission: str, error: Mapping[str, Any], by: Actor) -> None:
    """Write that a file as a whole could not be read."""
    file, round_ = held_file(file_id, permission, by)
    file.error = dict(error)
    file.save(update_fields=["error"])
    details = {"code": str(error.get("code", ""))}
    record(by=by, action="fieldwork.file_refused", subject=file, unit=round_.unit, details=details)


@transaction.atomic
def take_visits(*, file_id: int, rows: Sequence[VisitRow], upto: int, by: Actor) -> None:
    """Take some visits of a file: cases, their states and the counts move with them. Does nothing the second time."""
    file, round_ = held_file(file_id, Permission.VISIT_IMPORT, by)
    if file.done_rows >= upto:
        return
    moves = Moves(round_.pk, _cases(round_, {r.case_id for r in rows} | {r.replaced_by for r in rows if r.replaced_by}))
    visits = _visits_of(moves.cases[r.case_id] for r in rows)
    new, notes = _new_visits(rows, moves, visits)
    Visit.objects.bulk_create(new)
    for case_id in sorted({r.case_id for r in rows}):
        case = moves.cases[case_id]
        stand_by_visits(case, [v for _number, v in sorted(visits[case.pk].items()) if v.voided is None])
        if case.replaced_by:
            _put_in_place(moves, case)
    moves.put(given_by=by.name, reason=file.name)
    days: Counter[tuple[dt.date, str, str]] = Counter((v.day, v.mode, "visits") for v in new)
    count_days(round_.pk, days)
    figures = {"taken": len(new), "rejected": len(notes), "repeated": len(rows) - len(new) - len(notes)}
    advance(file, upto, figures, notes)
    record(by=by, action="fieldwork.visits_taken", subject=file, unit=round_.unit, details=figures)


@transaction.atomic
def finish(*, file_id: int, permission: str, by: Actor) -> dict[str, Any]:
    """Close an import whose rows are all judged; gives its counts."""
    file, round_ = held_file(file_id, permission, by)
    if file.finished is None:
        file.finished = timezone.now()
        file.save(update_fields=["finished"])
        record(by=by, action="fieldwork.file_finished", subject=file, unit=round_.unit, details=file.report)
    return dict(file.report)


def put_answers(round_id: int, answers: Mapping[str, bool], days: Counter[tuple[dt.date, str, str]]) -> None:
    """Bring cases (by code) up to date with whether their chosen answer is valid; inside the caller's action."""
    moves = Moves(round_id, Case.objects.filter(round=round_id, case_id__in=answers))
    for case_id, is_valid in answers.items():
        stand_by_answer(moves.cases[case_id], is_valid=is_valid)
    moves.put()
    count_days(round_id, days)


def in_field(round_id: int, permission: str, by: Actor) -> Round:
    """Hold a round that is in the field, for someone who may."""
    round_ = held(round_id)
    by.require(permission, round_.unit)
    states.refuse_unless(round_, State.IN_FIELD)
    return round_


def held_file(file_id: int, permission: str, by: Actor) -> tuple[FileImport, Round]:
    """Hold the round of a file, then read the file as it is now."""
    round_ = in_field(FileImport.objects.values_list("round_id", flat=True).get(pk=file_id), permission, by)
    return FileImport.objects.get(pk=file_id), round_


def write_notes(file: FileImport, notes: Iterable[Note]) -> int:
    """List notes of a file, as many as are listed; gives how many are now."""
    listed = int(file.report.get("listed", 0))
    made = [
        ImportNote(file=file, row=n.row, kind=n.kind, code=n.code, column=n.column, got=n.got)
        for n, _place in zip(notes, range(listed, MOST_NOTES), strict=False)
    ]
    ImportNote.objects.bulk_create(made, batch_size=1000)
    return listed + len(made)


def advance(file: FileImport, upto: int, figures: Mapping[str, int], notes: Sequence[Note]) -> None:
    """Note how far a file is taken, with its counts."""
    listed = write_notes(file, notes)
    file.report = file.report | {n: file.report[n] + c for n, c in figures.items()} | {"listed": listed}
    file.done_rows = upto
    file.save(update_fields=["report", "done_rows"])


def _cases(round_: Round, case_ids: set[str]) -> QuerySet[Case]:
    return Case.objects.filter(round=round_, case_id__in=case_ids)


def _visits_of(cases: Iterable[Case]) -> dict[int, dict[int, Visit]]:
    found: dict[int, dict[int, Visit]] = defaultdict(dict)
    for visit in Visit.every.filter(case__in={case.pk for case in cases}):  # the number of one taken back is used up
        found[visit.case_id][visit.number] = visit
    return found


def _put_in_place(moves: Moves, case: Case) -> None:
    """Issue the reserve that a file names for a case, to whoever holds that case."""
    reserve = moves.cases.get(case.replaced_by)
    if reserve is not None and reserve.role == "reserve":
        stand_in_place(reserve, case)
        take_place(reserve, case)


def _new_visits(
    rows: Sequence[VisitRow], moves: Moves, visits: dict[int, dict[int, Visit]]
) -> tuple[list[Visit], list[Note]]:
    """Add the visits that are not there yet to ``visits``; one that says otherwise than what is there is refused."""
    new: list[Visit] = []
    notes: list[Note] = []
    for row in rows:
        case = moves.cases[row.case_id]
        visit = Visit(
            case=case, number=row.number, day=row.day, mode=row.mode, outcome=row.outcome,
            interviewer=row.interviewer, replaced_by=row.replaced_by,
        )  # fmt: skip
        there = visits[case.pk].setdefault(row.number, visit)
        if there is visit:
            new.append(visit)
        elif _content(there) != _content(visit):
            notes.append(Note(row.row, ImportNote.Kind.REJECTED, OTHER_CONTENT, got=row.case_id))
    return new, notes


def _content(visit: Visit) -> tuple[object, ...]:
    return visit.day, visit.mode, visit.outcome, visit.interviewer, visit.replaced_by
