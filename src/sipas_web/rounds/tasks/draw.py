"""Carrying a draw out. Safe to run twice and to be killed anywhere: the library's steps are, the rest is one write."""

from __future__ import annotations

import json

from sipas import rounds as library
from sipas.errors import SipasError
from sipas_web.jobs.registry import Result, Work, handles
from sipas_web.rounds import draw_certificate, queries
from sipas_web.rounds.actions.draw import record_drawn, refuse_trial
from sipas_web.rounds.folders import folder_of, settings_of
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import Draw
from sipas_web.rounds.queries import draw as reads

LIBRARY_SHARE = 0.9  # of the progress


@handles(reads.DRAW_JOB, quick=True)
def carry_out(work: Work) -> Result:
    """Draw the sample from the texts, set the certificate, write it down."""
    draw = reads.by_id(work.arguments["draw"])
    if draw.state != Draw.State.DONE:
        work.actor.require(
            Permission.DRAW_HOLD, draw.round.unit
        )  # before anything is drawn, not only when written down
        root = folder_of(draw.round)
        with library.acting_as(draw.drawn_by):  # the operator stays the same when another person takes the work up
            _draw(draw, work)
            certificate = (root / "certificate.json").read_bytes()
            _check(draw, certificate)
        number, head = library.journal_head(root)
        document = draw_certificate.document(draw, certificate, f"{number}:{head}", work.arguments["base_url"])
        work.progress(1.0, "rounds.certificate")
        draw = record_drawn(
            draw_id=draw.pk, certificate=certificate, journal_head=f"{number}:{head}", document=document, by=work.actor
        )
    return {"draw": draw.number}


@handles(reads.TRIAL_JOB, quick=True)
def try_out(work: Work) -> Result:
    """Draw for practice; the sizes are the result, the units are forgotten."""
    round_ = queries.by_id(work.arguments["round"])
    refuse_trial(round_, work.actor)
    root = folder_of(round_)
    library.put_settings(root, settings_of(round_))
    work.progress(0.1, "rounds.trial")
    with library.acting_as(work.actor.name):
        rows = library.trial_draw(root, work.arguments["text"])
    return {"sizes": [list(row) for row in rows]}


def _draw(draw: Draw, work: Work) -> None:
    root, settings = folder_of(draw.round), settings_of(draw.round)
    library.put_settings(root, settings)
    _refuse_other(draw, library.frame_hash(root), library.before_draw(root, settings).design_sha256)
    texts = [(w.printed_name, w.text) for w in draw.witnesses.all()]
    number = (draw.public_source, draw.public_number) if draw.public_source else None
    reason = draw.reason or None
    library.set_witnesses(root, texts, number, reason=reason, history=reads.history(draw))
    library.run(root, until="sample", progress=lambda step, share, note: work.progress(share * LIBRARY_SHARE, step))


def _refuse_other(draw: Draw, frame: str, design: str) -> None:
    """The texts were typed for one frame and one design."""
    if frame != draw.frame_sha256:
        raise SipasError("round.witnesses_for_other_frame", expected=draw.frame_sha256, got=frame)
    if design != draw.design_sha256:
        raise SipasError("round.witnesses_for_other_design", expected=draw.design_sha256, got=design)


def _check(draw: Draw, certificate: bytes) -> None:
    made, expected = json.loads(certificate)["seed"]["sha256"], reads.seed_of(draw, draw.drawn_by)
    if made != expected:
        raise SipasError("sampling.certificate_seed", "seed", expected=expected, got=made)
