"""Where the design and its costs stand, in a sentence each."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.rounds import design_costs, design_reading
from sipas_web.rounds.design_desk import saved_size
from sipas_web.rounds.parts import Part, Stage, Standing
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import Round, State


def design(round_: Round) -> Standing:
    """Give the number of forms, where it is known."""
    done = "design" in round_.confirmed or State(round_.state) != State.SET_UP
    size = saved_size(round_)
    if size is None:
        text = _("Waits for the lists, or for assumed sizes")
    else:
        text = _("%(count)s official forms") % {"count": number_format(round(size, 1), use_l10n=True)}
        if design_reading.base_of(round_).source != "frame":
            text = _("%(count)s, on assumed sizes") % {"count": text}
    return Standing(Stage.DONE if done else Stage.READY, text)


def costs(round_: Round) -> Standing:
    """Count the prices."""
    prices = design_costs.prices_of(round_.planning)
    entered = sum(price.amount is not None for price in prices)
    if entered == 0:
        return Standing(Stage.READY, _("No unit price yet; the estimate can be left out"))
    text = _("%(entered)d of %(all)d unit prices entered") % {"entered": entered, "all": len(prices)}
    return Standing(Stage.DONE, text)


PARTS = (
    Part(50, "round_design", gettext_lazy("Design of the sample"), Permission.ROUND_VIEW, design),
    Part(55, "round_costs", gettext_lazy("Cost estimate"), Permission.ROUND_VIEW, costs),
)
