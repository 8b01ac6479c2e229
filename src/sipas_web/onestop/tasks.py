"""Long work on dossiers: imports, names put right, lists for a round."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError

from sipas.errors import SipasError
from sipas_web.jobs import faults
from sipas_web.jobs.registry import Result, Work, handles
from sipas_web.onestop import dossier_files
from sipas_web.onestop.actions import dossiers_listing
from sipas_web.onestop.actions import importing as actions
from sipas_web.onestop.actions import sources_names as names
from sipas_web.onestop.actions.importing_rows import take_names, take_rows
from sipas_web.onestop.import_pass import Whole, read_whole, refuse_where_moved
from sipas_web.onestop.queries import listing
from sipas_web.onestop.queries import sources as reads
from sipas_web.onestop.queries.listing import Window
from sipas_web.onestop.queries.sources import DossierFile, FileState
from sipas_web.onestop.reading import Habits
from sipas_web.rounds.frame_files import renamed
from sipas_web.rounds.queries import by_id

READ, WRITTEN = 0.35, 0.97  # shares of the work


@handles(reads.IMPORT)
def import_dossiers(work: Work) -> Result:
    """Import a file; broken off anywhere and begun again it ends the same."""
    file = reads.file_by_id(work.arguments["file"])
    if file.state == FileState.DONE:
        return dict(file.counts)
    actions.refuse_where_changed(file, work.actor)
    stored = file.stored
    try:
        whole = _read(file, work)
    except (SipasError, ValidationError) as error:
        told = renamed(error, {stored: file.name}) if isinstance(error, SipasError) else error
        actions.refuse(file=file, error=faults.stored(told), by=work.actor)
        raise told from error
    counts = _write(file, whole, work)
    dossier_files.remove(stored, file.pk)
    return counts


def _read(file: DossierFile, work: Work) -> Whole:
    habits = Habits(file.as_of, file.source.closes_at, file.source.adds_waiting)

    def tell(rows: int) -> None:
        work.progress(READ * min(rows / max(file.rows, 1), 1.0), "onestop.reading")

    path = dossier_files.path_of(file.stored)
    mapping = work.arguments["mapping"]
    whole = read_whole(path, file_id=file.pk, mapping=mapping, habits=habits, tell=tell)
    known = reads.days_of_receipt(file.source, whole.sample()["dossier_number"].to_list())
    refuse_where_moved(whole, known, mapping["columns"].get("received_on", ""))
    return whole


def _write(file: DossierFile, whole: Whole, work: Work) -> dict[str, Any]:
    known = take_names(
        file=file, agencies=sorted(whole.names["agency"]), fields=sorted(whole.names["field"]),
        procedures=sorted(whole.procedures), by=work.actor,
    )  # fmt: skip
    newer = reads.numbers_in_later_files(file)
    older = written = 0
    for batch in whole.batches():
        rows = batch.filter(~batch["dossier_number"].is_in(newer.implode())) if len(newer) else batch
        older += batch.height - rows.height
        take_rows(file=file, names=known, rows=rows, has_people=whole.has_people, by=work.actor)
        written += batch.height
        work.progress(READ + (WRITTEN - READ) * written / max(whole.taken, 1), "onestop.writing")
    work.progress(WRITTEN, "onestop.counting")
    found = actions.Found(
        whole.taken, sum(whole.rejected.values()), whole.repeated, older, whole.span, whole.as_bytes()
    )
    return actions.finish(file=file, found=found, mapping=work.arguments["mapping"], by=work.actor)


@handles(reads.RECOUNT, quick=True)
def recount(work: Work) -> Result:
    """Have dossiers follow the names of their source, and count anew."""
    return {"moved": names.apply(source_id=work.arguments["source"], by=work.actor)}


@handles(listing.TO_ROUND)
def to_round(work: Work) -> Result:
    """Write finished dossiers into a list of a round."""
    told = work.arguments
    agencies = frozenset(told["agencies"]) if told["agencies"] is not None else None
    window = Window(dt.date.fromisoformat(told["first"]), dt.date.fromisoformat(told["last"]), agencies)
    work.progress(0.1, "onestop.opening")
    made, rows = dossiers_listing.write(round_=by_id(told["round"]), window=window, by=work.actor)
    return {"list": made.pk, "rows": rows}
