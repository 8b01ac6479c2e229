"""Long work from the freeze to the publication. Each part is safe to run again from its start."""

from __future__ import annotations

from typing import Any

from sipas import rounds as library
from sipas.rounds import put_settings
from sipas_web.audit.actors import Actor
from sipas_web.jobs.faults import stored
from sipas_web.jobs.registry import Work, handles
from sipas_web.results import actions, estimating, frozen_files, published_files
from sipas_web.results.queries import Publication, Snapshot, kept_folder_of, place_of, work
from sipas_web.rounds.folders import folder_of, settings_of

WRITING, ESTIMATED = 0.05, 0.98  # shares of the whole


@handles(work.ESTIMATE)
def freeze_and_estimate(asked: Work) -> dict[str, Any]:
    """Write the frozen files, run the library over them, hand the figures over for review."""
    snapshot = work.snapshot_by_id(asked.arguments["snapshot"])
    if snapshot.state == Snapshot.State.WRITING:
        asked.progress(0.0, "results:writing")
        snapshot = _write(snapshot, asked.actor)
    if snapshot.state == Snapshot.State.ESTIMATING:
        _estimate(snapshot, asked)
    asked.progress(ESTIMATED, "results:verifying")
    return _verified(snapshot, recompute=False)


@handles(work.VERIFY)
def verify(asked: Work) -> dict[str, Any]:
    """Hold the round against its journal, and compute it again where that is asked."""
    snapshot = work.snapshot_by_id(asked.arguments["snapshot"])
    recompute = asked.arguments["recompute"]
    asked.progress(0.0, "results:recomputing" if recompute else "results:verifying")
    return _verified(snapshot, recompute=recompute)


@handles(work.PUBLISH)
def publish(asked: Work) -> dict[str, Any]:
    """Copy what may leave and make it the next version."""
    snapshot = work.snapshot_by_id(asked.arguments["snapshot"])
    made = work.publication_of(snapshot) or _publish(snapshot, asked)
    return {"publication": made.pk, "version": made.version}


def _verified(snapshot: Snapshot, *, recompute: bool) -> dict[str, Any]:
    root = folder_of(snapshot.round)
    head = estimating.journal_head(root)
    found = library.verify(root, recompute=recompute)
    return {
        "snapshot": snapshot.pk,
        "recompute": recompute,
        "journal_head": head,
        "findings": [stored(error) for error in found[: work.FINDINGS]],
        "more": len(found[work.FINDINGS :]),
    }


def _write(snapshot: Snapshot, by: Actor) -> Snapshot:
    tables = work.tables_of(snapshot.round)
    root = folder_of(snapshot.round)
    written = frozen_files.write(root, tables, snapshot.visits_file, snapshot.responses_file, snapshot.checks_file)
    return actions.note_tables(snapshot_id=snapshot.pk, written=written, by=by)


def _estimate(snapshot: Snapshot, asked: Work) -> None:
    root = folder_of(snapshot.round)
    files = snapshot.frozen_files
    frozen_files.require_unchanged(root, files)
    with library.acting_as(asked.actor.name):
        put_settings(root, settings_of(snapshot.round))
        if version := work.versions_of(snapshot.round).first():
            published_files.withhold_again(root, kept_folder_of(version))
        estimating.estimate(root, lambda share, note: asked.progress(WRITING + (ESTIMATED - WRITING) * share, note))
    estimating.require_used(root, files)
    actions.note_estimated(snapshot_id=snapshot.pk, journal_head=estimating.journal_head(root), by=asked.actor)


def _publish(snapshot: Snapshot, asked: Work) -> Publication:
    root, arguments = folder_of(snapshot.round), asked.arguments
    asked.progress(0.0, "results:verifying")
    if estimating.journal_head(root) != snapshot.journal_head:
        raise work.changed_since_review(snapshot)
    found = library.verify(root)
    if found:
        raise found[0]
    asked.progress(0.5, "results:copying")
    place, kept = place_of(arguments["folder"])
    files = published_files.make(root, place, kept, work.about(snapshot, arguments))
    return actions.finish_publication(snapshot_id=snapshot.pk, arguments=arguments, files=files, by=asked.actor)
