"""Files of dossiers: handed in, their columns named, imported, refused, taken away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.jobs import actions as jobs
from sipas_web.jobs.queries import Job
from sipas_web.onestop import dossier_files
from sipas_web.onestop.actions.dossiers_counting import recount
from sipas_web.onestop.actions.sources import put_mapping
from sipas_web.onestop.dossier_files import Staged
from sipas_web.onestop.models import Dossier, DossierFile, DossierFileKeys, DossierSource, FileState
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import sources as reads
from sipas_web.units.queries import today

REJECTED_DAYS = 30  # the office's own estimate: rows that were not taken hold identities


@dataclass(frozen=True, slots=True)
class Found:
    """What was read of a file."""

    taken: int
    rejected: int
    repeated: int
    older: int  # rows of dossiers that a file made later brought already
    span: tuple[dt.date, dt.date] | None  # first and last day of receipt
    numbers: bytes  # Parquet


@transaction.atomic
def hand_in(*, source: DossierSource, staged: Staged, as_of: dt.date, by: Actor) -> DossierFile:
    """Take a file; needs ``onestop.dossier_import``. Refused: one that is there byte for byte, one of a later day."""
    by.require(Permission.DOSSIER_IMPORT, source.unit)
    if as_of > today():
        raise ValidationError(_("The file cannot have been made on a day still to come."))
    _refuse_twin(source, staged)
    made = DossierFile.objects.create(
        source=source, name=staged.name, stored=staged.path.name, size=staged.size, sha256=staged.sha256,
        rows=staged.rows, as_of=as_of, missing=list(staged.missing), uploaded_by=by.name,
    )  # fmt: skip
    told = {"file": staged.name, "sha256": staged.sha256, "rows": staged.rows, "as_of": as_of.isoformat()}
    record(by=by, action="onestop.file_handed_in", subject=made, unit=source.unit, details=told)
    return made


@transaction.atomic
def remove(*, file: DossierFile, by: Actor) -> None:
    """Take a file away that was not imported; needs ``onestop.dossier_import``."""
    held = _held(file.pk, by)
    if held.state not in {FileState.HANDED_IN, FileState.REFUSED}:
        raise ValidationError(_("This file was imported; its dossiers stay."))
    stored, number = held.stored, held.pk
    record(by=by, action="onestop.file_removed", subject=held, unit=held.source.unit, details={"sha256": held.sha256})
    held.delete()
    transaction.on_commit(lambda: dossier_files.remove(stored, number))
    transaction.on_commit(lambda: dossier_files.rejected_path(number).unlink(missing_ok=True))


@transaction.atomic
def start(*, file: DossierFile, mapping: Mapping[str, Mapping[str, str]], missing: Sequence[str], by: Actor) -> Job:
    """Import a file with these columns; once it is imported the source keeps them. Recorded with the columns."""
    held = _held(file.pk, by)
    if held.state == FileState.DONE:
        raise ValidationError(_("This file was imported already."))
    if missing:
        raise ValidationError(_("Columns that are needed have not been named."))
    held.state, held.missing, held.refusal = FileState.ASKED, [], None
    held.save(update_fields=["state", "missing", "refusal"])
    arguments = {"file": held.pk, "mapping": {part: dict(values) for part, values in mapping.items()}}
    job = jobs.start(kind=reads.IMPORT, subject=held.source, unit=held.source.unit, by=by, arguments=arguments)
    told = {"sha256": held.sha256, "mapping": arguments["mapping"]}
    record(by=by, action="onestop.import_asked", subject=held, unit=held.source.unit, details=told)
    return job


@transaction.atomic
def refuse(*, file: DossierFile, error: Mapping[str, Any], by: Actor) -> None:
    """Write that nothing of a file was taken, and why."""
    held = _held(file.pk, by)
    held.state, held.refusal = FileState.REFUSED, dict(error)
    held.save(update_fields=["state", "refusal"])
    told = {"sha256": held.sha256, "code": str(error.get("code", ""))}
    record(by=by, action="onestop.file_refused", subject=held, unit=held.source.unit, details=told)


@transaction.atomic
def finish(*, file: DossierFile, found: Found, mapping: Mapping[str, Mapping[str, str]], by: Actor) -> dict[str, int]:
    """Write what an import made: counted from the dossiers, so that one that was killed and ran again counts right.

    Its columns are kept for the source's files to come: those of an import that was refused never are.
    """
    held = _held(file.pk, by)
    if held.state == FileState.DONE:
        return dict(held.counts)
    ours = Dossier.objects.filter(source=held.source_id)
    own, within = Q(first_file=held), Q(received__range=found.span) if found.span else Q(pk=None)
    once = ours.aggregate(
        added=Count("pk", filter=own), changed=Count("pk", filter=Q(last_file=held) & ~own),
        within=Count("pk", filter=within),
    )  # fmt: skip
    added, changed = once["added"], once["changed"]
    held.counts = {
        "added": added, "changed": changed, "unchanged": found.taken - added - changed - found.older,
        "older": found.older, "rejected": found.rejected, "repeated": found.repeated,
        # Known dossiers of the file's own span of time that it does not hold; they are kept.
        "absent": max(once["within"] - found.taken, 0),
    }  # fmt: skip
    held.state, held.imported, held.stored = FileState.DONE, timezone.now(), ""
    held.rejected_until = today() + dt.timedelta(days=REJECTED_DAYS) if found.rejected + found.repeated else None
    held.save(update_fields=["counts", "state", "imported", "stored", "rejected_until"])
    put_mapping(held.source, mapping)
    DossierFileKeys.objects.update_or_create(file=held, defaults={"numbers": found.numbers})
    recount(held.source_id)
    told = {"sha256": held.sha256, **held.counts}
    record(by=by, action="onestop.dossiers_imported", subject=held, unit=held.source.unit, details=told)
    return dict(held.counts)


@transaction.atomic
def note_rejected_taken(*, file: DossierFile, rows: int, by: Actor) -> None:
    """Record that somebody took along rows that were not taken; needs ``onestop.dossier_import``."""
    by.require(Permission.DOSSIER_IMPORT, file.source.unit)
    record(by=by, action="onestop.rejected_downloaded", subject=file, unit=file.source.unit, details={"rows": rows})


def refuse_where_changed(file: DossierFile, by: Actor) -> None:
    """Refuse an import that may not be, also when it was allowed while it was asked for."""
    by.require(Permission.DOSSIER_IMPORT, file.source.unit)
    if file.stored and not dossier_files.path_of(file.stored).is_file():
        raise ValidationError(_("%(name)s is no longer here. Hand it in again."), params={"name": file.name})


def _refuse_twin(source: DossierSource, staged: Staged) -> None:
    twin = DossierFile.objects.filter(source=source, sha256=staged.sha256).first()
    if twin is None:
        return
    if twin.state == FileState.DONE:
        message = _(
            "%(name)s was imported already on %(day)s as %(twin)s: its content is the same, byte for byte. Nothing was "
            "changed and nothing was counted twice."
        )
        day = timezone.localdate(twin.imported) if twin.imported else twin.as_of
        raise ValidationError(message, params={"name": staged.name, "twin": twin.name, "day": f"{day:%d/%m/%Y}"})
    message = _("%(name)s was handed in already: its content is that of %(twin)s, byte for byte.")
    raise ValidationError(message, params={"name": staged.name, "twin": twin.name})


def _held(file_id: int, by: Actor) -> DossierFile:
    files = DossierFile.objects.select_for_update(of=("self",)).select_related("source__unit")
    held = files.get(pk=file_id)
    by.require(Permission.DOSSIER_IMPORT, held.source.unit)
    return held
