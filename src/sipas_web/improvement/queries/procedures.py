"""Reads of procedures, their versions and simplifications; what a simplification saves."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Procedure as Procedure
from sipas_web.improvement.models import ProcedureVersion as ProcedureVersion
from sipas_web.improvement.models import Simplification as Simplification
from sipas_web.improvement.permissions import Permission
from sipas_web.shared.vietnamese_text import nfc, search_key
from sipas_web.units import queries as units

# As on the national list of procedures: 1.004227, 2.000889.000.00.00.H42; a province's own may have letters and dashes.
CODE = re.compile(r"[0-9A-ZĐ][0-9A-ZĐ./-]{0,39}")
FIRST_AREAS = (Procedure.Area.LAND, Procedure.Area.CONSTRUCTION, Procedure.Area.BUSINESS)
SORTS = {"name": "sort_key", "code": "code", "field": "field", "area": "area", "unit": "unit__sort_key"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for; empty fields do not limit."""

    text: str = ""
    area: str = ""
    unit: int | None = None  # under it


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of a procedure before and after; a missing one is not known, and nothing is said of the difference."""

    before: Decimal | None
    after: Decimal | None

    @property
    def saved(self) -> Decimal | None:
        """How much less; negative: more."""
        return None if self.before is None or self.after is None else self.before - self.after

    @property
    def share(self) -> Decimal | None:
        """Percent saved of what it was."""
        saved = self.saved
        return None if saved is None or not self.before else 100 * saved / self.before

    @property
    def is_more(self) -> bool:
        """Whether it became more."""
        return self.saved is not None and self.saved < 0


@dataclass(frozen=True, slots=True)
class Saving:
    """What a simplification saves on one dossier, and in a year."""

    days: Difference  # missing where the two are not counted in the same kind of days
    papers: Difference
    fee: Difference
    cost: Difference
    yearly_cost: Decimal | None  # đồng

    @property
    def is_lighter(self) -> bool:
        """Whether something became less and nothing became more."""
        all_of = (self.days, self.papers, self.fee, self.cost)
        return any(d.saved is not None and d.saved > 0 for d in all_of) and not any(d.is_more for d in all_of)


def saving(before: ProcedureVersion, after: ProcedureVersion, yearly: int | None = None) -> Saving:
    """Compare two versions."""
    same_days = before.day_kind == after.day_kind
    days = Difference(before.days, after.days) if same_days else Difference(None, None)
    cost = Difference(_decimal(before.cost), _decimal(after.cost))
    whole = None if yearly is None or cost.saved is None else cost.saved * yearly
    papers = Difference(Decimal(len(before.papers)), Decimal(len(after.papers)))
    return Saving(days, papers, Difference(_decimal(before.fee), _decimal(after.fee)), cost, whole)


def tidy_code(text: str) -> str:
    """Give a code as it is stored: composed, in capitals, without spaces."""
    return "".join(nfc(text).upper().split())


def visible(by: Actor) -> QuerySet[Procedure]:
    """Procedures of the actor's areas, and of the units above them: a commune works by its province's list."""
    rows = Procedure.objects.select_related("unit")
    if not by.may(Permission.PLAN_VIEW):
        return rows.none()
    areas = by.holder.areas_of(str(Permission.PLAN_VIEW))
    return rows if areas is None else rows.filter(unit__in=units.over_any(areas, units.today()))


def found(by: Actor, wanted: Wanted, sort: str = "") -> QuerySet[Procedure]:
    """Visible procedures that fit, with their versions; land, construction, business first unless asked otherwise."""
    rows = visible(by).prefetch_related("versions")
    if wanted.text:
        rows = rows.filter(Q(search_key__contains=search_key(wanted.text)) | Q(code__startswith=tidy_code(wanted.text)))
    if wanted.area:
        rows = rows.filter(area=wanted.area)
    if wanted.unit:
        rows = rows.filter(unit__in=units.over_any([wanted.unit], units.today()))
    column = SORTS.get(sort.removeprefix("-"), "")
    if not column:
        return rows.order_by("sort_key", "code")
    return rows.order_by(f"-{column}" if sort.startswith("-") else column, "code")


def procedure_for(by: Actor, procedure_id: int) -> Procedure | None:
    """Give a procedure the actor may see."""
    return visible(by).filter(pk=procedure_id).first()


def versions_of(procedure: Procedure) -> list[ProcedureVersion]:
    """List the versions, the newest first."""
    return list(procedure.versions.order_by("-first"))


def version_on(procedure: Procedure, day: dt.date) -> ProcedureVersion | None:
    """Give the version that holds on a day; looks through what was fetched with the procedure."""
    return next((v for v in procedure.versions.all() if v.first <= day and (v.last is None or day <= v.last)), None)


def simplifications(by: Actor) -> QuerySet[Simplification]:
    """Simplifications of visible procedures, the newest first."""
    rows = Simplification.objects.filter(procedure__in=visible(by).values("pk"))
    return rows.select_related("procedure__unit", "before", "after", "measure__plan").order_by("-after__first", "-pk")


def simplifications_of(procedure: Procedure) -> QuerySet[Simplification]:
    """Simplifications of one procedure, the newest first."""
    rows = Simplification.objects.filter(procedure=procedure).select_related("before", "after", "measure__plan")
    return rows.order_by("-after__first")


def of_units(unit_ids: Collection[int], first: dt.date, last: dt.date) -> QuerySet[Simplification]:
    """Simplifications in the lists of some units that took effect in a period."""
    rows = Simplification.objects.filter(procedure__unit__in=unit_ids, after__first__gte=first, after__first__lte=last)
    return rows.select_related("procedure", "before", "after")


def _decimal(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)
