"""Room ``publication``: results and microdata in the form in which they may leave."""

from sipas.publication.suppression import (
    OPEN_ESTIMATES,
    OPEN_INDEX,
    Plan,
    open_table,
    plan_suppression,
    suppress_estimates,
    suppress_index,
)

__all__ = [
    "OPEN_ESTIMATES",
    "OPEN_INDEX",
    "Plan",
    "open_table",
    "plan_suppression",
    "suppress_estimates",
    "suppress_index",
]
