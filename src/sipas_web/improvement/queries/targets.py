"""Targets beside what was reached: read from published rounds, or from the values entered of other series."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Count, Q, QuerySet
from django_stubs_ext import StrOrPromise

from sipas.instrument.model import Node
from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import SeriesValue
from sipas_web.improvement.models import Target as Target
from sipas_web.improvement.models.targets import SIGNS as SIGNS
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import series as series_reads
from sipas_web.improvement.series_register import SIPAS, Method, Series
from sipas_web.improvement.target_rule import Asked, verdicts
from sipas_web.results.queries.of_units import Published, of_units
from sipas_web.results.queries.reading_home import VERDICTS
from sipas_web.results.queries.reading_names import english, node_name
from sipas_web.rounds.editions import choices as editions
from sipas_web.rounds.permissions import Permission as RoundPermission
from sipas_web.rounds.queries import Round, in_areas
from sipas_web.rounds.states import EDITABLE
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units import queries as units

SORTS = {"unit": "unit__sort_key", "year": "year", "threshold": "threshold"}
WITH = ("unit", "issuer", "directive")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for; empty fields do not limit."""

    series: str = SIPAS
    year: int | None = None
    text: str = ""
    verdict: str = ""
    withdrawn: bool = False
    unit: int | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """A value and where it stands; ``round`` is missing where a person entered it."""

    value: float | None
    low: float | None
    high: float | None
    n: int | None
    round: Any = None
    version: int = 0
    method: str = ""
    line: str = ""
    source: str = ""
    is_withheld: bool = False
    is_simulated: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A target and what is known of it. ``reached`` is missing where no value is known, or none may be shown."""

    target: Target
    series: Series
    method: Method | None
    part_name: str
    reached: Reached | None
    verdict: str

    @property
    def words(self) -> StrOrPromise:
        """The verdict, as everywhere."""
        return VERDICTS[self.verdict][0]

    @property
    def tone(self) -> str:
        """Its colour."""
        return VERDICTS[self.verdict][1]


def visible(by: Actor) -> QuerySet[Target]:
    """Targets of units in the actor's areas."""
    return _in_areas(by, Permission.TARGET_VIEW)


def target_for(by: Actor, target_id: int, permission: str = Permission.TARGET_VIEW) -> Target | None:
    """Give a target in an area where the actor holds a permission."""
    return _in_areas(by, permission).filter(pk=target_id).first()


def held_target(target_id: int) -> Target:
    """Hold a target for a change."""
    return Target.objects.select_for_update(of=("self",)).select_related(*WITH).get(pk=target_id)


def found(by: Actor, wanted: Wanted, sort: str = "") -> QuerySet[Target]:
    """Targets of one series that fit; never of two, whose values cannot stand in one column."""
    rows = visible(by).filter(series=wanted.series, withdrawn__isnull=not wanted.withdrawn)
    if wanted.year:
        rows = rows.filter(year=wanted.year)
    if wanted.unit:
        rows = rows.filter(unit=wanted.unit)
    if wanted.text:
        rows = rows.filter(unit__search_key__contains=search_key(wanted.text))
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        return rows.order_by("-year", "unit__sort_key", "part", "pk")
    return rows.order_by(f"-{column}" if sort.startswith("-") else column, "-year", "unit__sort_key", "pk")


def years(by: Actor) -> list[int]:
    """List the years that have targets, newest first."""
    return list(visible(by).order_by("-year").values_list("year", flat=True).distinct())


def counts(by: Actor) -> dict[str, int]:
    """Count the targets of each series that hold."""
    rows = visible(by).filter(withdrawn__isnull=True).order_by().values_list("series")
    return dict(rows.annotate(number=Count("pk")))


def standing(unit: units.Unit, year: int, by: Actor | None = None) -> list[Standing]:
    """Give the targets of a unit for a year with what was reached; ``by`` missing: the caller has asked its reader."""
    rows = Target.objects.filter(unit=unit, year=year, withdrawn__isnull=True).select_related(*WITH)
    return standings(list(rows.order_by("series", "part", "pk")), by)


def standings(targets: Sequence[Target], by: Actor | None) -> list[Standing]:
    """Set what was reached beside targets; few queries for any number of them."""
    known = series_reads.named({t.series for t in targets})
    wanted = {t.unit_id: t.unit for t in targets}
    years_ = {t.year for t in targets}
    of_rounds = of_units([wanted[t.unit_id] for t in _of_sipas(targets)], {t.year for t in _of_sipas(targets)}, by)
    entered = series_reads.values_of(wanted, years_) if targets else {}
    reached = [_reached(t, of_rounds.get((t.unit_id, t.year)), _entered(t, entered)) for t in targets]
    told = verdicts([_asked(t, known[t.series], r) for t, r in zip(targets, reached, strict=True)])
    return [
        Standing(t, known[t.series], known[t.series].method(t.year), part_name(t, of_rounds), r, verdict)
        for t, r, verdict in zip(targets, reached, told, strict=True)
    ]


