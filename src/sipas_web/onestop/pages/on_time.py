"""What the page of figures on time shows: lines, their names and where each leads, the total counted once."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from sipas_web.audit.actors import Actor
from sipas_web.onestop.forms.dossiers import BELOW, BOTH, OWN, FiguresFilter
from sipas_web.onestop.queries import dossiers as reads
from sipas_web.onestop.queries import on_time
from sipas_web.onestop.queries.on_time import Figures
from sipas_web.onestop.queries.sources import sources_for
from sipas_web.shared.downloads import Cell
from sipas_web.shared.vietnamese_text import sort_key
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

MONTHS = 12  # shown unless others are asked for
HEADS = ("Tên", "Tiếp nhận", "Đã giải quyết", "Trước hạn", "Đúng hạn", "Trễ hạn", "Trễ nhưng đúng ngày hẹn lại",
         "Tỷ lệ đúng hạn (%)", "Tỷ lệ kể cả ngày hẹn lại (%)", "Dừng, rút", "Không rõ hạn", "Đang giải quyết",
         "Đang giải quyết, quá hạn", "Chờ bổ sung")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table."""

    name: str
    figures: Figures
    url: str = ""  # the figures behind it
    list_url: str = ""  # beginning of the address of the dossiers behind it
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The figures asked for."""

    lines: list[Line]
    total: Figures
    first: dt.date
    last: dt.date
    by: str
    rule: str
    unit: Unit | None
    path: list[tuple[str, str]]  # units above, with their addresses
    unmatched: int  # dossiers of names that are no unit yet
    is_simulated: bool


def table_of(form: FiguresFilter, by: Actor) -> Table:
    """Work out the figures a reader asked for."""
    form.is_valid()
    given: dict[str, Any] = getattr(form, "cleaned_data", {})
    last = _end(form.month("last", units.today().replace(day=1)))
    first = min(form.month("first", _back(last, MONTHS - 1)), last)
    unit = _unit(given.get("unit"), by)
    lines_by, rule = given.get("by") or "agency", given.get("rule") or BOTH
    scope = reads.scope_of(by)
    where = _where(scope, unit, rule, given.get("field"), last)
    counts = _counts(where, first, last, "agency" if lines_by == "agency" else lines_by)
    given_path = {"first": f"{first:%m/%Y}", "last": f"{last:%m/%Y}", "rule": rule}
    lines = _lines(counts, lines_by, rule, unit, by, (first, last), given_path)
    none = counts.get(None) if lines_by == "agency" else None
    return Table(
        lines, on_time.total(counts.values()), first, last, lines_by, rule, unit, _path(unit, by, last, given_path),
        none.received if none else 0, sources_for(by).filter(is_simulated=True).exists(),
    )  # fmt: skip


def cells(table: Table) -> Iterable[list[Cell]]:
    """Give the table for a file; names are Vietnamese, whatever the reader speaks."""
    for line in [*table.lines, Line("Tổng (mỗi hồ sơ tính một lần)", table.total)]:
        f = line.figures
        yield [line.name, f.received, f.ended, f.early, f.on_time, f.late, f.late_kept, _rounded(f.share),
               _rounded(f.share_with_new_day), f.stopped, f.undated, f.open, f.overdue, f.waiting]  # fmt: skip


def _counts(where: Q, first: dt.date, last: dt.date, by: str) -> on_time.Keyed:
    counted = on_time.by_months(where, first, last, by)
    return on_time.joined(counted, on_time.in_progress(where, by)) if by != "month" else counted


def _where(scope: reads.Scope, unit: Unit | None, rule: str, field: int | None, on: dt.date) -> Q:
    where = scope.where()
    if unit is not None:
        below = reads.under([unit.pk], min(on, units.today()))[unit.pk]
        where &= Q(agency__in={OWN: {unit.pk}, BELOW: below - {unit.pk}, BOTH: below}[rule] if rule != OWN else below)
    return where & Q(field=field) if field else where


def _lines(counts: on_time.Keyed, by_what: str, rule: str, unit: Unit | None, by: Actor, span: tuple[dt.date, dt.date],
           given: Mapping[str, str]) -> list[Line]:  # fmt: skip
    if by_what == "month":
        return [_month_line(month, counts[month], unit) for month in sorted(counts, reverse=True)]
    if by_what == "field":
        return _field_lines(counts, unit, span, given)
    if rule == OWN:
        return _agency_lines(counts, span, given)
    return _unit_lines(counts, rule, unit, by, span, given)


def _month_line(month: dt.date, figures: Figures, unit: Unit | None) -> Line:
    name = _("Month %(month)s") % {"month": f"{month:%m/%Y}"}
    return Line(name, figures, "", _list(unit=unit.pk if unit else None, span=(month, _end(month)), is_below=True))


def _field_lines(
    counts: on_time.Keyed, unit: Unit | None, span: tuple[dt.date, dt.date], given: Mapping[str, str]
) -> list[Line]:
    names = {field.pk: field.text for field in reads.fields()}
    known = sorted((pk for pk in counts if pk in names), key=lambda pk: sort_key(names[pk]))
    unit_id = unit.pk if unit else None
    lines = [
        Line(names[pk], counts[pk], _figures({**given, "by": "agency", "field": pk, "unit": unit_id}),
             _list(unit=unit_id, span=span, field=pk, is_below=True))
        for pk in known
    ]  # fmt: skip
    return [*lines, Line(_("Field not named"), counts[None], is_rest=True)] if None in counts else lines


def _agency_lines(counts: on_time.Keyed, span: tuple[dt.date, dt.date], given: Mapping[str, str]) -> list[Line]:
    there = Unit.objects.filter(pk__in=[pk for pk in counts if pk]).order_by("sort_key", "code")
    lines = [_unit_line(unit, counts[unit.pk], span, given, is_below=False) for unit in there]
    return lines + _unmatched_line(counts)


def _unit_lines(counts: on_time.Keyed, rule: str, unit: Unit | None, by: Actor, span: tuple[dt.date, dt.date],
                given: Mapping[str, str]) -> list[Line]:  # fmt: skip
    """One line for each unit directly under the chosen one; each agency stands in one of them."""
    on = min(span[1], units.today())
    tops = [] if unit else _tops(by, on)
    unit = tops[0] if len(tops) == 1 else unit  # who holds one area sees at once what is in it
    tops = list(units.members(unit, on, by)) if unit else tops
    groups = reads.under([top.pk for top in tops], on)
    if rule == BELOW:
        groups = {pk: below - {pk} for pk, below in groups.items()}
    known = {pk: figures for pk, figures in counts.items() if pk is not None}
    found, rest = on_time.gathered(known, groups)
    lines = [_unit_line(top, found[top.pk], span, given, is_below=True) for top in tops if found[top.pk] != Figures()]
    own = rest.pop(unit.pk, None) if unit else None
    if unit and own:
        lines.insert(0, Line(_("%(unit)s itself") % {"unit": unit.full_name}, own, "",
                             _list(unit=unit.pk, span=span)))  # fmt: skip
    if rest:
        lines += _agency_lines(rest, span, given)
    return lines + _unmatched_line(counts)


def _tops(by: Actor, on: dt.date) -> list[Unit]:
    """Give the highest units of somebody's areas."""
    areas = by.holder.areas_of("onestop.dossier_view")
    ids = frozenset(areas) if areas is not None else None
    if ids is None:
        return list(units.members(units.root(), on, by))
    inside = reads.under(ids, on)
    lower = {pk for top, below in inside.items() for pk in below if pk != top and top not in inside.get(pk, ())}
    return list(Unit.objects.filter(pk__in=ids - lower).order_by("sort_key", "code"))


