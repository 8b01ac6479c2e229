"""Where the answers stand, for the page of a round."""

from __future__ import annotations

from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.capture.permissions import Permission
from sipas_web.fieldwork.queries.progress import answered
from sipas_web.rounds.parts import Part, Stage, Standing
from sipas_web.rounds.queries import Round, State


def answers_standing(round_: Round) -> Standing:
    """Say how many forms came in."""
    if round_.state in {State.SET_UP, State.DRAWN, State.ABANDONED}:
        return Standing(Stage.WAITING, _("Follows the issue of cases."))
    count, valid, _modes = answered(round_)
    if round_.state == State.IN_FIELD and not count:
        return Standing(Stage.READY, _("No answer has come in yet."))
    text = _("%(count)s forms came in, %(valid)s of them valid.") % {"count": localize(count), "valid": localize(valid)}
    return Standing(Stage.RUNNING if round_.state == State.IN_FIELD else Stage.DONE, text)


PART = Part(105, "answers", gettext_lazy("Answers that came in"), Permission.RESPONSE_COUNT, answers_standing)
