"""Where an own unit stands over time: under a unit, and after its end under the one that took it over whole."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from sipas_web.units import queries
from sipas_web.units.closure import DAY, Period
from sipas_web.units.kinds import OWN
from sipas_web.units.models import Ancestry, Membership, Unit


def places(parent: Unit, since: dt.date, until: dt.date) -> list[tuple[Unit, Period]]:
    """Give the units above over a period, beginning with one; it goes on under the only successor of each that ends.

    A ValidationError where there is none or several on the way: then the place after that day must be said.
    """
    found: list[tuple[Unit, Period]] = []
    while True:
        if not parent.holds(since):
            message = _("%(parent)s does not exist during the whole period.")
            raise ValidationError(message, params={"parent": parent.full_name})
        last = min(queries.last_day(parent), until)
        found.append((parent, (since, last)))
        if last == until:
            return found
        heirs = list(queries.successions_of(parent))
        if len(heirs) != 1:
            message = _("%(parent)s ends on %(day)s and has no single successor; say where the unit stands after.")
            params = {"parent": parent.full_name, "day": last.strftime("%d/%m/%Y")}
            raise ValidationError(message, params=params)
        parent, since = heirs[0].successor, last + DAY


def place(unit: Unit, parent: Unit, since: dt.date, until: dt.date) -> None:
    """Write where a unit stands."""
    if Ancestry.objects.filter(ancestor=unit, descendant=parent).exists():
        raise ValidationError(_("A unit cannot stand under itself."))
    for above, (first, last) in places(parent, since, until):
        Membership.objects.create(unit=unit, parent=above, valid_from=first, valid_to=last)


def cut(memberships: QuerySet[Membership], on: dt.date) -> None:
    """End places the day before a day; those that begin later are taken away."""
    memberships.filter(valid_from__gte=on).delete()
    memberships.filter(valid_to__gte=on).update(valid_to=on - DAY)


def carry_over() -> list[int]:
    """Move own units whose unit above has ended under its only successor; give the ids of those that have none.

    For a newer register, in which units above have ended since.
    """
    stranded = []
    outlived = Membership.objects.filter(unit__kind__in=OWN, valid_to__gt=F("parent__valid_to"))
    for line in outlived.select_related("parent", "unit"):
        try:
            found = places(line.parent, line.valid_from, line.valid_to)
        except ValidationError:
            stranded.append(line.unit_id)
            continue
        line.delete()
        for above, (first, last) in found:
            Membership.objects.create(unit=line.unit, parent=above, valid_from=first, valid_to=last)
    return stranded