def part_name(target: Target, of_rounds: dict[tuple[int, int], Published]) -> str:
    """Name the part of a series a target asks for, as the results name it."""
    if target.series != SIPAS:
        return target.part
    published = of_rounds.get((target.unit_id, target.year))
    if published is not None:
        return node_name(published.results, target.part or published.results.figures.root)
    return node_title(target.part or "index")


def node_title(node: str) -> str:
    """Name a criterion of SIPAS as the newest edition that has it does, marked where its wording is not official."""
    from sipas.reporting.contents.phrases import marked

    found_ = _titles().get(node)
    return marked((english() and found_.title_en) or found_.title, found_.status) if found_ else node


@cache
def _titles() -> dict[str, Node]:
    found_: dict[str, Node] = {}
    for edition in editions():
        for node, _parent in edition.nodes():
            found_.setdefault(node.name, node)
    return found_


def counts_of(unit_ids: Collection[int], until: dt.date) -> dict[int, dict[str, int]]:
    """Count the targets of some units for the year of a day by verdict; set until that day, judged by what is known."""
    rows = Target.objects.filter(unit__in=unit_ids, year=until.year, created__date__lte=until)
    held = rows.filter(Q(withdrawn__isnull=True) | Q(withdrawn__date__gt=until))
    found_: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in standings(list(held.select_related(*WITH)), None):
        verdict = "undecided" if one.verdict == "no_interval" else one.verdict
        found_[one.target.unit_id]["targets"] += 1
        found_[one.target.unit_id][f"targets_{verdict}"] += 1
    return {unit: dict(counted) for unit, counted in found_.items()}


def is_node(node: str) -> bool:
    """Say whether some edition has a criterion."""
    return node in _titles()


def rounds_for(target: Target, by: Actor) -> list[Round]:
    """List the rounds that could still judge a target, where the actor may set their targets."""
    if target.series != SIPAS or target.withdrawn is not None or not by.may(RoundPermission.TARGET_CHANGE):
        return []
    rows = in_areas(by, RoundPermission.TARGET_CHANGE).filter(year=target.year, state__in=EDITABLE)
    return list(rows.filter(unit__in=units.over_any([target.unit_id], units.today())))


def without_value(by: Actor, before: int) -> list[Target]:
    """List the targets of years before one that have no value yet and whose value people enter."""
    rows = _in_areas(by, Permission.TARGET_SET).filter(year__lt=before, withdrawn__isnull=True).exclude(series=SIPAS)
    targets = list(rows.order_by("year", "pk")[:500])
    entered = series_reads.values_of({t.unit_id for t in targets}, {t.year for t in targets}) if targets else {}
    return [t for t in targets if _entered(t, entered) is None]


def _in_areas(by: Actor, permission: str) -> QuerySet[Target]:
    areas = by.holder.areas_of(permission) if by.may(permission) else []
    rows = Target.objects.select_related(*WITH)
    return rows if areas is None else rows.filter(Q(unit__in=areas))


def _of_sipas(targets: Collection[Target]) -> list[Target]:
    return [t for t in targets if t.series == SIPAS]


def _entered(target: Target, entered: dict[tuple[str, int, str, int], SeriesValue]) -> SeriesValue | None:
    return entered.get((target.series, target.unit_id, target.part, target.year))


def _reached(target: Target, published: Published | None, entered: SeriesValue | None) -> Reached | None:
    """Take the published round before what a person entered."""
    if target.series == SIPAS and published is not None:
        from_round = of_round(published, target.part)
        if from_round is not None:
            return from_round
    if entered is None:
        return None
    low, high = (None if x is None else float(x) for x in (entered.low, entered.high))
    return Reached(float(entered.value), low, high, None, source=entered.source)


def of_round(published: Published, node: str) -> Reached | None:
    """Give a node's value in a published round; None where it has no such node, or the reader may not see it."""
    value: Any = published.value(node)
    if value is None or not published.may_see(node):
        return None
    edition = published.results.edition
    return Reached(
        value.percent,
        value.low,
        value.high,
        value.n,
        round=published.round,
        version=published.version,
        method=edition.method,
        line=edition.series,
        is_withheld=bool(value.suppressed),
        is_simulated=published.round.is_simulated,
    )


def _asked(target: Target, series: Series, reached: Reached | None) -> Asked:
    if reached is None or reached.is_withheld:
        return Asked(target.relation, target.threshold, None, None, None, series.maximum)
    low, high = reached.low, reached.high
    if series.judged == "value":  # a full count, or the figure itself was promised: no error of a sample
        low = high = reached.value
    return Asked(target.relation, target.threshold, reached.value, low, high, series.maximum)
