"""What was published of single units, for the apps above: in the unit's own round, or as a unit of one above it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Exists, OuterRef, QuerySet

from sipas.rounds.published import PublishedRound
from sipas_web.audit.actors import Actor
from sipas_web.results.models import Publication
from sipas_web.results.queries import folder_of, reading
from sipas_web.results.queries.reading_names import WHOLE
from sipas_web.rounds.folders import PLACES
from sipas_web.rounds.queries import MeasuredUnit, Round
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit


@dataclass(frozen=True, slots=True)
class Published:
    """Where a unit's values stand."""

    round: Round
    version: int
    results: PublishedRound
    kind: str
    domain: str
    opened: reading.Opened | None  # how its reader sees it; None: asked by the program itself

    def value(self, node: str) -> object | None:
        """Give the library's value of a node, as it was disclosed."""
        name = self.results.figures.root if node in {"", "index"} else node
        return self.results.figures.values.get((self.kind, self.domain, name))

    def may_see(self, node: str) -> bool:
        """Follow the rule of every table: below the index an agency's values are for it and who reads the whole."""
        name = self.results.figures.root if node in {"", "index"} else node
        if self.opened is None or not self.opened.is_limited(self.kind, name):
            return True
        return self.opened.may_open(self.domain)


def of_units(wanted: Collection[Unit], years: Iterable[int], by: Actor | None) -> dict[tuple[int, int], Published]:
    """Find the newest published values of units by unit and year: of a round of their own, else of the nearest above.

    ``by`` missing: for work whose reader was asked before; what was withheld from everybody stays so.
    """
    found: dict[tuple[int, int], tuple[int, Published]] = {}
    for publication in _newest(years):
        steps = dict(_steps(wanted, publication.round))
        inside = [unit for unit in wanted if unit.pk in steps]
        if not inside or (seen := _seen(publication, by)) is None:
            continue
        results, opened = seen
        tied = _tied(publication.round, inside)
        for unit in inside:
            place = _domain(results, publication.round, unit, tied.get(unit.pk, ""))
            key, step = (unit.pk, publication.round.year), steps[unit.pk]
            if place is not None and (key not in found or step < found[key][0]):
                found[key] = step, Published(publication.round, publication.version, results, *place, opened)
    return {key: one for key, (_step, one) in found.items()}


def _newest(years: Iterable[int]) -> QuerySet[Publication]:
    later = Publication.objects.filter(round=OuterRef("round"), version__gt=OuterRef("version"))
    rows = Publication.objects.filter(~Exists(later), round__year__in=list(years))
    return rows.select_related("round__unit", "round__previous", "snapshot").order_by("-published", "-pk")


def _steps(wanted: Collection[Unit], round_: Round) -> Iterable[tuple[int, int]]:
    """Say how far below the round's place each unit lies that lies there."""
    if any(unit.pk == round_.unit_id for unit in wanted):
        yield round_.unit_id, 0
    lines = units.lines_above([unit.pk for unit in wanted], round_.window_to).filter(ancestor=round_.unit_id)
    yield from lines.values_list("descendant_id", "depth")


def _seen(publication: Publication, by: Actor | None) -> tuple[PublishedRound, reading.Opened | None] | None:
    if by is None:
        return reading.read(folder_of(publication)), None
    opened = reading.opened(by, publication.round_id)
    return (opened.results, opened) if opened is not None else None


def _tied(round_: Round, inside: Collection[Unit]) -> Mapping[int, str]:
    rows = MeasuredUnit.objects.filter(round=round_, unit__in=[unit.pk for unit in inside])
    return dict(rows.values_list("unit_id", "name_in_lists"))


def _domain(results: PublishedRound, round_: Round, unit: Unit, tied: str) -> tuple[str, str] | None:
    if unit.pk == round_.unit_id:
        return WHOLE, ""
    kind, known, codes = _names(results)
    for place in PLACES:
        if (place, unit.code) in codes:
            return place, unit.code
    names = (tied, unit.full_name, unit.name, f"UBND {unit.full_name}", f"Ủy ban nhân dân {unit.full_name}")
    domain = next((known[key] for name in names if name and (key := search_key(name)) in known), None)
    return (kind, domain) if domain is not None else None


@lru_cache(maxsize=reading.KEPT)
def _names(results: PublishedRound) -> tuple[str, dict[str, str], set[tuple[str, str]]]:
    """Give the kind that is ranked, its domains by search key, and the places by kind and code."""
    kind = results.settings.estimates.rank_by[0]
    values = results.figures.values
    known = {search_key(domain): domain for k, domain, _node in values if k == kind}
    return kind, known, {(k, domain) for k, domain, _node in values if k in PLACES}
