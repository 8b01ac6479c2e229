"""Files that a crash left and nobody knows of: removed a day later, for lists and visits hold identities.

What is in the database, or what work that may still be resumed will use, stays.
"""

from __future__ import annotations

import logging
import shutil
import time
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from sipas_web.fieldwork.queries import FileImport
from sipas_web.fieldwork.stored_files import FOLDER
from sipas_web.improvement.evidence_files import FOLDER as EVIDENCE
from sipas_web.improvement.queries.commitments import ItemEvidence
from sipas_web.improvement.queries.tasks_events import Evidence
from sipas_web.jobs.queries import Job
from sipas_web.jobs.queries import State as JobState
from sipas_web.results.queries import KEPT, Publication
from sipas_web.results.queries.work import PUBLISH
from sipas_web.rounds import frame_files
from sipas_web.rounds.queries import Round
from sipas_web.shared import messages
from sipas_web.units import staged_lists

AGE = 24 * 3600.0  # s without a change; no request and no step of work takes as long
log = logging.getLogger(__name__)


def forget() -> int:
    """Remove them; gives their number. Never raises: the next day is another chance."""
    try:
        before = time.time() - AGE
        count = sum(frame_files.forget_strays(round_, before) for round_ in Round.objects.order_by("pk"))
        count += staged_lists.forget(before)
        return count + _received(before) + _half_published(before) + _shown_nowhere(before) + _unsent(before)
    except (DatabaseError, OSError):
        log.exception("files that a crash left could not be removed")
        return 0


def _received(before: float) -> int:
    """Files of visits and answers whose row was never written."""
    old = {path.name: path for path in (Path(settings.MEDIA_ROOT) / FOLDER).glob("*") if path.stat().st_mtime < before}
    known = FileImport.objects.filter(stored__in=[f"{FOLDER}/{name}" for name in old]).values_list("stored", flat=True)
    strays = old.keys() - {stored.rpartition("/")[2] for stored in known}
    for name in strays:
        old[name].unlink(missing_ok=True)
    return len(strays)


def _shown_nowhere(before: float) -> int:
    """Evidence of tasks and commitments whose row was never written."""
    old = {
        path.name: path for path in (Path(settings.MEDIA_ROOT) / EVIDENCE).glob("*") if path.stat().st_mtime < before
    }
    names = [f"{EVIDENCE}/{name}" for name in old]
    kinds: tuple[type[Evidence | ItemEvidence], ...] = (Evidence, ItemEvidence)
    known = {
        stored
        for kind in kinds
        for stored in kind._default_manager.filter(stored__in=names).values_list("stored", flat=True)
    }
    strays = old.keys() - {stored.rpartition("/")[2] for stored in known}
    for name in strays:
        old[name].unlink(missing_ok=True)
    return len(strays)


def _unsent(before: float) -> int:
    """Parts of messages that the file gateway never took."""
    gateway = messages.gateway()
    return gateway.forget_strays(before) if isinstance(gateway, messages.FileGateway) else 0


def _half_published(before: float) -> int:
    """Folders of publications that were never finished and that no work will finish."""
    folder = Path(settings.PUBLICATIONS_FOLDER)
    found = [p for place in (folder, folder / KEPT) for p in place.glob("*") if p.name != KEPT and p.is_dir()]
    ended = Job.objects.filter(kind=PUBLISH).exclude(state=JobState.DONE).values_list("arguments", flat=True)
    known = set(Publication.objects.values_list("folder", flat=True)) | {a.get("folder", "") for a in ended}
    strays = [p for p in found if p.name.strip(".").removesuffix(".making") not in known]
    strays = [p for p in strays if p.stat().st_mtime < before]
    for path in strays:
        shutil.rmtree(path, ignore_errors=True)
    return len(strays)
