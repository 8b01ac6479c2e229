"""The days of a report: what the areas above who receives it have set, else what came with the program."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import ReportPeriod as ReportPeriod
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.reports_area import receiver_of
from sipas_web.improvement.report_periods import Rule, Span, nominal_end, rule_for, span_of
from sipas_web.units import queries as units
from sipas_web.units.models import Ancestry, Unit


def span(unit: Unit, kind: str, year: int) -> Span | None:
    """Give the days of a unit's report; None where no rule knows its kind of unit."""
    receiver = receiver_of(unit, nominal_end(kind, year)) or receiver_of(unit, units.last_day(unit)) or unit
    return span_of_level(receiver, unit.kind, kind, year)


def span_of_level(receiver: Unit, level: str, kind: str, year: int) -> Span | None:
    """Give the days of the reports that units of one kind send to a unit. One query."""
    rule = rule_for(kind, level, year, _own(receiver, kind, level, nominal_end(kind, year)))
    return span_of(rule, year) if rule else None


def periods(by: Actor) -> QuerySet[ReportPeriod]:
    """Days set by areas that the actor sees or that hold over the actor's areas, the newest first."""
    found = ReportPeriod.objects.select_related("unit").order_by("unit__sort_key", "kind", "level", "-since", "-pk")
    areas = by.holder.areas_of(str(Permission.REPORT_VIEW))
    if areas is None:
        return found
    above = units.over_any(Unit.objects.filter(pk__in=areas).values("pk"), units.today())
    return found.filter(unit__in=above)


def _own(receiver: Unit, kind: str, level: str, on: dt.date) -> list[Rule]:
    steps = dict(_lines(receiver, on).values_list("ancestor_id", "depth"))
    rows = ReportPeriod.objects.filter(unit__in=steps, kind=kind, level=level)
    ordered = sorted(rows, key=lambda row: (steps[row.unit_id], -row.since.toordinal(), -row.pk))
    return [as_rule(row) for row in ordered]


def _lines(unit: Unit, on: dt.date) -> QuerySet[Ancestry]:
    day = min(max(on, unit.valid_from), units.last_day(unit))
    return Ancestry.objects.filter(descendant=unit, valid_from__lte=day, valid_to__gte=day).order_by("-depth")


def as_rule(row: ReportPeriod) -> Rule:
    """Give an area's own days as a rule."""
    first, last, due = (tuple(row.days[name]) for name in ("first", "last", "due"))
    return Rule(
        row.kind, row.level, row.since, first, last, due, row.day_off, row.is_expected, row.act, "", "",
        row.is_verified,
    )  # fmt: skip
