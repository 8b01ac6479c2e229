"""Series an actor may use, and values entered of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

from django.db.models import Exists, OuterRef, Q, QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import OwnSeries
from sipas_web.improvement.models import SeriesValue as SeriesValue
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.series_register import OWN, Method, Series, shipped
from sipas_web.units import queries as units


def every(by: Actor | None) -> dict[str, Series]:
    """Give the shipped series and those of the places in whose area, or above whom, the actor may see targets."""
    found = dict(shipped())
    for row in _own(by):
        found[f"{OWN}{row.pk}"] = _as_series(row)
    return found


def one(code: str) -> Series | None:
    """Give a series by its code."""
    if not code.startswith(OWN):
        return shipped().get(code)
    key = code.removeprefix(OWN)
    row = OwnSeries.objects.filter(pk=int(key)).first() if key.isdecimal() else None
    return _as_series(row) if row else None


def named(codes: Collection[str]) -> dict[str, Series]:
    """Give some series by their codes, in few queries."""
    found = {code: series for code, series in shipped().items() if code in codes}
    keys = [int(c.removeprefix(OWN)) for c in codes if c.startswith(OWN) and c.removeprefix(OWN).isdecimal()]
    for row in OwnSeries.objects.filter(pk__in=keys) if keys else ():
        found[f"{OWN}{row.pk}"] = _as_series(row)
    return found


def newest_values() -> QuerySet[SeriesValue]:
    """Give the newest version of every value."""
    later = SeriesValue.objects.filter(
        unit=OuterRef("unit"), series=OuterRef("series"), part=OuterRef("part"), year=OuterRef("year"),
        version__gt=OuterRef("version"),
    )  # fmt: skip
    return SeriesValue.objects.filter(~Exists(later)).select_related("unit")


def values_of(units_: Iterable[int], years: Iterable[int]) -> dict[tuple[str, int, str, int], SeriesValue]:
    """Give the newest values of some units and years by series, unit, part and year. One query."""
    rows = newest_values().filter(unit__in=list(units_), year__in=list(years))
    return {(v.series, v.unit_id, v.part, v.year): v for v in rows}


def values_by_year(by: Actor, code: str, unit_id: int) -> list[SeriesValue]:
    """Give the newest values of the whole of a series for a unit the actor may see, by year."""
    seen = visible(by).values("pk")
    return list(newest_values().filter(pk__in=seen, series=code, unit=unit_id, part="").order_by("year"))


def history(by: Actor, code: str, unit_id: int) -> QuerySet[SeriesValue]:
    """Give every version of the values of a unit the actor may see."""
    return visible(by).filter(series=code, unit=unit_id).order_by("part", "year", "version")


def visible(by: Actor) -> QuerySet[SeriesValue]:
    """Values of units in the actor's areas."""
    areas = by.holder.areas_of(Permission.TARGET_VIEW) if by.may(Permission.TARGET_VIEW) else []
    rows = SeriesValue.objects.select_related("unit")
    return rows if areas is None else rows.filter(unit__in=areas)


def _own(by: Actor | None) -> QuerySet[OwnSeries]:
    if by is None:
        return OwnSeries.objects.all()
    areas = by.holder.areas_of(Permission.TARGET_VIEW) if by.may(Permission.TARGET_VIEW) else []
    if areas is None:
        return OwnSeries.objects.all()
    return OwnSeries.objects.filter(Q(unit__in=areas) | Q(unit__in=units.over_any(areas, units.today())))


def _as_series(row: OwnSeries) -> Series:
    code = f"{OWN}{row.pk}"
    method = Method(row.source, code, row.first_year, None, row.denominator, row.source, is_verified=False)
    judged: Literal["interval", "value"] = "interval" if row.has_error else "value"
    return Series(code, row.name, row.name, row.measures, row.measure_unit, row.maximum, judged, (method,), row.unit_id)
