"""The draw before witnesses: opened, typed for, refused, abandoned, carried out, written down."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas import rounds as library
from sipas_web.audit import queries as audit
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.jobs import actions as jobs
from sipas_web.jobs.models import Job
from sipas_web.jobs.queries import open_kinds
from sipas_web.rounds import queries, states
from sipas_web.rounds.draw_texts import SHORTEST, checked
from sipas_web.rounds.folders import folder_of, settings_of
from sipas_web.rounds.models import Draw, Round, State, Witness
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import draw as reads
from sipas_web.rounds.queries.frame import is_importing


@transaction.atomic
def open_draw(*, round_id: int, named: Sequence[tuple[int, str]], public_source: str, reason: str, by: Actor) -> Draw:
    """Open a draw: fixes the hashes of frame and design; needs ``rounds.draw_hold`` over the round's unit.

    ``named``: the id of each witness and their name with the body they stand for, as printed. A second draw needs a
    reason. Recorded with hashes and witnesses.
    """
    round_ = queries.held(round_id)
    by.require(Permission.DRAW_HOLD, round_.unit)
    states.refuse_unless(round_, State.SET_UP, State.DRAWN)
    number = Draw.objects.filter(round=round_).count() + 1
    reason, source = checked(reason, shortest=0), checked(public_source, shortest=0)
    _refuse_opening(round_, named, number, source, reason, by)
    frame, design = _fixed(round_)
    draw = Draw.objects.create(
        round=round_,
        number=number,
        frame_sha256=frame,
        design_sha256=design,
        reason=reason if number > 1 else "",
        public_source=source,
        code=secrets.token_hex(16),
        opened_by=by.name,
    )
    for person_id, name in named:
        Witness.objects.create(draw=draw, person_id=person_id, printed_name=checked(name))
    details = {
        "draw": number, "frame_sha256": frame, "design_sha256": design, "reason": reason, "public_source": source,
        "witnesses": [w.printed_name for w in draw.witnesses.all()],
    }  # fmt: skip
    record(by=by, action="rounds.draw_opened", subject=draw, unit=round_.unit, details=details)
    return draw


@transaction.atomic
def type_text(*, draw_id: int, text: str, by: Actor) -> Witness:
    """Type one's own text, once; needs ``rounds.draw_witness`` and to be named. Recorded with its salted hash only."""
    draw, witness = _own_part(draw_id, by)
    clean = checked(text, shortest=SHORTEST)
    if Witness.objects.filter(draw__round=draw.round_id, text__iexact=clean).exists():
        raise ValidationError(_("This text was already used in a draw of this round. Type another one."))
    witness.text, witness.salt, witness.typed = clean, secrets.token_hex(16), timezone.now()
    witness.save(update_fields=["text", "salt", "typed"])
    details = {"draw": draw.number, "witness": witness.printed_name, "sha256": reads.commitment(witness)}
    record(by=by, action="rounds.draw_text_typed", subject=draw, unit=draw.round.unit, details=details)
    return witness


@transaction.atomic
def refuse(*, draw_id: int, reason: str, by: Actor) -> Witness:
    """Refuse to take part, with a reason: this draw can then only be abandoned. Recorded with the reason."""
    draw, witness = _own_part(draw_id, by)
    witness.refusal, witness.refused = checked(reason), timezone.now()
    witness.save(update_fields=["refusal", "refused"])
    details = {"draw": draw.number, "witness": witness.printed_name, "reason": witness.refusal}
    record(by=by, action="rounds.draw_refused", subject=draw, unit=draw.round.unit, details=details)
    return witness


@transaction.atomic
def give_number(*, draw_id: int, number: str, by: Actor) -> Draw:
    """Type the public number; the operator or a witness may, and a second person must confirm it. Recorded."""
    draw = _taking_part(draw_id, by)
    if not draw.public_source or draw.public_confirmed_by:
        raise ValidationError(_("No public number is awaited."))
    clean = checked(number)
    earlier = Draw.objects.filter(round=draw.round_id, public_source=draw.public_source, public_number=clean)
    if earlier.exclude(pk=draw.pk).exists():
        raise ValidationError(_("This number was already used in a draw of this round."))
    draw.public_number, draw.public_typed_by = clean, by.key
    draw.save(update_fields=["public_number", "public_typed_by"])
    details = {"draw": draw.number, "source": draw.public_source, "number": clean}
    record(by=by, action="rounds.draw_number_typed", subject=draw, unit=draw.round.unit, details=details)
    return draw


