"""Reads of periodic reports."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.audit.chain import canonical
from sipas_web.improvement.models import PeriodicReport as PeriodicReport
from sipas_web.improvement.models import ReportRemark, ReportText, ReportUnit
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.reports_area import inboxes
from sipas_web.improvement.report_merging import totals
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

State = PeriodicReport.State
Kind = PeriodicReport.Kind
IN_WORK = (State.DRAFT, State.BACK)
UNSENT = (State.COUNTING, *IN_WORK)
HIDDEN = (*UNSENT, State.ENDED)  # from who would receive it
WITH = ("unit", "receiver", "held_by")
SORTS = {
    "unit": "unit__sort_key", "year": "year", "last": "last", "due": "due", "state": "state", "sent": "sent",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for; empty fields do not limit."""

    text: str = ""
    kind: str = ""
    year: int | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A counted line of a report."""

    total: int
    below: int  # of which from reports from below


def visible(by: Actor) -> QuerySet[PeriodicReport]:
    """Reports of the actor's areas, and those sent to a unit in them."""
    if not by.may(Permission.REPORT_VIEW):
        return PeriodicReport.objects.none()
    found = PeriodicReport.objects.select_related("unit", "receiver", "corrects", "held_by")
    areas = by.holder.areas_of(str(Permission.REPORT_VIEW))
    if areas is None:
        return found
    received = Q(receiver__in=areas) & ~Q(state__in=HIDDEN)
    return found.filter(Q(unit__in=areas) | Q(held_by__in=areas) | received)


def found(by: Actor, wanted: Wanted, sort: str = "") -> QuerySet[PeriodicReport]:
    """Visible reports that fit; of each only the newest version, unless a state is asked for."""
    rows = visible(by)
    if wanted.text:
        rows = rows.filter(unit__search_key__contains=search_key(wanted.text))
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.year:
        rows = rows.filter(year=wanted.year)
    rows = rows.filter(state=wanted.state) if wanted.state else rows.exclude(state__in=[State.REPLACED, State.ENDED])
    column = SORTS.get(sort.removeprefix("-"), "")
    if not column:
        return rows.order_by("-year", "-last", "unit__sort_key", "-version")
    return rows.order_by(f"-{column}" if sort.startswith("-") else column, "-year", "unit__sort_key", "-version", "pk")


def report_for(by: Actor, report_id: int) -> PeriodicReport | None:
    """Give a report the actor may see."""
    return visible(by).filter(pk=report_id).first()


def by_ids(ids: Collection[int]) -> QuerySet[PeriodicReport]:
    """List reports by their ids."""
    return PeriodicReport.objects.filter(pk__in=ids).select_related("unit")


def by_id(report_id: int) -> PeriodicReport:
    """Give a report."""
    return PeriodicReport.objects.select_related(*WITH).get(pk=report_id)


def found_by_id(report_id: int) -> PeriodicReport | None:
    """Give a report, if it is still there."""
    return PeriodicReport.objects.select_related(*WITH).filter(pk=report_id).first()


def held(report_id: int) -> PeriodicReport:
    """Hold a report for a change until the end of the transaction."""
    rows = PeriodicReport.objects.select_for_update(of=("self",)).select_related(*WITH)
    return rows.get(pk=report_id)


def versions(report: PeriodicReport) -> QuerySet[PeriodicReport]:
    """Every version of the same report, the newest first."""
    same = PeriodicReport.objects.filter(unit=report.unit_id, kind=report.kind, year=report.year)
    return same.select_related("unit", "receiver").order_by("-version")


def newest(unit: Unit, kind: str, year: int) -> PeriodicReport | None:
    """Give the newest version of a unit's report."""
    return PeriodicReport.objects.filter(unit=unit, kind=kind, year=year).order_by("-version").first()


def counted_units(report: PeriodicReport) -> QuerySet[ReportUnit]:
    """List the units a report counts."""
    rows = ReportUnit.objects.filter(report=report).select_related("unit", "via__unit")
    return rows.order_by("via__unit__sort_key", "unit__sort_key", "unit__code", "pk")


