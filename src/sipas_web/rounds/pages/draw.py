"""What the pages of the ceremony show, worked out from a draw."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.utils.formats import localize
from django.utils.translation import gettext, gettext_lazy, ngettext

from sipas.intake.vietnamese import sort_key
from sipas.sampling.numbers import ids_of
from sipas_web.audit.actors import Actor
from sipas_web.jobs.queries import Job
from sipas_web.rounds import draw_certificate
from sipas_web.rounds.draw_texts import in_fours
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import Draw, Round, Witness, set_up
from sipas_web.rounds.queries import draw as reads
from sipas_web.rounds.queries import frame as frames
from sipas_web.rounds.queries.draw import Named, Ready

MOST_ROWS = 500  # lists shown on the page; all of them are in the files
OUTCOMES = {"drawn": gettext_lazy("drawn, then drawn again"), "abandoned": gettext_lazy("abandoned")}
EQUAL_CHANCE = ("srs", "systematic")


@dataclass(frozen=True, slots=True)
class ListRow:
    """A list of the draw: its counts, and the chance of each of its units where it is the same for all."""

    name: str
    population: int
    sample: int
    reserve: int
    chance: float | None


@dataclass(frozen=True, slots=True)
class Result:
    """What was drawn, from the certificate alone."""

    draw: Draw
    frame: list[str]
    design: list[str]
    seed: list[str]
    sample: list[str]
    json: list[str]
    pdf: list[str]
    units: int
    official: int
    reserve: int
    trials: int
    redraws: int
    abandoned: int
    history: list[dict[str, Any]]
    parts: list[dict[str, str]]
    operator: str
    rows: list[ListRow]
    is_cut: bool
    rule: list[str]
    remarks: list[str]
    journal: tuple[str, list[str]]
    audit: tuple[str, list[str]]
    code: list[str]


@dataclass(frozen=True, slots=True)
class Board:
    """The page on the wall."""

    draw: Draw | None  # the open one
    ready: Ready | None  # where none is open
    frame: list[str]
    design: list[str]
    witnesses: list[Named]
    refused: list[Witness]
    is_revealed: bool
    is_complete: bool
    job: Job | None
    trial: Job | None
    result: Result | None
    earlier: list[Draw]
    is_live: bool
    is_mine: bool
    may_hold: bool
    may_type_number: bool
    may_take_files: bool
    address: str
    qr: str
    mark: str  # changes whenever something shown does

    @property
    def trial_sizes(self) -> list[Any]:
        """Counts of the trial draw by stratum, in Vietnamese order."""
        sizes = (self.trial.result or {}).get("sizes", []) if self.trial else []
        return sorted(sizes, key=lambda row: (sort_key(row[0]), row[1] != "official"))


def doubts_before(round_: Round) -> list[str]:
    """Say what can no longer be mended once a draw is open. Nothing here forbids."""
    found = []
    done = frames.last_done(round_)
    rejected = int((done.result or {}).get("rejected", 0)) if done else 0
    if rejected:
        found.append(
            ngettext(
                "%(count)s row of the lists was refused: nobody in it can be drawn. Mend and import it first.",
                "%(count)s rows of the lists were refused: nobody in them can be drawn. Mend and import them first.",
                rejected,
            )
            % {"count": localize(rejected)}
        )
    if not set_up.planned(round_):
        found.append(
            gettext("The calendar of this round is empty: nobody can see when the field work begins and ends.")
        )
    return found


def board_of(round_: Round, by: Actor, base_url: str) -> Board:
    """Gather what the page on the wall shows."""
    draws = list(reads.draws_of(round_))
    draw = next((d for d in draws if d.state in reads.OPEN), None)
    done = next((d for d in draws if d.state == Draw.State.DONE), None)
    ready = reads.ready(round_) if draw is None else None
    job, trial = (reads.job_of(draw) if draw else None), reads.trial_job(round_)
    design = draw.design_sha256 if draw else ready.before.design_sha256 if ready and ready.before else ""
    frame = draw.frame_sha256 if draw else ready.frame_sha256 if ready else ""
    holds, named = by.may(Permission.DRAW_HOLD, round_.unit), bool(draw and reads.is_named(draw, by))
    address = draw_certificate.address(done.code, base_url) if done else ""
    return Board(
        draw=draw, ready=ready, frame=in_fours(frame), design=in_fours(design),
        witnesses=reads.named(draw) if draw else [], refused=reads.refusals(draw) if draw else [],
        is_revealed=bool(draw and reads.is_revealed(draw)),
        is_complete=bool(draw and reads.is_complete(draw)),
        job=job, trial=trial, result=result_of(done) if done else None,
        earlier=[d for d in draws if d is not done and d is not draw],
        is_live=draw is not None or bool(trial and trial.is_open),
        is_mine=named, may_hold=holds and not named, may_type_number=holds or named,
        may_take_files=reads.in_force(round_) is not None and reads.may_take_files(by, round_),
        address=address, qr=draw_certificate.qr(address) if address else "", mark=_mark(draw, done, job, trial),
    )  # fmt: skip


def part_of(witness: Witness) -> dict[str, Any]:
    """Gather what a witness's own page shows."""
    draw = witness.draw
    waits = draw.state == Draw.State.OPEN and witness.typed is None and witness.refused is None
    return {
        "witness": witness,
        "draw": draw,
        "round": draw.round,
        "waits": waits,
        "frame": in_fours(draw.frame_sha256),
        "design": in_fours(draw.design_sha256),
        "commitment": in_fours(reads.commitment(witness)) if witness.typed else [],
        "is_done": draw.state == Draw.State.DONE,
        "is_abandoned": draw.state == Draw.State.ABANDONED,
    }


