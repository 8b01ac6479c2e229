"""What a page of a round says of units that have ended since."""

from __future__ import annotations

from typing import Any

from django import template

from sipas_web.rounds.queries import Round, mergers

register = template.Library()


@register.inclusion_tag("rounds/ended_units.html")
def ended_units(round_: Round) -> dict[str, Any]:
    """Say which units of a round have ended and who took over. One query."""
    return {"ended": mergers.ended_in(round_)}
