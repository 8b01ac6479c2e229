"""What the pages from the freeze to the published versions show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from sipas_web.audit.actors import Actor
from sipas_web.jobs import queries as jobs
from sipas_web.jobs.faults import sentence_of
from sipas_web.jobs.queries import Job
from sipas_web.results.models import REVIEWABLE, Correction, Publication, Snapshot
from sipas_web.results.permissions import Permission
from sipas_web.results.queries import folder_of, work, work_changes
from sipas_web.results.queries.work import Counted, FileFault
from sipas_web.results.queries.work_changes import Difference
from sipas_web.results.queries.work_review import Review, review_of
from sipas_web.rounds.queries import Round
from sipas_web.rounds.queries import State as RoundState

MANY_OPEN = 5.0  # percent of cases not finished that deserve a warning


@dataclass(frozen=True, slots=True)
class FreezePage:
    """What would be frozen, or what is."""

    now: Counted | None  # None: not in the field
    warnings: tuple[str, ...]
    is_again: bool
    newest: Snapshot | None
    earlier: tuple[Snapshot, ...]
    job: Job | None
    may_review: bool
    correction: Correction | None


@dataclass(frozen=True, slots=True)
class EstimatePage:
    """Whether the frozen data can be estimated again."""

    is_possible: bool
    version: Publication | None  # that it would correct


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the last verification of these figures found."""

    job: Job
    recompute: bool
    findings: tuple[str, ...]
    more: int

    @property
    def is_of_estimate(self) -> bool:
        """Whether the estimate ended with it, unasked."""
        return self.job.kind == work.ESTIMATE


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """The figures under review and what was said of them."""

    snapshot: Snapshot | None
    review: Review | None
    job: Job | None
    estimate_job: Job | None
    verdict: Verdict | None
    may_approve: bool
    may_publish: bool
    may_estimate: bool
    is_self_approved: bool  # who approved had the figures made
    is_maker: bool  # who looks at the page had them made
    earlier: tuple[Snapshot, ...]


@dataclass(frozen=True, slots=True)
class PublishPage:
    """What would leave, and what has left."""

    snapshot: Snapshot | None  # approved
    job: Job | None
    versions: tuple[Publication, ...]
    correction: Correction | None  # under way
    is_published: bool
    may_publish: bool
    may_freeze: bool
    is_alone: bool  # who looks at the page had the figures made, or approved them
    is_verified: bool  # the newest verification of these figures found nothing
    is_withdrawable: bool


@dataclass(frozen=True, slots=True)
class VersionPage:
    """A published version before a reader."""

    files: tuple[tuple[str, int, str], ...]  # name, bytes, SHA-256
    faults: tuple[FileFault, ...]
    before: Publication | None
    changed: tuple[Difference, ...]
    unchanged: int
    correction: Correction | None
    address: str
    may_work: bool


def freeze_page(round_: Round, by: Actor) -> FreezePage:
    """Gather the page of the freeze."""
    snapshots = list(work.snapshots_of(round_))
    now = work.counted(round_) if round_.state == RoundState.IN_FIELD else None
    return FreezePage(
        now=now,
        warnings=(*_warnings(now), *_of_files(work.unclean_files(round_))) if now else (),
        is_again=bool(snapshots),
        newest=snapshots[0] if snapshots else None,
        earlier=tuple(snapshots[1:]),
        job=work.estimate_job(round_),
        may_review=by.may(Permission.RESULT_REVIEW, round_.unit),
        correction=work.open_correction(round_),
    )


def estimate_page(round_: Round, by: Actor) -> EstimatePage:
    """Gather the page of another estimate."""
    newest = work.newest_snapshot(round_)
    free = (*REVIEWABLE, Snapshot.State.ESTIMATING, Snapshot.State.PUBLISHED)
    stands = round_.state in {RoundState.FROZEN, RoundState.PUBLISHED}
    published = round_.state == RoundState.PUBLISHED
    allowed = not published or by.may(Permission.RESULT_PUBLISH, round_.unit)
    return EstimatePage(
        is_possible=stands and allowed and newest is not None and newest.state in free,
        version=work.versions_of(round_).first() if published else None,
    )


