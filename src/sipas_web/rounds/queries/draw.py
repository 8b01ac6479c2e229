"""Reads of draws: who is named, who has typed, what was drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils import timezone

from sipas import rounds as library
from sipas.errors import SipasError
from sipas.rounds import BeforeDraw
from sipas.sampling import EarlierDraw, Refusal, SeedPart, make_seed
from sipas_web.accounts import queries as accounts
from sipas_web.audit.actors import Actor
from sipas_web.audit.permissions import Permission as AuditPermission
from sipas_web.jobs import queries as jobs
from sipas_web.jobs.queries import Job
from sipas_web.rounds import queries
from sipas_web.rounds.folders import folder_of, settings_of
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import Draw, Round, State, Witness
from sipas_web.shared.core_errors import sentence
from sipas_web.units import queries as units

DRAW_JOB, TRIAL_JOB = "rounds.draw", "rounds.draw_trial"
OPEN = (Draw.State.OPEN, Draw.State.DRAWING)
MOST_CANDIDATES = 200
HASH_KEPT = 30 * 24 * 3600  # s


@dataclass(frozen=True, slots=True)
class Ready:
    """What stands before a draw; ``faults`` are sentences' codes of what is missing."""

    faults: tuple[str, ...]
    error: SipasError | None
    before: BeforeDraw | None
    frame_sha256: str

    @property
    def is_ready(self) -> bool:
        """Whether a draw can be opened."""
        return not self.faults and self.error is None

    @property
    def said(self) -> str:
        """What is wrong with settings or design, in the reader's language."""
        return sentence(self.error) if self.error is not None else ""


@dataclass(frozen=True, slots=True)
class Named:
    """A witness as others see them."""

    witness: Witness
    commitment: str  # empty until they have typed
    text: str  # empty until everybody has typed


def draws_of(round_: Round) -> QuerySet[Draw]:
    """Every draw of a round, newest first, with its witnesses and without the documents."""
    return _light(Draw.objects.filter(round=round_)).prefetch_related("witnesses")


def latest(round_: Round) -> Draw | None:
    """Give the newest draw, whatever came of it."""
    return draws_of(round_).first()


def in_force(round_: Round) -> Draw | None:
    """Give the draw whose sample counts; none while the sample is set aside: the frame may be another by then."""
    if State(round_.state) in {State.SET_UP, State.ABANDONED}:
        return None
    return draws_of(round_).filter(state=Draw.State.DONE).first()


def numbered(round_: Round, number: int) -> Draw | None:
    """Give a draw that was carried out, with its documents."""
    return Draw.objects.filter(round=round_, number=number, state=Draw.State.DONE).first()


def by_id(draw_id: int) -> Draw:
    """Give a draw with its round."""
    return Draw.objects.select_related("round__unit", "round__previous").get(pk=draw_id)


def held(draw_id: int) -> Draw:
    """Hold a draw and its round for a change until the end of the transaction; the round first."""
    round_id = Draw.objects.filter(pk=draw_id).values_list("round_id", flat=True).get()
    round_ = queries.held(round_id)
    draw = Draw.objects.select_for_update(of=("self",)).get(pk=draw_id)
    draw.round = round_
    return draw


def witness_of(by: Actor, round_id: int) -> Witness | None:
    """Give the actor's own part in the newest draw of a round."""
    mine = Witness.objects.filter(draw__round=round_id, person=by.person).select_related("draw__round__unit")
    newest = Draw.objects.filter(round=round_id).order_by("-number").values_list("pk", flat=True).first()
    return mine.filter(draw=newest).first()


def awaiting(by: Actor) -> QuerySet[Witness]:
    """Draws that wait for the actor's text."""
    mine = Witness.objects.filter(person=by.person, typed__isnull=True, refused__isnull=True)
    return mine.filter(draw__state=Draw.State.OPEN).select_related("draw__round__unit").order_by("draw__opened")


def took_part(by: Actor) -> QuerySet[Witness]:
    """Give the draws the actor was named in, newest first, those that somebody else's refusal ended among them."""
    waits = {"typed__isnull": True, "refused__isnull": True, "draw__state__in": OPEN}
    mine = Witness.objects.filter(person=by.person).exclude(**waits)
    return mine.select_related("draw__round__unit").order_by("-draw__opened")


def count_awaiting(person: Any) -> int:
    """Count the draws that wait for someone, for the menu."""
    waiting = Witness.objects.filter(person=person.pk, typed__isnull=True, refused__isnull=True)
    return waiting.filter(draw__state=Draw.State.OPEN).count()


