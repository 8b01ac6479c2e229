"""Long work of answers: reading files, making up the field work of a simulated round."""

from __future__ import annotations

import hashlib
import heapq
from typing import Any

import polars as pl

from sipas.errors import SipasError
from sipas.rounds import ResponsesRead, acting_as, read_response_file, simulated_field
from sipas_web.capture import actions
from sipas_web.capture.actions import Given
from sipas_web.capture.permissions import Permission
from sipas_web.fieldwork import actions as fieldwork
from sipas_web.fieldwork import queries
from sipas_web.fieldwork.queries import FileImport, ImportNote, Kind
from sipas_web.fieldwork.stored_files import place_of, stored_for
from sipas_web.fieldwork.tasks import notes_of, take_visit_file
from sipas_web.jobs.faults import stored
from sipas_web.jobs.registry import Work, handles
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.queries import Round, by_id

ROWS_AT_ONCE = 1_000
HEADS = frozenset({"row", "case_id", "mode", "received_on", "valid", "invalid_reason"})
CELL = ImportNote.Kind.CELL
VISITS_NAME, FORMS_NAME = "lan-den-mo-phong.csv", "phieu-mo-phong.csv"


@handles("capture.responses", quick=True)
def import_responses(work: Work) -> dict[str, Any]:
    """Read a file of answers and take its rows."""
    return take_response_file(queries.file_by_id(work.arguments["file"]), work, 0.0, 1.0)


@handles("capture.simulation")
def simulate(work: Work) -> dict[str, Any]:
    """Make up visits and answers and take them as files of people are taken."""
    round_ = by_id(work.arguments["round"])
    with acting_as(work.actor.name):
        field, _truth = simulated_field(folder_of(round_))
    work.progress(0.1, "capture.simulating")
    visits = _simulated_file(round_, Kind.VISITS, VISITS_NAME, field.visits, work)
    taken = take_visit_file(visits, work, 0.1, 0.5)
    forms = _simulated_file(round_, Kind.RESPONSES, FORMS_NAME, field.forms, work)
    return {"visits": taken, "responses": take_response_file(forms, work, 0.5, 1.0)}


def take_response_file(file: FileImport, work: Work, start: float, end: float) -> dict[str, Any]:
    """Judge a stored file of answers and take it in parts; the progress of the work goes from start to end."""
    held: dict[str, Any] = {"file_id": file.pk, "permission": Permission.RESPONSE_IMPORT, "by": work.actor}
    if file.finished:
        return dict(file.report)
    try:
        read = _read(file)
    except SipasError as error:
        fieldwork.refuse(error=stored(error), **held)
        raise
    refused, cells = notes_of(read.rejected, ImportNote.Kind.REJECTED), notes_of(read.findings, CELL, "code")
    notes = heapq.merge(refused, cells, key=lambda note: note.row)  # both sorted by row; never all in memory
    fieldwork.begin(rows=read.rows, rejected=read.rejected.height, notes=notes, **held)
    responses = _left(read.responses, file)
    total = responses.height
    for first in range(0, total, ROWS_AT_ONCE):
        part = responses[first : first + ROWS_AT_ONCE].iter_rows(named=True)
        given = [_given(row, file.name) for row in part]
        actions.take_answers(file_id=file.pk, given=given, upto=given[-1].row, by=work.actor)
        work.progress(start + (end - start) * (first + len(given)) / total, "fieldwork.taking_rows")
    return fieldwork.finish(**held)


def _read(file: FileImport) -> ResponsesRead:
    issued = pl.Series(list(queries.issued_codes(file.round)), dtype=pl.String)
    return read_response_file(folder_of(file.round), place_of(file.stored), name=file.name, issued=issued)


def _left(responses: pl.DataFrame, file: FileImport) -> pl.DataFrame:
    """Leave out what an earlier attempt took or refused: a case issued meanwhile does not change the report."""
    if not file.report:
        return responses
    refused = pl.Series(list(queries.refused_rows(file)), dtype=pl.Int64)
    return responses.filter((pl.col("row") > file.done_rows) & ~pl.col("row").is_in(refused.implode()))


def _given(row: dict[str, Any], name: str) -> Given:
    texts = {n: v.replace("\x00", "") if isinstance(v, str) else v for n, v in row.items() if n not in HEADS}
    return Given(
        case_id=row["case_id"],
        mode=row["mode"],
        received_on=row["received_on"],
        answers=texts,
        is_valid=row["valid"],
        invalid_reason=row["invalid_reason"] or "",
        source=f"{name}: {row['row']}",
        row=row["row"],
    )


def _simulated_file(round_: Round, kind: str, name: str, table: pl.DataFrame, work: Work) -> FileImport:
    """Give the import of a made-up file: the one of an earlier attempt, or a new one."""
    content = table.write_csv().encode()
    found = queries.simulated_file(round_, kind, hashlib.sha256(content).hexdigest())
    if found is not None:
        return queries.file_by_id(found.pk)
    with stored_for(name, [content]) as kept:
        return actions.receive_simulated(round_id=round_.pk, kind=kind, stored=kept, by=work.actor)
