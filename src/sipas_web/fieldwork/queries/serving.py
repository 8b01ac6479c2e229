"""Which office serves which commune: as set, else the nearest in the tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count

from sipas_web.fieldwork.models import UNFINISHED, Case
from sipas_web.fieldwork.queries.offices import offices_of, served
from sipas_web.rounds.queries import Round
from sipas_web.units import queries as units
from sipas_web.units.kinds import Kind
from sipas_web.units.queries import Unit, today


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune with cases, and who serves it."""

    code: str
    unit: Unit | None  # missing where the register does not know the code
    cases: int  # of the round, without reserves not in use
    office: int | None  # as set
    suggested: int | None  # where none is set

    @property
    def name(self) -> str:
        """Its name, else its code."""
        return self.unit.full_name if self.unit else self.code


def communes_of(round_: Round) -> list[Commune]:
    """List the communes of a round's cases with who serves them, in order of codes."""
    counted = Case.objects.filter(round=round_).exclude(state="reserve").order_by().values_list("commune")
    cases = dict(counted.annotate(n=Count("pk")))
    known, offices = units_of(cases), list(offices_of(round_).order_by("code"))
    is_set = {area.commune.code: area.office_id for area in served([office.pk for office in offices])}
    near = nearest(cases.keys() - is_set.keys(), offices)
    return [Commune(code, known.get(code), cases[code], is_set.get(code), near.get(code)) for code in sorted(cases)]


def serving(round_: Round, codes: Collection[str]) -> dict[str, int]:
    """Give the office of each commune (codes): as set, else the nearest; communes without any are left out."""
    offices = list(offices_of(round_).order_by("code"))
    is_set = {area.commune.code: area.office_id for area in served([office.pk for office in offices])}
    near = nearest(set(codes) - is_set.keys(), offices)
    return {code: office for code in codes if (office := is_set.get(code) or near.get(code)) is not None}


def communes_in(round_: Round) -> set[str]:
    """List the codes of the communes of a round's area today."""
    below = units.under_any([round_.unit_id], today())
    found = units.holding(Unit.objects.filter(kind=Kind.COMMUNE, pk__in=below), today())
    return set(found.values_list("code", flat=True))


def units_of(codes: Collection[str]) -> dict[str, Unit]:
    """Give communes by their codes: of today, else as they were last."""
    found = Unit.objects.filter(kind=Kind.COMMUNE, code__in=[code for code in codes if code]).order_by("valid_from")
    return {unit.code: unit for unit in found}


def nearest(codes: Collection[str], offices: Collection[Unit]) -> dict[str, int]:
    """Suggest an office for each commune: one inside it, else of the commune with the nearest code.

    Codes of communes run on inside what was one district, so a near code is mostly a near place. Where no office lies
    in a commune, and for cases without a commune, the office above most others is suggested.
    """
    places = _places(offices)
    homes = sorted((code, office) for office, code in places.items())
    top = _top(offices, places)
    made: dict[str, int] = {}
    for code in codes:
        if code.isdecimal() and homes:
            made[code] = min(homes, key=lambda home: (abs(int(home[0]) - int(code)), home))[1]
        elif top is not None:
            made[code] = top
    return made


def ancestors_of(found: Mapping[str, Unit]) -> dict[str, set[int]]:
    """Give the units above each commune (by code), itself included."""
    above: dict[int, set[int]] = {}
    for below, ancestor in units.lines_above({unit.pk for unit in found.values()}, today()):
        above.setdefault(below, set()).add(ancestor)
    return {code: above.get(unit.pk, set()) for code, unit in found.items()}


def unassigned(round_: Round, source: int | None) -> dict[str, int]:
    """Count open cases by commune: with nobody, or at an office without an interviewer."""
    lying = Case.objects.filter(round=round_, office=source, interviewer=None, state__in=UNFINISHED)
    return dict(lying.order_by().values_list("commune").annotate(n=Count("pk")))


def _places(offices: Collection[Unit]) -> dict[int, str]:
    """Give the code of the commune in which an office lies, for those that lie in one."""
    lines = units.lines_above({office.pk for office in offices}, today()).filter(ancestor__kind=Kind.COMMUNE)
    return {office: code for office, code in lines.values_list("descendant_id", "ancestor__code") if code.isdecimal()}


def _top(offices: Collection[Unit], places: Mapping[int, str]) -> int | None:
    free = {office.pk: office.code for office in offices if office.pk not in places}
    lines = units.lines_above({office.pk for office in offices}, today()).filter(ancestor__in=free)
    below = Counter(ancestor for _descendant, ancestor in lines)
    return min(free, key=lambda pk: (-below[pk], free[pk]), default=None)
