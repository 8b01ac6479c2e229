"""The import of a round's lists, as long work."""

from __future__ import annotations

from typing import Any

from sipas import rounds as library
from sipas_web.jobs.registry import Result, Work, handles
from sipas_web.rounds import frame_files, queries
from sipas_web.rounds.actions import frame as actions
from sipas_web.rounds.folders import folder_of, settings_of
from sipas_web.rounds.queries import frame as reads


@handles(reads.IMPORT, quick=True)
def import_frame(work: Work) -> Result:
    """Make the frame of the lists as they are now; what is up to date already is not made again."""
    round_ = queries.by_id(work.arguments["round"])
    actions.refuse_where_fixed(round_, work.actor)
    mark, root = reads.mark_of(round_), folder_of(round_)
    with library.acting_as(work.actor.name):
        library.put_settings(root, settings_of(round_))
        frame_files.settle(round_)
        frame_files.write_mapping(round_)
        library.run(root, until="frame", progress=lambda step, share, _: work.progress(0.9 * share, f"step:{step}"))
    work.progress(0.95, "rounds.hashing")
    found = _found(root, mark)
    actions.note_imported(round_=round_, job_id=work.job_id, found=found, by=work.actor)
    return found


def _found(root: Any, mark: str) -> dict[str, Any]:
    findings = library.frame_findings(root)
    counts = dict(findings["counts"]) if findings else {}
    rejected = sum(findings["rules"].values()) if findings else 0
    return {"mark": mark, "counts": counts, "rejected": rejected, "frame_sha256": library.frame_hash(root)}