@transaction.atomic
def confirm_number(*, draw_id: int, number: str, by: Actor) -> Draw:
    """Confirm the public number by typing it again; never by who typed it. Recorded."""
    draw = _taking_part(draw_id, by)
    if not draw.public_number or draw.public_confirmed_by:
        raise ValidationError(_("No public number is awaited."))
    if draw.public_typed_by == by.key:
        raise ValidationError(_("Another person must confirm the number."))
    if checked(number) != draw.public_number:
        raise ValidationError(
            _("This is not the number that was typed. Look it up again; whoever typed it can mend it.")
        )
    draw.public_confirmed_by = by.name
    draw.save(update_fields=["public_confirmed_by"])
    details = {"draw": draw.number, "source": draw.public_source, "number": draw.public_number}
    record(by=by, action="rounds.draw_number_confirmed", subject=draw, unit=draw.round.unit, details=details)
    return draw


@transaction.atomic
def abandon(*, draw_id: int, reason: str, by: Actor) -> Draw:
    """Give up a draw that is not drawn; needs ``rounds.draw_hold``. It stays, and every later certificate tells of it.

    Recorded with the reason and whether the texts could be read by then.
    """
    draw = _operated(draw_id, by)
    _refuse_abandoning(draw)
    draw.were_texts_known = bool(draw.witnesses.all()) and reads.is_revealed(draw)
    draw.state, draw.abandoned, draw.abandoned_because = Draw.State.ABANDONED, timezone.now(), checked(reason)
    draw.save(update_fields=["state", "abandoned", "abandoned_because", "were_texts_known"])
    details = {"draw": draw.number, "reason": draw.abandoned_because, "texts_known": draw.were_texts_known}
    record(by=by, action="rounds.draw_abandoned", subject=draw, unit=draw.round.unit, details=details)
    return draw


@transaction.atomic
def carry_out(*, draw_id: int, base_url: str, by: Actor) -> Job:
    """Start the draw when everything announced has been given; needs ``rounds.draw_hold``, never by a witness.

    Pins the head of the audit record, which then holds every text's hash. Recorded.
    """
    draw = _operated(draw_id, by)
    states.refuse_unless(draw.round, State.SET_UP, State.DRAWN)
    if refused := reads.refusals(draw):
        message = _("%(name)s refused. Abandon this draw; a new one can be opened.")
        raise ValidationError(message, params={"name": refused[0].printed_name})
    if not reads.is_complete(draw):
        raise ValidationError(_("Not everything that was announced has been given yet."))
    if draw.state == Draw.State.OPEN:
        number, head = audit.head()
        draw.state, draw.audit_head, draw.drawn_by = Draw.State.DRAWING, f"{number}:{head}", by.name
        draw.save(update_fields=["state", "audit_head", "drawn_by"])
    job = jobs.start(
        kind=reads.DRAW_JOB, subject=draw, unit=draw.round.unit, by=by,
        arguments={"draw": draw.pk, "base_url": base_url},
    )  # fmt: skip
    record(by=by, action="rounds.draw_started", subject=draw, unit=draw.round.unit, details={"draw": draw.number})
    return job


@transaction.atomic
def record_drawn(*, draw_id: int, certificate: bytes, journal_head: str, document: bytes, by: Actor) -> Draw:
    """Write down what the library drew and move the round on; asking twice changes nothing. Recorded with hashes."""
    draw = reads.held(draw_id)
    by.require(Permission.DRAW_HOLD, draw.round.unit)
    if draw.state == Draw.State.DONE:
        return draw
    if draw.state != Draw.State.DRAWING:
        raise ValidationError(_("This draw was abandoned."))
    draw.certificate, draw.journal_head, draw.document = certificate.decode(), journal_head, document
    draw.document_sha256 = hashlib.sha256(document).hexdigest()
    draw.state, draw.drawn = Draw.State.DONE, timezone.now()
    draw.save()
    states.move(draw.round, State.DRAWN)
    details = {
        "draw": draw.number, "certificate_sha256": hashlib.sha256(certificate).hexdigest(),
        "document_sha256": draw.document_sha256, "journal_head": journal_head, "audit_head": draw.audit_head,
    }  # fmt: skip
    record(by=by, action="rounds.draw_done", subject=draw, unit=draw.round.unit, details=details)
    return draw


@transaction.atomic
def start_trial(*, round_id: int, by: Actor) -> Job:
    """Start a trial draw, counted on every later certificate; needs ``rounds.draw_hold``. Recorded."""
    round_ = queries.held(round_id)
    refuse_trial(round_, by)
    text = secrets.token_hex(8)
    job = jobs.start(
        kind=reads.TRIAL_JOB, subject=round_, unit=round_.unit, by=by,
        arguments={"round": round_.pk, "text": text},
    )  # fmt: skip
    record(by=by, action="rounds.draw_tried", subject=round_, unit=round_.unit)
    return job