def figures(report: PeriodicReport) -> dict[tuple[str, str], Figure]:
    """Add a report's counts by source and line."""
    rows = list(ReportUnit.objects.filter(report=report).values_list("via_id", "counts"))
    every = totals(counts for _via, counts in rows)
    below = totals(counts for via, counts in rows if via)
    return {key: Figure(total, below.get(key, 0)) for key, total in every.items()}


def texts(report: PeriodicReport) -> dict[str, str]:
    """Give what was written, by section."""
    return dict(ReportText.objects.filter(report=report).values_list("section", "text"))


def remarks(report: PeriodicReport) -> dict[tuple[str, str], ReportRemark]:
    """Give what explains figures."""
    return {(row.source, row.line): row for row in ReportRemark.objects.filter(report=report)}


def taken_below(unit: Unit, kind: str, year: int, on: dt.date) -> QuerySet[PeriodicReport]:
    """List the reports that were taken in from below for a unit's report of a period."""
    taken = PeriodicReport.objects.filter(receiver__in=inboxes(unit, on), kind=kind, year=year, state=State.TAKEN)
    return taken.exclude(unit=unit).select_related("unit", "receiver").order_by("unit__sort_key", "pk")


def merged_here(report: PeriodicReport) -> QuerySet[PeriodicReport]:
    """List the reports whose figures stand in a report."""
    used = Exists(ReportUnit.objects.filter(report=report, via=OuterRef("pk")))
    return PeriodicReport.objects.filter(used).select_related("unit").order_by("unit__sort_key", "pk")


def not_merged(report: PeriodicReport) -> list[PeriodicReport]:
    """List the reports taken in since the figures were drawn, corrections among them."""
    used = set(merged_here(report).values_list("pk", flat=True)) | {row["report"] for row in report.left_out}
    return [r for r in taken_below(report.unit, report.kind, report.year, units.today()) if r.pk not in used]


def waiting_at(areas: Any) -> QuerySet[PeriodicReport]:
    """List the reports sent to some units (ids) and not yet taken in."""
    sent = PeriodicReport.objects.filter(receiver__in=areas, state=State.SENT)
    return sent.select_related("unit", "receiver").order_by("due", "pk")


def of_ended_units() -> list[PeriodicReport]:
    """Hold the reports on their way whose answering unit exists no more."""
    day = units.today()
    ended = Q(held_by__isnull=True, unit__valid_to__lt=day) | Q(held_by__valid_to__lt=day)
    return _on_their_way(ended)


def of_ended_receivers() -> list[PeriodicReport]:
    """Hold the reports on their way to a unit that exists no more."""
    return _on_their_way(Q(receiver__valid_to__lt=units.today()))


def ended_into(report: PeriodicReport) -> list[PeriodicReport]:
    """List the drafts of the same period whose units ended before the cut-off and are counted by this report."""
    same = PeriodicReport.objects.filter(held_by=report.answering, kind=report.kind, year=report.year)
    return list(same.filter(state=State.ENDED).select_related("unit").order_by("unit__sort_key", "pk"))


def _on_their_way(which: Q) -> list[PeriodicReport]:
    rows = PeriodicReport.objects.select_for_update(of=("self",)).select_related(*WITH)
    return list(rows.filter(which, state__in=[*UNSENT, State.SENT]).order_by("pk"))


def seal_of(report: PeriodicReport) -> str:
    """Hash everything a report says: the same rows give the same hash."""
    rows = ReportUnit.objects.filter(report=report).order_by("unit_id").values_list("unit_id", "via_id", "counts")
    said = {
        "unit": report.unit_id,
        "kind": report.kind,
        "year": report.year,
        "version": report.version,
        "days": [report.first.isoformat(), report.last.isoformat(), report.due.isoformat()],
        "drawn": report.drawn.astimezone(dt.UTC).isoformat(),
        "outline": report.outline,
        "index_use": report.index_use,
        "left_out": report.left_out,
        "units": [list(row) for row in rows],
        "texts": sorted(texts(report).items()),
        "remarks": sorted([*key, row.text] for key, row in remarks(report).items()),
    }
    return hashlib.sha256(canonical(said).encode()).hexdigest()
