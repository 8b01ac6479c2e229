"""From what a plan can be begun: a unit's own published results, else those that cover it, else none yet."""

from __future__ import annotations

from dataclasses import dataclass

from sipas_web.audit.actors import Actor
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.reports_area import own_units
from sipas_web.improvement.queries.reports_index import newest_over
from sipas_web.results.queries import Publication
from sipas_web.results.queries.of_units import Published, of_units
from sipas_web.units.queries import Unit, today

MOST = 5  # units of one person
YEARS = 4  # looked back


@dataclass(frozen=True, slots=True)
class Start:
    """A unit and the newest results a plan of it can rest on."""

    unit: Unit
    own: Published | None
    over: Publication | None  # of the area the unit lies in, where it has none of its own

    @property
    def version(self) -> str:
        """Name of the version in addresses."""
        number = self.own.version if self.own else self.over.version if self.over else 0
        return f"v{number}"


def starts(by: Actor) -> list[Start]:
    """List the units at which the actor writes plans, with what was published of each."""
    if not by.may(Permission.PLAN_CHANGE):
        return []
    units, on = list(own_units(by, Permission.PLAN_CHANGE)[:MOST]), today()
    found = of_units(units, range(on.year - YEARS, on.year + 1), by)
    made = []
    for unit in units:
        years = [year for pk, year in found if pk == unit.pk]
        own = found[unit.pk, max(years)] if years else None
        made.append(Start(unit, own, None if own else newest_over(unit, on, by)))
    return made
