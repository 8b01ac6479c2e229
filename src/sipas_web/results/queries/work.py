"""Reads on the way to publication: snapshots, what would be frozen, whether what was published still stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from django.db import connection
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils import timezone

from sipas.errors import Place, SipasError
from sipas_web.audit.actors import Actor
from sipas_web.audit.queries import actors_of
from sipas_web.capture import queries as capture
from sipas_web.fieldwork import queries as fieldwork
from sipas_web.fieldwork.models import Case, CaseCount, DayCount
from sipas_web.fieldwork.models import State as CaseState
from sipas_web.jobs import queries as jobs
from sipas_web.jobs.queries import Job
from sipas_web.quality import queries as quality
from sipas_web.results import published_files
from sipas_web.results.frozen_files import Tables
from sipas_web.results.models import OPEN, Correction, Publication, Snapshot
from sipas_web.results.queries import folder_of, versions
from sipas_web.rounds import queries as rounds
from sipas_web.rounds.queries import Round
from sipas_web.rounds.queries import State as RoundState
from sipas_web.supervision import queries as supervision

UNFINISHED = (CaseState.ISSUED, CaseState.VISITED)
IN_FIELD = [s for s in CaseState if s != CaseState.RESERVE]
ONE_VIEW = {"sqlite": "BEGIN DEFERRED", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}
FINDINGS = 20  # of a verification, kept and shown
ESTIMATE, VERIFY, PUBLISH = "results.freeze_and_estimate", "results.verify", "results.publish"


@dataclass(frozen=True, slots=True)
class Counted:
    """What a round's tables hold now."""

    cases: int  # issued
    open_cases: int  # not finished
    visits: int
    responses: int
    valid: int
    beside: int  # answers kept beside the chosen one of their case

    @property
    def invalid(self) -> int:
        """Chosen answers that are not valid."""
        return self.responses - self.valid

    @property
    def open_share(self) -> float:
        """Cases not finished, in percent of those issued."""
        return 100 * self.open_cases / self.cases if self.cases else 0.0


@dataclass(frozen=True, slots=True)
class FileFault:
    """A published file that is not what it was: missing, changed or extra."""

    kind: str
    name: str


def unclean_files(round_: Round) -> list[tuple[str, int | None]]:
    """List the files handed in that were not taken whole: name, rows refused; None where none was read."""
    files = fieldwork.FileImport.objects.filter(round=round_, finished__isnull=False).order_by("pk")
    rows = files.values_list("name", "error", "report")
    judged = [(name, None if error else report.get("rejected", 0)) for name, error, report in rows]
    return [(name, rejected) for name, rejected in judged if rejected != 0]


def counted(round_: Round) -> Counted:
    """Count what a freeze would take, from the figures that field work keeps. Three queries."""
    states = dict(CaseCount.objects.filter(round=round_).values_list("state").annotate(n=Sum("count")))
    days = DayCount.objects.filter(round=round_).aggregate(
        visits=Sum("visits", default=0), answers=Sum("answers", default=0), valid=Sum("valid", default=0)
    )
    return Counted(
        cases=sum(n for state, n in states.items() if state != CaseState.RESERVE),
        open_cases=sum(states.get(state, 0) for state in UNFINISHED),
        visits=days["visits"],
        responses=days["answers"],
        valid=days["valid"],
        beside=capture.beside_count(round_),
    )


def tables_of(round_: Round) -> Tables:
    """Read both tables and the counts as they are at one moment."""
    issued = Q(state__in=IN_FIELD)
    with _one_view():
        cases = Case.objects.filter(round=round_).aggregate(
            all=Count("pk", filter=issued), open=Count("pk", filter=Q(state__in=UNFINISHED))
        )
        visits, responses = fieldwork.visits_table(round_), capture.responses_table(round_)
        checks = pl.concat([quality.checks_table(round_), supervision.checks_table(round_)]).sort("case_id", "flag")
    return Tables(visits, responses, checks, cases["all"], cases["open"])


def snapshots_of(round_: Round) -> QuerySet[Snapshot]:
    """Snapshots of a round, newest first."""
    return Snapshot.objects.filter(round=round_).order_by("-number")


def newest_snapshot(round_: Round) -> Snapshot | None:
    """Give the newest snapshot."""
    return snapshots_of(round_).first()


def open_snapshot(round_: Round) -> Snapshot | None:
    """Give the snapshot on its way to publication."""
    return Snapshot.objects.filter(round=round_, state__in=OPEN).first()


def next_number(round_: Round) -> int:
    """Give the number of the next snapshot."""
    newest: int | None = Snapshot.objects.filter(round=round_).aggregate(n=Max("number"))["n"]
    return (newest or 0) + 1


def snapshot_by_id(snapshot_id: int) -> Snapshot:
    """Give a snapshot with its round."""
    return Snapshot.objects.select_related("round__unit", "round__previous").get(pk=snapshot_id)


