"""Where quality checks stand, for the page of a round."""

from __future__ import annotations

from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.quality import queries
from sipas_web.quality.permissions import Permission
from sipas_web.rounds.parts import Part, Stage, Standing
from sipas_web.rounds.queries import Round, State


def quality_standing(round_: Round) -> Standing:
    """Say how many flagged forms wait for a person."""
    if round_.state in {State.SET_UP, State.DRAWN, State.ABANDONED}:
        return Standing(Stage.WAITING, _("Follows the issue of cases."))
    check = queries.check_of(round_)
    if check is None:
        return Standing(Stage.READY, _("The forms have not been looked through yet."))
    figures = queries.figures_of(round_, "form")
    told = {"flagged": localize(figures.flagged), "waiting": localize(figures.waiting)}
    text = _("%(flagged)s forms are flagged, %(waiting)s of them wait for a decision.") % told
    return Standing(Stage.READY if figures.waiting and round_.state == State.IN_FIELD else Stage.DONE, text)


PART = Part(108, "quality_home", gettext_lazy("Signs of bad field work"), Permission.FLAG_VIEW, quality_standing)
