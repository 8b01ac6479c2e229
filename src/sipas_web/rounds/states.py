"""Which state of a round may follow which; the actions of each app ask here before they move one."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from sipas_web.rounds.queries import Round, State, has_open_draw

NEXT: dict[State, frozenset[State]] = {
    State.SET_UP: frozenset({State.DRAWN, State.ABANDONED}),
    # Drawn again, with a reason; or the sample is set aside, with a reason, so that the settings can be changed.
    State.DRAWN: frozenset({State.DRAWN, State.SET_UP, State.IN_FIELD, State.ABANDONED}),
    State.IN_FIELD: frozenset({State.FROZEN, State.ABANDONED}),
    State.FROZEN: frozenset({State.IN_FIELD, State.PUBLISHED, State.FROZEN}),
    State.PUBLISHED: frozenset({State.FROZEN}),  # a correction
    State.ABANDONED: frozenset(),
}
_vetoes: list[Callable[[Round], StrOrPromise]] = []

# What the sample is drawn from and how: fixed while a draw is open and once the sample is drawn.
BINDING = frozenset({
    "edition", "window_from", "window_to", "measured", "frame", "design", "coordination", "department_key",
    "simulated",
})  # fmt: skip
EDITABLE = frozenset({State.SET_UP, State.DRAWN, State.IN_FIELD, State.FROZEN})


def is_binding(setting: str) -> bool:
    """Say whether a setting, as ``frame.fields``, decides what the sample is."""
    return setting.partition(".")[0] in BINDING


def is_bound(round_: Round) -> bool:
    """Say whether what the sample is drawn from is fixed. One query while the round is being set up."""
    return State(round_.state) != State.SET_UP or has_open_draw(round_)


def is_editable(round_: Round) -> bool:
    """Say whether any setting of a round may still change."""
    return State(round_.state) in EDITABLE


def refuse_change(round_: Round, *settings: str) -> None:
    """Refuse a change of settings that the state does not allow: a sample stands for what it was drawn from."""
    refuse_unless(round_, *EDITABLE)
    if any(is_binding(setting) for setting in settings) and is_bound(round_):
        raise ValidationError(
            _(
                "The sample was drawn from this, or a draw is open. To change it, set the sample aside with a reason; "
                "then the draw is held again."
            )
        )


def refuse_unless(round_: Round, *states: State) -> None:
    """Refuse what the round's state does not allow, with a sentence."""
    if State(round_.state) not in states:
        raise ValidationError(
            _("The round is %(state)s; this is not possible now."), params={"state": State(round_.state).label}
        )


def add_veto(veto: Callable[[Round], StrOrPromise]) -> None:
    """Let a higher app refuse that a round be abandoned: it gives the sentence, or an empty text."""
    _vetoes.append(veto)


def move(round_: Round, to: State) -> None:
    """Put a round, held with ``select_for_update``, into its next state and save it; refuses a leap."""
    if to not in NEXT[State(round_.state)]:
        refuse_unless(round_, *(s for s, following in NEXT.items() if to in following))
    if to == State.ABANDONED:
        _refuse_where_vetoed(round_)
    round_.state = to
    round_.save(update_fields=["state"])


def _refuse_where_vetoed(round_: Round) -> None:
    for veto in _vetoes:
        if said := veto(round_):
            raise ValidationError(said)
