"""What the pages show of who has sent, and of the days of reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.improvement.queries.reports_area import above
from sipas_web.improvement.queries.reports_following import Due, expected, newest_period
from sipas_web.improvement.queries.reports_periods import as_rule, periods
from sipas_web.improvement.report_bodies import body_of
from sipas_web.improvement.report_periods import KINDS, Rule, shipped, span_of
from sipas_web.improvement.report_words import LEVELS, period_of
from sipas_web.units.queries import Unit, today


def filled(data: Mapping[str, str], there: QuerySet[Unit]) -> dict[str, Any]:
    """Give the filter with what is missing: the first unit that receives, the period that is due."""
    kind, year = newest_period(today())
    first = there.first()
    known = {"unit": first.pk if first else "", "kind": kind, "year": year}
    asked = {"unit": data.get("unit"), "kind": data.get("kind"), "year": data.get("year")}
    return known | {name: value for name, value in asked.items() if value}


def followed(given: Mapping[str, Any]) -> dict[str, Any]:
    """Give who has sent a report of a period and who has not."""
    rows: list[Due] = expected(given["unit"], given["kind"], given["year"], today())
    missing = [row for row in rows if row.is_missing]
    return {
        **given,
        "period": period_of(given["kind"], given["year"]),
        "rows": rows,
        "missing": len(missing),
        "overdue": sum(row.days_late > 0 for row in missing),
        "came_late": sum(row.days_late > 0 and not row.is_missing for row in rows),
        "spans": {(s.first, s.last, s.due, s.rule.act): s for s in (row.span for row in rows)}.values(),
    }


def periods_of(by: Actor) -> dict[str, Any]:
    """Give the rules with the days of this year."""
    year = today().year
    own = [(row, _line(as_rule(row), year)) for row in periods(by)]
    rules = sorted(shipped(), key=_order)
    notes = {rule.act: rule for rule in rules if rule.note or rule.page}
    return {"year": year, "own": own, "shipped": [_line(rule, year) for rule in rules], "notes": notes.values()}


def place_of(unit: Unit) -> str:
    """Give the place in the line of the date of a unit's letter."""
    return body_of(unit, above(unit, today())).place


def _line(rule: Rule, year: int) -> dict[str, Any]:
    return {
        "rule": rule,
        "span": span_of(rule, year),
        "level": LEVELS[rule.level],
        "period": period_of(rule.kind, year),
    }


def _order(rule: Rule) -> tuple[int, int]:
    return list(LEVELS).index(rule.level), KINDS.index(rule.kind)