def result_of(draw: Draw) -> Result:
    """Read a certificate for a page."""
    made = json.loads(draw.certificate)
    stages, lists = made["design"]["stages"], made["lists"]
    history = made["draws"].get("history", [])
    return Result(
        draw=draw, frame=in_fours(made["frame"]["sha256"]), design=in_fours(draw.design_sha256),
        seed=in_fours(made["seed"]["sha256"]), sample=in_fours(made["sample"]["sha256"]),
        json=in_fours(hashlib.sha256(draw.certificate.encode()).hexdigest()), pdf=in_fours(draw.document_sha256),
        units=made["frame"]["rows"], official=made["sample"]["official"], reserve=made["sample"]["reserve"],
        trials=made["draws"]["trials"], redraws=made["draws"]["redraws"],
        abandoned=sum(one["outcome"] == "abandoned" for one in history), history=[_told(one) for one in history],
        parts=made["seed"]["parts"], operator=made["seed"]["operator"],
        rows=[_row(one, stages) for one in lists[:MOST_ROWS]], is_cut=len(lists) > MOST_ROWS,
        rule=made["rule"], remarks=[*made["recommendations"], *made["notes"]],
        journal=_head(draw.journal_head), audit=_head(draw.audit_head), code=in_fours(draw.code),
    )  # fmt: skip


def _told(one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "outcome": OUTCOMES[one["outcome"]], "opened": dt.date.fromisoformat(one["opened"])}


def _row(one: dict[str, Any], stages: list[dict[str, Any]]) -> ListRow:
    equal = stages[one["stage"] - 1].get("method", "srs") in EQUAL_CHANCE and one["population"] > 0
    name = "" if one["stratum"] == "all" else one["stratum"]
    above = [f"{one['stage']}"] if len(stages) > 1 else []
    return ListRow(
        name=" · ".join([*above, *([" / ".join(ids_of(one["parent"]))] if one["parent"] else []), name or "–"]),
        population=one["population"],
        sample=one["sample"],
        reserve=one["reserve"],
        chance=one["sample"] / one["population"] if equal else None,
    )


def _mark(draw: Draw | None, done: Draw | None, job: Job | None, trial: Job | None) -> str:
    people = [f"{bool(w.typed):d}{bool(w.refused):d}" for w in draw.witnesses.all()] if draw else []
    number = [draw.state, draw.public_number, draw.public_confirmed_by] if draw else []
    states = [f"{j.pk}{j.state}" if j else "" for j in (job, trial)]
    told = "|".join([str(done.pk if done else ""), *people, *number, *states])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _head(pinned: str) -> tuple[str, list[str]]:
    number, _colon, value = pinned.partition(":")
    return number, in_fours(value)