def candidates(round_: Round, by: Actor) -> list[tuple[accounts.Person, str]]:
    """List who may witness: people holding the permission over the round's area, with the body they stand for.

    Whoever opens the draw is not among them.
    """
    above = units.over_any([round_.unit_id], units.today())
    held_there = (
        accounts.Assignment.objects
        .filter(accounts.in_force(units.today()), unit__in=above, person__is_active=True)
        .filter(role__permissions__permission=Permission.DRAW_WITNESS)
        .exclude(person=by.person)
        .select_related("person", "unit", "role")
        .order_by("person__sort_key", "person_id")
    )
    found = {a.person_id: (a.person, f"{a.person.full_name}, {a.role.name}, {a.unit.full_name}") for a in held_there}
    return list(found.values())[:MOST_CANDIDATES]


def ready(round_: Round) -> Ready:
    """Tell whether a draw could be opened; cheap, the lists are not hashed."""
    faults = [] if round_.state in {State.SET_UP, State.DRAWN} else ["state"]
    try:
        before = library.before_draw(folder_of(round_), settings_of(round_))
    except SipasError as error:
        return Ready(tuple(faults), error, None, "")
    if not before.frame_file:
        faults.append("frame")
    if not before.gives_texts:
        faults.append("simulated")
    return Ready(tuple(faults), None, before, frame_sha256(round_, before) if before.frame_file else "")


def frame_sha256(round_: Round, before: BeforeDraw) -> str:
    """Give the hash of the canonical frame; kept by the hash of its file, since a large one takes seconds."""
    key = f"frame-sha256-{before.frame_file}"
    found = cache.get(key)
    if not isinstance(found, str):
        found = library.frame_hash(folder_of(round_))
        cache.set(key, found, HASH_KEPT)
    return found


def is_complete(draw: Draw) -> bool:
    """Say whether all that was announced has been given: every text, and the public number confirmed."""
    return is_revealed(draw) and (not draw.public_source or bool(draw.public_confirmed_by))


def is_revealed(draw: Draw) -> bool:
    """Say whether every witness has typed: from then on the texts are shown."""
    return all(w.typed is not None for w in draw.witnesses.all())


def refusals(draw: Draw) -> list[Witness]:
    """List the witnesses who refused."""
    return [w for w in draw.witnesses.all() if w.refused is not None]


def named(draw: Draw) -> list[Named]:
    """List the witnesses; their texts only when every one has typed."""
    shown = is_revealed(draw)
    return [Named(w, commitment(w) if w.typed else "", w.text if shown else "") for w in draw.witnesses.all()]


def commitment(witness: Witness) -> str:
    """Hash a text with its salt: shown before the text, it proves later that the text was not changed."""
    return hashlib.sha256(f"{witness.salt}:{witness.text}".encode()).hexdigest()


def seed_of(draw: Draw, operator: str) -> str:
    """Give the seed that follows from the texts of a complete draw."""
    parts = [SeedPart("witness", w.printed_name, w.text) for w in draw.witnesses.all()]
    if draw.public_source:
        parts.append(SeedPart("public_number", draw.public_source, draw.public_number, draw.public_source))
    return make_seed(draw.frame_sha256, parts, operator=operator).sha256


def history(draw: Draw) -> list[EarlierDraw]:
    """List the draws before this one, as the certificate tells of them."""
    before = Draw.objects.filter(round=draw.round_id, number__lt=draw.number).order_by("number")
    return [_earlier(one) for one in before.defer("document", "certificate").prefetch_related("witnesses")]


def job_of(draw: Draw) -> Job | None:
    """Give the newest attempt to carry a draw out."""
    return jobs.latest(draw, DRAW_JOB)


def trial_job(round_: Round) -> Job | None:
    """Give the newest trial draw."""
    return jobs.latest(round_, TRIAL_JOB)


def may_take_files(by: Actor, round_: Round) -> bool:
    """Say who may have the rows of frame and sample: who holds the draw, witnesses it, or inspects.

    They hold no identity, but a row tells more than a figure.
    """
    wanted: Sequence[str] = (Permission.DRAW_HOLD, Permission.DRAW_WITNESS, AuditPermission.RECORD_VIEW)
    return any(by.may(permission, round_.unit) for permission in wanted)


def is_named(draw: Draw, by: Actor) -> bool:
    """Say whether the actor is a witness of a draw."""
    return any(w.person_id == by.person for w in draw.witnesses.all())


def _earlier(draw: Draw) -> EarlierDraw:
    is_done = draw.state == Draw.State.DONE
    return EarlierDraw(
        number=draw.number,
        outcome="drawn" if is_done else "abandoned",
        opened=timezone.localdate(draw.opened).isoformat(),
        reason=draw.reason if is_done else draw.abandoned_because,
        texts_known=is_done or draw.were_texts_known,
        refused=tuple(Refusal(w.printed_name, w.refusal) for w in refusals(draw)),
    )


def _light(draws: QuerySet[Draw]) -> QuerySet[Draw]:
    return draws.select_related("round__unit").defer("document")
