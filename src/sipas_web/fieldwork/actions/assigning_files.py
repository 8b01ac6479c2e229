"""Assignments out of a file: received, read row by row, taken in parts; a stop anywhere loses nothing."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from sipas_web.accounts.queries import Person
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.actions.assigning import Gift, give
from sipas_web.fieldwork.actions.importing import Note, advance, held_file, in_field, receive
from sipas_web.fieldwork.assignment_files import HEADS, AssignmentRow
from sipas_web.fieldwork.models import FileImport, ImportNote
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries import offices
from sipas_web.fieldwork.stored_files import Stored

KIND = "fieldwork.assignments"
UNKNOWN_PERSON = "fieldwork.interviewer_unknown"


@transaction.atomic
def receive_assignments(*, round_id: int, stored: Stored, by: Actor) -> FileImport:
    """Take in a list of assignments and have it read; needs ``fieldwork.case_assign`` over the round's unit."""
    round_ = in_field(round_id, Permission.CASE_ASSIGN, by)
    return receive(round_=round_, kind=FileImport.Kind.ASSIGNMENTS, job=KIND, stored=stored, by=by)


@transaction.atomic
def take_assignments(*, file_id: int, rows: Sequence[AssignmentRow], upto: int, by: Actor) -> None:
    """Give the cases of some rows of a file; what cannot be given is noted. Does nothing the second time."""
    file, round_ = held_file(file_id, Permission.CASE_ASSIGN, by)
    if file.done_rows >= upto:
        return
    codes = {row.office for row in rows}
    posts = dict(offices.offices_of(round_).filter(code__in=codes).values_list("code", "pk"))
    names = {row.person for row in rows if row.person}
    people = dict(Person.objects.filter(username__in=names).values_list("username", "pk"))
    unknown = [row for row in rows if row.person and row.person not in people]
    kept = [row for row in rows if not row.person or row.person in people]
    gifts = [Gift(row.case_id, posts.get(row.office, 0), people[row.person] if row.person else None) for row in kept]
    given = give(round_, gifts, reason=file.name, by=by)
    notes = [_note(row, UNKNOWN_PERSON) for row in unknown]
    notes += [_note(row, given.refused[row.case_id]) for row in kept if row.case_id in given.refused]
    figures = {"taken": given.moved, "repeated": given.same, "rejected": len(notes)}
    advance(file, upto, figures, sorted(notes, key=lambda note: note.row))
    details = figures | {"file": file.name}
    record(by=by, action="fieldwork.assignments_taken", subject=round_, unit=round_.unit, details=details)


def _note(row: AssignmentRow, code: str) -> Note:
    about = code.partition(".")[2].partition("_")[0]
    column = {"case": "case", "office": "office", "interviewer": "person"}[about]
    got = {"case": row.case_id, "office": row.office, "person": row.person}[column]
    return Note(row.row, ImportNote.Kind.REJECTED, code, HEADS[column][0], got)
