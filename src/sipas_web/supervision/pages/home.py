"""The supervisors' own area: rounds with their figures, own samples, requests, released findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.permissions import Permission as FieldPermission
from sipas_web.fieldwork.queries.progress import progress_of
from sipas_web.rounds.queries import Round, State
from sipas_web.supervision.permissions import Permission
from sipas_web.supervision.queries import CheckSample, Order, access, orders, released
from sipas_web.supervision.queries import samples as reads

SHOWN = (State.IN_FIELD, State.FROZEN, State.PUBLISHED)
MOST_ROUNDS, MOST_ROWS = 20, 50


@dataclass(frozen=True, slots=True)
class Own:
    """A sample of one's own with how far it is."""

    sample: CheckSample
    standing: reads.Standing


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round with the figures of its field work."""

    round: Round
    issued: int
    returned: int
    valid: int
    replaced: int
    waiting: int  # steps on failed forms that wait for this reader
    may_draw: bool


@dataclass(frozen=True, slots=True)
class Home:
    """The first page."""

    rounds: Sequence[RoundRow]
    own: Sequence[Own]
    orders: Sequence[orders.Stand]
    released: Sequence[CheckSample]
    is_supervisor: bool


@dataclass(frozen=True, slots=True)
class RoundPage:
    """The page of one round."""

    row: RoundRow
    own: Sequence[Own]
    orders: Sequence[orders.Stand]
    released: Sequence[CheckSample]
    may_draw: bool
    may_order: bool
    may_answer: bool
    sees_field: bool
    sees_register: bool


def home_of(by: Actor) -> Home:
    """Gather what a reader sees first."""
    seen = list(access.rounds_of(by, Permission.FINDING_VIEW).filter(state__in=SHOWN)[:MOST_ROUNDS])
    waiting = released.remedies_for(by)
    return Home(
        rounds=[_row(round_, by, waiting) for round_ in seen],
        own=own_of(by),
        orders=[orders.stand_of(one) for one in _open(by)],
        released=list(access.released_samples(by)[:MOST_ROWS]),
        is_supervisor=by.may(Permission.SAMPLE_VIEW),
    )


def round_page_of(round_: Round, by: Actor) -> RoundPage:
    """Gather what a reader sees of a round."""
    return RoundPage(
        row=_row(round_, by, released.remedies_for(by)),
        own=own_of(by, round_),
        orders=[orders.stand_of(one) for one in orders.seen_orders(by).filter(round=round_)],
        released=list(access.released_samples(by).filter(round=round_)[:MOST_ROWS]),
        may_draw=_may_draw(round_, by),
        may_order=by.may(Permission.ORDER_GIVE, round_.unit) and round_.state in SHOWN[:2],
        may_answer=by.may(Permission.FINDING_ANSWER, round_.unit),
        sees_field=by.may(FieldPermission.PROGRESS_VIEW, round_.unit),
        sees_register=by.may(FieldPermission.REGISTER_VIEW, round_.unit),
    )


def own_of(by: Actor, round_: Round | None = None) -> list[Own]:
    """List a reader's own samples with how far they are."""
    found = access.own_samples(by)
    samples = list((found.filter(round=round_) if round_ else found)[:MOST_ROWS])
    counts = reads.progress_of(samples)
    return [Own(sample, counts.get(sample.pk, reads.Standing())) for sample in samples]


def _row(round_: Round, by: Actor, waiting: dict[int, int]) -> RoundRow:
    total = progress_of(round_).total
    return RoundRow(
        round_, total.issued, total.returned, total.valid, total.replaced, waiting.get(round_.pk, 0),
        _may_draw(round_, by),
    )  # fmt: skip


def _may_draw(round_: Round, by: Actor) -> bool:
    is_time = round_.state in SHOWN[:2]
    return is_time and access.round_of(by, round_.pk, Permission.SAMPLE_DRAW) is not None


def _open(by: Actor) -> list[Order]:
    return list(orders.seen_orders(by).filter(withdrawn__isnull=True, reports__isnull=True)[:MOST_ROWS])