def _unit_line(
    unit: Unit, figures: Figures, span: tuple[dt.date, dt.date], given: Mapping[str, str], *, is_below: bool
) -> Line:
    url = _figures({**given, "by": "agency" if is_below else "field", "unit": unit.pk})
    return Line(unit.full_name, figures, url, _list(unit=unit.pk, span=span, is_below=is_below))


def _unmatched_line(counts: on_time.Keyed) -> list[Line]:
    return [Line(_("Agencies not matched to a unit"), counts[None], is_rest=True)] if None in counts else []


def _unit(unit_id: int | None, by: Actor) -> Unit | None:
    found = units.by_id(unit_id) if unit_id else None
    return found if found is not None and by.may("onestop.dossier_view", found) else None


def _path(unit: Unit | None, by: Actor, on: dt.date, given: Mapping[str, str]) -> list[tuple[str, str]]:
    if unit is None:
        return []
    above = [u for u in units.path(unit, min(on, units.today())) if by.may("onestop.dossier_view", u)]
    return [(u.full_name, _figures({**given, "by": "agency", "unit": u.pk})) for u in above]


def _figures(given: Mapping[str, Any]) -> str:
    return f"{reverse('dossier_figures')}?{urlencode({k: v for k, v in given.items() if v})}"


def _list(*, unit: int | None, span: tuple[dt.date, dt.date], field: int | None = None, is_below: bool = False) -> str:
    given = {"unit": unit, "field": field, "first": f"{span[0]:%d/%m/%Y}", "last": f"{span[1]:%d/%m/%Y}",
             "below": "1" if is_below and unit else None}  # fmt: skip
    return f"{reverse('dossier_list')}?{urlencode({k: v for k, v in given.items() if v})}"


def _end(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _back(day: dt.date, months: int) -> dt.date:
    count = day.year * 12 + day.month - 1 - months
    return dt.date(count // 12, count % 12 + 1, 1)


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 2)
