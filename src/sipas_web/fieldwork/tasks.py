"""Long work of the field: issuing cases, reading files of visits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from sipas.errors import SipasError
from sipas.rounds import acting_as, drawn_cases, field_list, read_visit_file, sample_hash
from sipas_web.fieldwork import actions, queries
from sipas_web.fieldwork.actions import Note, VisitRow, assigning_files, planning
from sipas_web.fieldwork.assignment_files import read_assignments
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries import FileImport, ImportNote, plans
from sipas_web.fieldwork.stored_files import place_of
from sipas_web.jobs.faults import stored
from sipas_web.jobs.registry import Work, handles
from sipas_web.privacy.actions import put_contacts
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.queries import Round, State, by_id

CASES_AT_ONCE = 2_000
CONTACTS_DROPPED = "round.contacts_dropped"
ROWS_AT_ONCE = 1_000


@handles("fieldwork.issue", quick=True)
def issue(work: Work) -> dict[str, Any]:
    """Write every drawn case once, then send the round into the field."""
    round_ = by_id(work.arguments["round"])
    if round_.state == State.IN_FIELD:
        return {}
    with acting_as(work.actor.name):
        cases = drawn_cases(folder_of(round_))
    mark = sample_hash(folder_of(round_))
    official = cases.group_by("agency").agg((pl.col("role") == "official").sum())
    begin: dict[str, Any] = {
        "round_id": round_.pk,
        "sample_sha256": mark,
        "cases": cases.height,
        "agencies": dict(official.rows()),
    }
    while not actions.begin_issue(**begin, by=work.actor):
        actions.forget_cases(round_id=round_.pk, most=CASES_AT_ONCE, by=work.actor)
    for start in range(0, cases.height, CASES_AT_ONCE):
        actions.issue_part(round_id=round_.pk, rows=cases[start : start + CASES_AT_ONCE].to_dicts(), by=work.actor)
        work.progress(0.5 * min(1.0, (start + CASES_AT_ONCE) / cases.height), "fieldwork.writing_cases")
    _put_contacts(round_, cases, work)
    again = sample_hash(folder_of(round_))
    return {"cases": actions.finish_issue(round_id=round_.pk, sample_sha256=again, by=work.actor)}


def _put_contacts(round_: Round, cases: pl.DataFrame, work: Work) -> None:
    """Carry the contacts of the sample from the round's folder into the store; those dropped already stay away."""
    try:
        with acting_as(work.actor.name):
            listed = field_list(folder_of(round_))
    except SipasError as error:
        if error.code != CONTACTS_DROPPED:
            raise
        return
    # A sample drawn anew meanwhile has other codes: contacts are never there without their case.
    contacts = listed.join(cases, on="case_id", how="semi").sort("case_id").drop("list", "role", "order")
    for start in range(0, contacts.height, CASES_AT_ONCE):
        rows = [(row.pop("case_id"), row) for row in contacts[start : start + CASES_AT_ONCE].to_dicts()]
        put_contacts(round_=round_, rows=rows, by=work.actor)
        work.progress(0.5 + 0.5 * min(1.0, (start + CASES_AT_ONCE) / contacts.height), "fieldwork.writing_contacts")


@handles("fieldwork.visits", quick=True)
def import_visits(work: Work) -> dict[str, Any]:
    """Read a file of visits and take its rows."""
    return take_visit_file(queries.file_by_id(work.arguments["file"]), work, 0.0, 1.0)


@handles(assigning_files.KIND, quick=True)
def import_assignments(work: Work) -> dict[str, Any]:
    """Read a list of assignments and give its cases."""
    file = queries.file_by_id(work.arguments["file"])
    held: dict[str, Any] = {"file_id": file.pk, "permission": Permission.CASE_ASSIGN, "by": work.actor}
    if file.finished:
        return dict(file.report)
    try:
        rows, wrong = read_assignments(place_of(file.stored), file.name)
    except SipasError as error:
        actions.refuse(error=stored(error), **held)
        raise
    notes = [Note(w.row, ImportNote.Kind.REJECTED, w.code, w.column, w.got.replace("\x00", "")) for w in wrong]
    actions.begin(rows=len(rows) + len(wrong), rejected=len(wrong), notes=notes, **held)
    for first in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[first : first + ROWS_AT_ONCE]
        assigning_files.take_assignments(file_id=file.pk, rows=part, upto=first + len(part), by=work.actor)
        work.progress((first + len(part)) / len(rows), "fieldwork.taking_rows")
    return actions.finish(**held)


@handles(planning.SUGGEST, quick=True)
def suggest_plan(work: Work) -> dict[str, Any]:
    """Work out a plan of a large round."""
    planning.work_out(plan_id=work.arguments["plan"], by=work.actor)
    return {}


@handles(planning.CARRY_OUT)
def carry_out_plan(work: Work) -> dict[str, Any]:
    """Give cases as an accepted plan says."""
    while planning.carry_out_part(plan_id=work.arguments["plan"], by=work.actor):
        work.progress(plans.share_done(work.arguments["plan"]), "fieldwork.giving_cases")
    return {}


def take_visit_file(file: FileImport, work: Work, start: float, end: float) -> dict[str, Any]:
    """Judge a stored file of visits and take it in parts; the progress of the work goes from start to end."""
    held: dict[str, Any] = {"file_id": file.pk, "permission": Permission.VISIT_IMPORT, "by": work.actor}
    if file.finished:
        return dict(file.report)
    try:
        read = read_visit_file(folder_of(file.round), place_of(file.stored), name=file.name)
    except SipasError as error:
        actions.refuse(error=stored(error), **held)
        raise
    total = read.visits.height
    rejected = notes_of(read.rejected, ImportNote.Kind.REJECTED)
    actions.begin(rows=total + read.rejected.height, rejected=read.rejected.height, notes=rejected, **held)
    # By case, so that one part holds all visits of a case and few parts touch the same one.
    visits = read.visits.with_columns(read.rows.alias("row")).sort("case_id", "visit")
    for first in range(0, total, ROWS_AT_ONCE):
        rows = [_visit(row) for row in visits[first : first + ROWS_AT_ONCE].iter_rows(named=True)]
        actions.take_visits(file_id=file.pk, rows=rows, upto=first + len(rows), by=work.actor)
        work.progress(start + (end - start) * (first + len(rows)) / total, "fieldwork.taking_rows")
    return actions.finish(**held)


def notes_of(rejected: pl.DataFrame, kind: str, code: str = "reason") -> Iterator[Note]:
    """Give rows of the library's ``rejected`` or ``findings`` as notes."""
    for row, column, why, got in rejected.select("row", "column", code, "got").iter_rows():
        yield Note(row, kind, why, column or "", (got or "").replace("\x00", ""))


def _visit(row: dict[str, Any]) -> VisitRow:
    return VisitRow(
        row=row["row"],
        case_id=row["case_id"],
        number=row["visit"],
        day=row["date"],
        mode=row["mode"],
        outcome=row["outcome"],
        interviewer=(row["interviewer"] or "").replace("\x00", ""),
        replaced_by=row["replaced_by"] or "",
    )
