"""Finished dossiers as a list of a round: the sampling frame out of what is here already."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.jobs import actions as jobs
from sipas_web.jobs.queries import Job
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import listing as reads
from sipas_web.onestop.queries.dossiers import Dossier, Wanted
from sipas_web.onestop.queries.listing import Window
from sipas_web.privacy.actions.people import open_people
from sipas_web.privacy.identity import Identity
from sipas_web.rounds import frame_files
from sipas_web.rounds.actions import frame
from sipas_web.rounds.frame_words import HEADS
from sipas_web.rounds.permissions import Permission as OfRounds
from sipas_web.rounds.queries import Round, held
from sipas_web.rounds.queries.frame import FrameList
from sipas_web.shared.uploads import Received

PERSON = "onestop.applicant"
MOST_TAKEN = 100_000  # dossiers of one file that is taken along
PURPOSE = "onestop.sampling_frame"
KINDS = {"person": "Cá nhân", "organisation": "Tổ chức"}
COLUMNS = ("dossier_number", "name", "respondent_kind", "address", "phone", "email", "agency", "field", "procedure",
           "received_on", "due_on", "finished_on")  # fmt: skip


@transaction.atomic
def ask(*, round_: Round, window: Window, by: Actor) -> Job:
    """Have finished dossiers of a window written into a round's lists; needs the permissions of both apps there."""
    _require(round_, by)
    frame.refuse_where_fixed(round_, by)
    if not reads.count(by, window):
        raise ValidationError(_("No dossier was finished in this window at these agencies."))
    arguments = {"round": round_.pk, "first": window.first.isoformat(), "last": window.last.isoformat(),
                 "agencies": sorted(window.agencies) if window.agencies is not None else None}  # fmt: skip
    job = jobs.start(kind=reads.TO_ROUND, subject=round_, unit=round_.unit, by=by, arguments=arguments)
    record(by=by, action="onestop.list_asked", subject=round_, unit=round_.unit, details=arguments)
    return job


@transaction.atomic
def note_export(*, dossiers: QuerySet[Dossier], wanted: Wanted, by: Actor) -> None:
    """Record that a list of dossiers leaves, without applicants; needs ``onestop.dossier_view``."""
    by.require(Permission.DOSSIER_VIEW)
    rows = dossiers.order_by()[: MOST_TAKEN + 1].count()
    if rows > MOST_TAKEN:
        message = _("These are more than %(most)s dossiers: filter them first, by days or by field.")
        raise ValidationError(message, params={"most": number_format(MOST_TAKEN, force_grouping=True)})
    told = {"rows": rows, "unit": wanted.unit, "standing": wanted.standing,
            "from": str(wanted.first or ""), "to": str(wanted.last or "")}  # fmt: skip
    record(by=by, action="onestop.dossiers_exported", subject="onestop.dossier", details=told)


def write(*, round_: Round, window: Window, by: Actor) -> tuple[FrameList, int]:
    """Open the applicants, with one record, write the list and hand it to the round; a list that is there is given.

    Identities stand in the list of the round alone, which goes when the round's contacts go.
    """
    with tempfile.TemporaryFile("w+b", dir=settings.INCOMING_FOLDER) as out:
        with transaction.atomic():
            held_round = held(round_.pk)
            _require(held_round, by)
            rows = list(reads.rows(by, window, reads.names_in_lists(held_round)))
            tokens = {row["token"] for row in rows if row["token"]}
            people = open_people(kind=PERSON, tokens=tokens, purpose=PURPOSE, unit=held_round.unit, by=by)
        _write(out, rows, people)
        return _added(round_, _received(out, window), by), len(rows)


def _added(round_: Round, file: Received, by: Actor) -> FrameList:
    twin = FrameList.objects.filter(round=round_, sha256=file.sha256).first()
    if twin is not None:  # an earlier attempt at this work
        return twin
    staged = frame_files.stage(round_, file)
    try:
        return frame.add_list(round_=round_, staged=staged, province="", by=by)
    finally:
        Path(staged.path).unlink(missing_ok=True)


def _write(out: IO[bytes], rows: list[dict[str, Any]], people: Mapping[str, Identity]) -> None:
    for line in _lines(rows, people):
        out.write(line)
    out.flush()


def _lines(rows: list[dict[str, Any]], people: Mapping[str, Identity]) -> Iterator[bytes]:
    writer: Any = csv.writer(_Line())  # gives what its file's write gives
    yield "\ufeff".encode() + writer.writerow([HEADS[name] for name in COLUMNS])
    for row in rows:
        who = people.get(row["token"], Identity())
        found = {**row, "name": who.name, "address": who.address, "phone": who.phone, "email": who.email,
                 "respondent_kind": KINDS.get(row["kind"], "")}  # fmt: skip
        yield writer.writerow([_cell(found[name]) for name in COLUMNS])


class _Line:
    def write(self, text: str) -> bytes:
        return text.encode()


def _cell(value: object) -> str:
    return f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else str(value or "")


def _received(out: Any, window: Window) -> Received:
    size = out.tell()
    out.seek(0)
    digest = hashlib.file_digest(out, "sha256").hexdigest()
    out.seek(0)
    name = f"Hồ sơ một cửa {window.first:%d-%m-%Y} đến {window.last:%d-%m-%Y}.csv"
    return Received(out, name, "text/csv", size, digest)


def _require(round_: Round, by: Actor) -> None:
    by.require(OfRounds.FRAME_IMPORT, round_.unit)
    by.require(Permission.DOSSIER_IMPORT, round_.unit)