@transaction.atomic
def take_file(*, draw: Draw, name: str, by: Actor) -> None:
    """Note that rows of the frame or the sample leave. Recorded."""
    if not reads.may_take_files(by, draw.round):
        raise PermissionDenied
    details = {"draw": draw.number, "file": name}
    record(by=by, action="rounds.draw_file_taken", subject=draw, unit=draw.round.unit, details=details)


def refuse_trial(round_: Round, by: Actor) -> None:
    """Refuse a trial draw that may not be, also when it was allowed while it was asked for."""
    by.require(Permission.DRAW_HOLD, round_.unit)
    states.refuse_unless(round_, State.SET_UP, State.DRAWN)
    if queries.has_open_draw(round_):
        raise ValidationError(_("A draw is open: no trial draw now."))


def _refuse_opening(
    round_: Round, named: Sequence[tuple[int, str]], number: int, source: str, reason: str, by: Actor
) -> None:
    if queries.has_open_draw(round_):
        raise ValidationError(_("A draw of this round is open already."))
    if is_importing(round_):
        raise ValidationError(_("The lists are being imported. Wait until that has finished, or stop it."))
    if open_kinds(round_):
        raise ValidationError(_("Other work on this round is not finished. Wait until it ends, or stop it."))
    if number > 1 and not reason:
        raise ValidationError({"reason": _("Say why the draw is held again; it is printed on the certificate.")})
    if not named and not source:
        raise ValidationError(_("Name at least one witness, or a public number drawn later."))
    may = {person.pk for person, _name in reads.candidates(round_, by)}
    if not {person_id for person_id, _name in named} <= may:
        raise ValidationError(_("Not everybody named may be a witness of this draw."))
    names = [checked(name).casefold() for _person, name in named]
    if len(set(names)) < len(names) or "" in names or by.name.casefold() in names:
        raise ValidationError(_("Give each witness a printed name of their own, other than yours."))


def _fixed(round_: Round) -> tuple[str, str]:
    """Give the hashes of frame and design; refuse a frame that is behind its lists, a design that cannot be carried."""
    root, settings = folder_of(round_), settings_of(round_)
    ready = reads.ready(round_)
    if ready.error is not None:
        raise ready.error
    if not ready.is_ready or ready.before is None:
        raise ValidationError(_("The draw cannot be opened yet: something before it is missing."))
    if not library.frame_is_current(root, settings):
        raise ValidationError(_("Lists or settings changed after the frame was made. Import the frame again first."))
    library.planned_sizes(root, settings)
    return ready.frame_sha256, ready.before.design_sha256


def _own_part(draw_id: int, by: Actor) -> tuple[Draw, Witness]:
    """Hold a draw and the actor's own part in it, while it waits for them."""
    draw = reads.held(draw_id)
    by.require(Permission.DRAW_WITNESS, draw.round.unit)
    witness = next((w for w in draw.witnesses.all() if f"person:{w.person_id}" == by.key), None)
    if witness is None:
        raise PermissionDenied
    if draw.state != Draw.State.OPEN or witness.typed is not None or witness.refused is not None:
        raise ValidationError(_("This draw does not wait for you any more."))
    return draw, witness


def _taking_part(draw_id: int, by: Actor) -> Draw:
    """Hold an open draw for one who takes part in it: the operator or a witness."""
    draw = reads.held(draw_id)
    if not reads.is_named(draw, by):
        by.require(Permission.DRAW_HOLD, draw.round.unit)
    if draw.state != Draw.State.OPEN:
        raise ValidationError(_("This draw is not open."))
    return draw


def _operated(draw_id: int, by: Actor) -> Draw:
    """Hold a draw that is not finished for its operator, who is none of its witnesses."""
    draw = reads.held(draw_id)
    by.require(Permission.DRAW_HOLD, draw.round.unit)
    if reads.is_named(draw, by):
        raise ValidationError(_("A witness does not carry out their own draw."))
    if draw.state not in reads.OPEN:
        raise ValidationError(_("This draw is not open."))
    return draw


def _refuse_abandoning(draw: Draw) -> None:
    """A draw that runs, or whose sample the library has drawn already, can only be finished."""
    if draw.state == Draw.State.OPEN:
        return
    job = reads.job_of(draw)
    is_drawn = library.last_seed(folder_of(draw.round)) == reads.seed_of(draw, draw.drawn_by)
    if is_drawn or (job is not None and job.is_open):
        raise ValidationError(_("The sample is being drawn or was drawn; this draw can only be finished."))
