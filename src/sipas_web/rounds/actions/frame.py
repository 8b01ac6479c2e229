"""Lists of a round in and out, their columns, their import."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit import queries as audit
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.jobs import actions as jobs
from sipas_web.jobs.queries import Job, key_of
from sipas_web.rounds import frame_files, queries
from sipas_web.rounds.frame_files import Staged
from sipas_web.rounds.models import FrameList, Round
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import frame as reads
from sipas_web.rounds.states import refuse_change

IMPORTED = "rounds.frame_imported"


@transaction.atomic
def add_list(*, round_: Round, staged: Staged, province: str, by: Actor) -> FrameList:
    """Take a list into the round; needs ``rounds.frame_import``. Refused: a file that is there already, too many rows.

    Refused too while an import runs and once a draw is open or done. Recorded with name, size and hash.
    """
    held = _held_for_change(round_, by)
    twin = FrameList.objects.filter(round=held, sha256=staged.sha256).first()
    if twin is not None:
        message = _("%(name)s was handed in already: its content is that of %(twin)s, byte for byte.")
        raise ValidationError(message, params={"name": staged.name, "twin": twin.name})
    rows = reads.rows_of(held) + staged.rows
    if rows > settings.LIST_MOST_ROWS:
        message = _(
            "With %(name)s the lists hold %(rows)s rows; a round takes %(most)s at most. Hand in fewer, or ask the "
            "operator."
        )
        raise ValidationError(message, params={"name": staged.name, "rows": rows, "most": settings.LIST_MOST_ROWS})
    stored = frame_files.stored_name(staged, _next_number(held), province)
    frame_files.hold(held, staged, stored)
    made = FrameList.objects.create(
        round=held,
        name=staged.name,
        stored=stored,
        size=staged.size,
        sha256=staged.sha256,
        rows=staged.rows,
        missing=list(staged.missing),
        uploaded_by=by.name,
    )
    transaction.on_commit(lambda: frame_files.place(held, stored))
    told = {"list": staged.name, "size": staged.size, "sha256": staged.sha256, "rows": staged.rows}
    record(by=by, action="rounds.list_added", subject=held, unit=held.unit, details=told)
    return made


@transaction.atomic
def remove_list(*, list_: FrameList, by: Actor) -> None:
    """Take a list out of the round and destroy it; needs ``rounds.frame_import``. Recorded with its hash."""
    held = _held_for_change(list_.round, by)
    stored = list_.stored
    FrameList.objects.filter(pk=list_.pk).delete()
    _settle_mapping(held)
    transaction.on_commit(lambda: frame_files.remove(held, stored))
    told = {"list": list_.name, "sha256": list_.sha256}
    record(by=by, action="rounds.list_removed", subject=held, unit=held.unit, details=told)


@transaction.atomic
def map_columns(
    *, list_: FrameList, mapping: Mapping[str, Mapping[str, str]] | None, missing: tuple[str, ...], by: Actor
) -> None:
    """Say which column of a list holds what; None: as the program recognises them. Needs ``rounds.frame_import``.

    ``missing``: needed columns that are still not named; the import waits for them. Recorded with the columns.
    """
    held = _held_for_change(list_.round, by)
    chosen = {name: dict(part) for name, part in mapping.items()} if mapping is not None else None
    if not FrameList.objects.filter(pk=list_.pk).update(mapping=chosen, missing=list(missing)):
        raise ValidationError(_("%(name)s was removed meanwhile."), params={"name": list_.name})
    _settle_mapping(held)
    told = {"list": list_.name, "mapping": chosen}
    record(by=by, action="rounds.list_mapped", subject=held, unit=held.unit, details=told)


@transaction.atomic
def set_totals(*, round_: Round, name: str | None, by: Actor) -> None:
    """Compare with one-stop totals, a file of the round; None: with none. Needs ``rounds.frame_import``."""
    held = _held_for_change(round_, by)
    before = _put_setting(held, "totals", name)
    if before and before != name:
        transaction.on_commit(lambda: frame_files.remove(held, before))
    record(by=by, action="rounds.totals_set", subject=held, unit=held.unit, details={"totals": name or ""})


@transaction.atomic
def start_import(*, round_: Round, by: Actor) -> Job:
    """Ask for the import of the lists; needs ``rounds.frame_import``. Recorded with their hashes."""
    by.require(Permission.FRAME_IMPORT, round_.unit)
    held = queries.held(round_.pk)
    refuse_change(held, "frame")
    lists = list(reads.lists_of(held))
    if not lists:
        raise ValidationError(_("No list has been handed in. Upload at least one."))
    lacking = [list_.name for list_ in lists if list_.missing]
    if lacking:
        message = _("Columns that are needed have not been named in: %(lists)s.")
        raise ValidationError(message, params={"lists": ", ".join(lacking)})
    job = jobs.start(kind=reads.IMPORT, subject=held, unit=held.unit, by=by, arguments={"round": held.pk})
    told = {"lists": {list_.name: list_.sha256 for list_ in lists}}
    record(by=by, action="rounds.frame_import_asked", subject=held, unit=held.unit, details=told)
    return job


@transaction.atomic
def note_imported(*, round_: Round, job_id: int, found: Mapping[str, Any], by: Actor) -> None:
    """Record what an import made; nothing where the frame is still the one last recorded.

    So a job carried out again after its worker died, or asked for again by somebody who did not see it end, says once
    what it made once. That somebody asked again stands in the record of the asking.
    """
    by.require(Permission.FRAME_IMPORT, round_.unit)
    held = queries.held(round_.pk)
    made = {"counts": dict(found["counts"]), "frame_sha256": found["frame_sha256"]}
    last = audit.last_details_of(IMPORTED, key_of(held))
    if last and {name: json.loads(last).get(name) for name in made} == made:
        return
    record(by=by, action=IMPORTED, subject=held, unit=held.unit, details={"job": job_id, **made})


@transaction.atomic
def note_rejected_opened(*, round_: Round, reason: str, rows: int, form: str, by: Actor) -> None:
    """Record that somebody saw, or took along, rows that were not taken; needs ``rounds.rejected_view``."""
    by.require(Permission.REJECTED_VIEW, round_.unit)
    act = "rounds.rejected_downloaded" if form == "xlsx" else "rounds.rejected_opened"
    record(by=by, action=act, subject=round_, unit=round_.unit, details={"reason": reason, "rows": rows})


def refuse_where_fixed(round_: Round, by: Actor) -> None:
    """Refuse an import that may not be, also when it was allowed while it was asked for."""
    by.require(Permission.FRAME_IMPORT, round_.unit)
    refuse_change(round_, "frame")


def _held_for_change(round_: Round, by: Actor) -> Round:
    by.require(Permission.FRAME_IMPORT, round_.unit)
    held = queries.held(round_.pk)
    refuse_change(held, "frame")
    if reads.is_importing(held):
        raise ValidationError(_("The lists are being imported. Wait until that has finished, or stop it."))
    return held


def _next_number(round_: Round) -> int:
    """A number that no list of the round bears: the order of the lists is the order in which they came."""
    names = [stored.rpartition("/")[2] for stored in reads.lists_of(round_).values_list("stored", flat=True)]
    numbers = [int(part) for name in names for part in name.split("-")[:2] if len(part) == 4 and part.isdecimal()]
    return max(numbers, default=0) + 1


def _settle_mapping(held: Round) -> None:
    is_mapped = FrameList.objects.filter(round=held, mapping__isnull=False).exists()
    _put_setting(held, "mapping", frame_files.MAPPING if is_mapped else None)
    # At once, not only before an import: whether the frame is current is judged by the folder.
    transaction.on_commit(lambda: frame_files.write_mapping(held))


def _put_setting(held: Round, name: str, value: str | None) -> str | None:
    frame = dict(held.settings.get("frame", {}))
    before: str | None = frame.pop(name, None)
    if value is not None:
        frame[name] = value
    held.settings = {**held.settings, "frame": frame}
    held.save(update_fields=["settings"])
    return before