def review_page(round_: Round, by: Actor) -> ReviewPage:
    """Gather the page of the review."""
    snapshots = list(work.snapshots_of(round_))
    snapshot = next((s for s in snapshots if s.is_open), None)
    job = jobs.latest(round_, work.VERIFY)
    return ReviewPage(
        snapshot=snapshot,
        review=review_of(by, round_) if snapshot and snapshot.is_reviewable else None,
        job=job,
        estimate_job=work.estimate_job(round_),
        verdict=_newest_verdict(round_, snapshot),
        may_approve=by.may(Permission.RESULT_APPROVE, round_.unit),
        may_publish=by.may(Permission.RESULT_PUBLISH, round_.unit),
        may_estimate=by.may(Permission.ROUND_FREEZE, round_.unit),
        is_self_approved=bool(snapshot and work.is_self_approved(snapshot)),
        is_maker=bool(snapshot and by.key in work.makers(snapshot)),
        earlier=tuple(s for s in snapshots if not s.is_open),
    )


def publish_page(round_: Round, by: Actor) -> PublishPage:
    """Gather the page of the publication."""
    snapshot = work.open_snapshot(round_)
    verdict = _newest_verdict(round_, snapshot)
    alone = snapshot is not None and (by.key in work.deciders(snapshot) or work.is_self_approved(snapshot))
    return PublishPage(
        snapshot=snapshot if snapshot and snapshot.state == Snapshot.State.APPROVED else None,
        job=jobs.latest(round_, work.PUBLISH),
        versions=tuple(work.versions_of(round_)),
        correction=work.open_correction(round_),
        is_published=round_.state == RoundState.PUBLISHED,
        may_publish=by.may(Permission.RESULT_PUBLISH, round_.unit),
        may_freeze=by.may(Permission.ROUND_FREEZE, round_.unit),
        is_alone=alone,
        is_verified=verdict is not None and not verdict.findings,
        is_withdrawable=work.withdrawable(round_) is not None,
    )


def version_page(publication: Publication, by: Actor, base: str) -> VersionPage:
    """Gather the page of a version; every file is read once to compare it with its hash."""
    root = folder_of(publication)
    sizes = {p.relative_to(root).as_posix(): p.stat().st_size for p in root.rglob("*") if p.is_file()}
    before = work.versions_of(publication.round).filter(version=publication.version - 1).first()
    compared = work_changes.differences(before, publication) if before else []
    changed = tuple(d for d in compared if not d.is_same)
    return VersionPage(
        files=tuple((name, sizes.get(name, 0), sha256) for name, sha256 in sorted(publication.files.items())),
        faults=tuple(work.publication_faults(publication)),
        before=before,
        changed=changed,
        unchanged=len(compared) - len(changed),
        correction=work.correction_of(publication),
        address=address_of(publication.code, base),
        may_work=by.may(Permission.RESULT_PUBLISH, publication.round.unit),
    )


def address_of(code: str, base: str) -> str:
    """Give the public address that verifies minutes or a publication."""
    return base.rstrip("/") + reverse("verify_code", args=[code])


def _warnings(now: Counted) -> tuple[str, ...]:
    said = []
    if now.open_share >= MANY_OPEN:
        said.append(
            _("%(count)s cases (%(share)s %%) are not finished; they count as not answered.")
            % {"count": number_format(now.open_cases, force_grouping=True), "share": number_format(now.open_share, 1)}
        )
    if now.invalid:
        said.append(_("%(count)d answers are not valid; they are kept and not counted.") % {"count": now.invalid})
    if now.beside:
        text = _("%(count)d answers differ from another answer to the same case; the first one counts.")
        said.append(text % {"count": now.beside})
    return tuple(said)


def _of_files(files: Sequence[tuple[str, int | None]]) -> Iterator[str]:
    for name, rejected in files:
        if rejected is None:
            yield _("The file “%(name)s” could not be read: nothing of it is frozen.") % {"name": name}
        else:
            shown = {"name": name, "count": number_format(rejected, force_grouping=True)}
            yield _("The file “%(name)s” has %(count)s rows that were not taken: they are not frozen.") % shown


def _newest_verdict(round_: Round, snapshot: Snapshot | None) -> Verdict | None:
    """Give the verdict somebody asked for, unless the figures were estimated since; else that of the estimate."""
    return _verdict(jobs.latest(round_, work.VERIFY), snapshot) or _verdict(work.estimate_job(round_), snapshot)


def _verdict(job: Job | None, snapshot: Snapshot | None) -> Verdict | None:
    """Give what a verification found of the figures as they are now; none where they changed since."""
    result: dict[str, Any] = (job.result if job else None) or {}
    if job is None or snapshot is None or result.get("journal_head") != snapshot.journal_head:
        return None
    findings = tuple(sentence_of(error) for error in result["findings"])
    return Verdict(job, result["recompute"], findings, result["more"])