def snapshot_for(by: Actor, round_id: int, number: int, permission: str) -> Snapshot | None:
    """Give a snapshot of a round in the areas where the actor holds a permission."""
    seen = rounds.in_areas(by, permission).filter(pk=round_id)
    found = Snapshot.objects.filter(round__in=seen.values("pk"), number=number)
    return found.select_related("round__unit", "round__previous").first()


def by_code(code: str) -> Snapshot | Publication | None:
    """Give what bears a public code: the minutes of a freeze, or a published version."""
    if not code:
        return None
    of_publication = Publication.objects.filter(code=code).select_related("round__unit", "snapshot").first()
    return of_publication or Snapshot.objects.filter(code=code).select_related("round__unit").first()


def versions_of(round_: Round) -> QuerySet[Publication]:
    """Published versions of a round with their corrections, newest first; for those who work on it."""
    return Publication.objects.filter(round=round_).select_related("snapshot", "correction").order_by("-version")


def readable_versions(by: Actor, round_id: int) -> QuerySet[Publication]:
    """Published versions of a round that the actor may read, with their corrections, newest first."""
    return versions(by).filter(round=round_id).select_related("correction").order_by("-version")


def correction_of(publication: Publication) -> Correction | None:
    """Give the correction that ends a version."""
    return Correction.objects.filter(publication=publication).first()


def open_correction(round_: Round) -> Correction | None:
    """Give the correction under way: of the newest version."""
    newest = versions_of(round_).first()
    return correction_of(newest) if newest else None


def next_version(round_: Round) -> tuple[int, str]:
    """Give number and reason of the next version: the reason is that of the correction of the one before."""
    newest = versions_of(round_).first()
    if newest is None:
        return 1, ""
    correction = correction_of(newest)
    return newest.version + 1, correction.reason if correction else ""


def publication_of(snapshot: Snapshot) -> Publication | None:
    """Give the version that published a snapshot."""
    return Publication.objects.filter(snapshot=snapshot).first()


def about(snapshot: Snapshot, arguments: Mapping[str, str]) -> dict[str, Any]:
    """Give what a published version says of itself in its own files: no names of people."""
    version, reason = next_version(snapshot.round)
    return {
        "form": "sipas-publication-1",
        "title": snapshot.round.title,
        "version": version,
        "reason": reason,
        "published": arguments["published"],
        "code": arguments["code"],
        "simulated": "mô phỏng" if snapshot.round.is_simulated else False,
        "snapshot": snapshot.number,
        "frozen_visits": snapshot.visits_sha256,
        "frozen_responses": snapshot.responses_sha256,
        "journal_head": snapshot.journal_head,
        "audit_head": arguments["audit_head"],
    }


def makers(snapshot: Snapshot) -> frozenset[str]:
    """Give the keys of those who had the figures made: froze the data, or had them estimated again."""
    return actors_of(jobs.key_of(snapshot), "results.round_frozen", "results.estimate_asked")


def deciders(snapshot: Snapshot) -> frozenset[str]:
    """Give the keys of those who had the figures made, and of who approved them."""
    return makers(snapshot) | actors_of(jobs.key_of(snapshot), "results.approved")


def is_self_approved(snapshot: Snapshot) -> bool:
    """Whether who approved the figures had them made: allowed where an office has few people, and said."""
    return bool(makers(snapshot) & actors_of(jobs.key_of(snapshot), "results.approved"))


def withdrawable(round_: Round) -> Correction | None:
    """Give the correction that can be withdrawn: nothing was frozen since, so the published results still stand."""
    newest = newest_snapshot(round_)
    untouched = newest is not None and newest.state == Snapshot.State.PUBLISHED
    return open_correction(round_) if round_.state == RoundState.IN_FIELD and untouched else None


def changed_since_review(snapshot: Snapshot) -> SipasError:
    """Give the refusal to publish figures other than those reviewed."""
    return SipasError("round.file_changed", expected=snapshot.journal_head, place=Place(file="journal.jsonl"))


def estimate_job(round_: Round) -> Job | None:
    """Give the newest job that froze or estimated a round."""
    return jobs.latest(round_, ESTIMATE)


def open_jobs(round_: Round) -> list[str]:
    """List the kinds of work that wait or run on a round, or on a file handed in for it."""
    return jobs.open_kinds(round_) + fieldwork.open_imports(round_)


def publication_faults(publication: Publication) -> list[FileFault]:
    """Hold every published file against the hash kept when it was published."""
    now = published_files.hashes(folder_of(publication))
    kept: dict[str, str] = publication.files
    faults = [
        FileFault("missing" if name not in now else "changed", name) for name in kept if now.get(name) != kept[name]
    ]
    return [*faults, *(FileFault("extra", name) for name in now if name not in kept)]


def publication_intact(publication: Publication) -> bool:
    """Say whether every file is as it was published."""
    return not publication_faults(publication)


def now() -> datetime:
    """Give the moment."""
    return timezone.now()


@contextmanager
def _one_view() -> Iterator[None]:
    """Let the reads inside see one moment of the database, without holding writers back."""
    if connection.in_atomic_block:
        yield  # the caller's transaction is that moment
        return
    with connection.cursor() as cursor:
        cursor.execute(ONE_VIEW[connection.vendor])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
