"""Long work of quality checks: looking a round's forms through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import polars as pl

from sipas.quality import Suspicions, suspicion_points
from sipas.rounds import acting_as, look_through
from sipas_web.jobs.registry import Work, handles
from sipas_web.quality import actions, queries
from sipas_web.quality.actions import Found, Reason
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.queries import State, by_id

AT_ONCE = 1_000
NUMBERS = (
    "value", "typical", "count", "of", "partner", "own_points", "others_points", "others_with", "others", "elsewhere",
)  # fmt: skip
EFFECT = ("item", "label", "answers", "interviewers", "share", "low", "high", "p", "deff")


@handles(actions.KIND)
def look(work: Work) -> dict[str, Any]:
    """Look through the forms that have come in; where nothing came since, say so alone."""
    round_ = by_id(work.arguments["round"])
    if round_.state != State.IN_FIELD:
        return {}
    mark = queries.fingerprint(round_)
    last = queries.check_of(round_)
    if last is not None and last.fingerprint == mark and last.coefficients == suspicion_points().made:
        actions.note_unchanged(round_id=round_.pk, by=work.actor)
        return {"forms": last.forms, "flagged_forms": last.flagged_forms}
    work.progress(0.05, "quality:reading")
    visits = queries.visits_for_checks(round_)
    forms = queries.forms_for_checks(round_, visits)
    work.progress(0.2, "quality:comparing")
    with acting_as(work.actor.name):
        found = look_through(folder_of(round_), forms, visits)
    told = {
        "fingerprint": mark,
        "forms": forms.height,
        "timed_visits": visits["at"].count(),
        "placed_visits": visits["latitude"].count(),
        "effects": _effects(found.effects),
    }
    return _store(round_.pk, found.suspicions, told, work)


def _store(round_id: int, made: Suspicions, told: dict[str, Any], work: Work) -> dict[str, Any]:
    """Write everything in parts; a kill in the middle leaves parts that the next attempt writes over."""
    points = suspicion_points()
    found = [*_forms(made), *_interviewers(made)]
    done = 0
    for part in _parts(found, AT_ONCE):
        actions.store_found(round_id=round_id, found=part, by=work.actor)
        done += len(part)
        work.progress(0.6 + 0.4 * done / len(found), "quality:writing")
    check = actions.finish_check(
        round_id=round_id,
        cases={f.case_id for f in found if f.case_id},
        interviewers={f.interviewer for f in found if not f.case_id},
        flagged_forms=int(made.forms["flagged"].sum()),
        interviewers_seen=made.interviewer_scores.height,
        flag_form=points.flag_form,
        flag_interviewer=points.flag_interviewer,
        coefficients=points.made,
        told=told,
        by=work.actor,
    )
    return {"forms": check.forms, "flagged_forms": check.flagged_forms}


def _parts(found: Sequence[Found], size: int) -> Iterator[Sequence[Found]]:
    source = iter(found)
    while part := list(islice(source, size)):
        yield part


def _forms(made: Suspicions) -> Iterator[Found]:
    """Give the forms that have points."""
    reasons = defaultdict(list)
    for row in made.reasons.iter_rows(named=True):
        numbers = {name: row[name] for name in NUMBERS if row[name] is not None}
        reasons[row["case_id"]].append(Reason(row["family"], row["sign"], row["points"], numbers))
    for case, interviewer, points, flagged in made.forms.filter(pl.col("points") > 0).iter_rows():
        yield Found(interviewer or "", points, flagged, reasons[case], case_id=case)


def _interviewers(made: Suspicions) -> Iterator[Found]:
    """Give every interviewer, with or without points: people compare them."""
    reasons = defaultdict(list)
    for row in made.interviewers.iter_rows(named=True):
        numbers = {"forms": row["forms"], "shown": row["shown"], "elsewhere": row["elsewhere"]}
        reasons[row["interviewer"]].append(Reason(row["family"], "", row["points"], numbers))
    for row in made.interviewer_scores.iter_rows(named=True):
        yield Found(
            row["interviewer"],
            row["points"],
            row["flagged"],
            reasons[row["interviewer"]],
            forms=row["forms"],
            flagged_forms=row["flagged_forms"],
        )


def _effects(effects: pl.DataFrame) -> list[dict[str, Any]]:
    """Give the items whose variance between interviewers can be told, the largest share first."""
    told = effects.filter(pl.col("share").is_not_null()).sort("share", descending=True)
    return told.select(EFFECT).to_dicts()
