"""Where keying stands, for the page of a round; and the keyers' entry in the menu."""

from __future__ import annotations

from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.capture.permissions import Permission
from sipas_web.capture.queries.keying import standing
from sipas_web.rounds.parts import Part, Stage, Standing
from sipas_web.rounds.queries import Round, State
from sipas_web.shared.menu import Entry


def keying_standing(round_: Round) -> Standing:
    """Say how many paper forms wait, and how many are accepted."""
    if round_.state in {State.SET_UP, State.DRAWN, State.ABANDONED}:
        return Standing(Stage.WAITING, _("Follows the issue of cases."))
    counts = standing(round_)
    if not any(counts.values()):
        return Standing(Stage.OPTIONAL, _("No paper form has reached the desk yet."))
    figures = {name: localize(counts[name]) for name in ("waiting", "differs", "accepted")}
    text = (
        _("%(waiting)s forms wait at the desk, %(differs)s are to be reconciled, %(accepted)s are accepted.") % figures
    )
    is_open = round_.state == State.IN_FIELD
    return Standing(Stage.RUNNING if is_open else Stage.DONE, text)


PART = Part(104, "keying_progress", gettext_lazy("Keying of forms"), Permission.KEYING_VIEW, keying_standing)
ENTRY = Entry(
    15,
    "keying_home",
    gettext_lazy("Key forms"),
    gettext_lazy("Type in the paper forms that came back."),
    Permission.FORM_KEY,
)
