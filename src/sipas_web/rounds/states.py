"""Which state of a round may follow which; the actions of each app ask here before they move one."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sipas_web.rounds.queries import Round, State

NEXT: dict[State, frozenset[State]] = {
    State.SET_UP: frozenset({State.DRAWN, State.ABANDONED}),
    State.DRAWN: frozenset({State.DRAWN, State.IN_FIELD, State.ABANDONED}),  # drawn again, with a reason
    State.IN_FIELD: frozenset({State.FROZEN, State.ABANDONED}),
    State.FROZEN: frozenset({State.IN_FIELD, State.PUBLISHED, State.FROZEN}),
    State.PUBLISHED: frozenset({State.FROZEN}),  # a correction
    State.ABANDONED: frozenset(),
}


def refuse_unless(round_: Round, *states: State) -> None:
    """Refuse what the round's state does not allow, with a sentence."""
    if State(round_.state) not in states:
        raise ValidationError(
            _("The round is %(state)s; this is not possible now."), params={"state": State(round_.state).label}
        )


def move(round_: Round, to: State) -> None:
    """Put a round, held with ``select_for_update``, into its next state and save it; refuses a leap."""
    if to not in NEXT[State(round_.state)]:
        refuse_unless(round_, *(s for s, following in NEXT.items() if to in following))
    round_.state = to
    round_.save(update_fields=["state"])
