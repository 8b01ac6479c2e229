"""What the pages of targets and series show."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from sipas_web.audit.actors import Actor
from sipas_web.improvement.queries import series as series_reads
from sipas_web.improvement.queries import targets as reads
from sipas_web.improvement.queries.targets import SIGNS, Reached, Standing
from sipas_web.improvement.series_register import SIPAS, Series
from sipas_web.results import drawings, plots
from sipas_web.results.numbers import interval, number
from sipas_web.results.queries.of_units import of_units
from sipas_web.results.queries.reading_home import VERDICTS
from sipas_web.shared.downloads import Cell
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

FIRST_YEAR = 2011
WITHHELD = "…"
ORDER = ("not_met", "undecided", "met", "no_data")


@dataclass(frozen=True, slots=True)
class Line:
    """A target as a line of the table."""

    standing: Standing
    asked: str
    value: str
    ends: str
    drawing: SafeString
    origin: str  # how the value is known
    is_simulated: bool
    round_id: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """Targets of one series over one axis; ``axis`` is empty where the lines stand on both sides of a break."""

    lines: list[Line]
    axis: SafeString
    methods: list[str]
    is_broken: bool
    counts: list[tuple[StrOrPromise, str, int]]


@dataclass(frozen=True, slots=True)
class YearValue:
    """A year of a series."""

    year: int
    reached: Reached
    value: str
    ends: str
    method: str
    line: str
    denominator: str
    is_first_after_break: bool = False
    version: int = 1
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Values that come from one kind of source: only these stand on one axis."""

    heading: str
    rows: list[YearValue]
    drawing: SafeString | None
    words: str


def listed(standings: Sequence[Standing]) -> Listed:
    """Write the targets of one series."""
    known = [s.reached for s in standings if s.reached is not None and not s.reached.is_withheld]
    lines = {_line_of(s) for s in standings if _line_of(s)}
    is_broken = len(lines) > 1
    drawn = [x for r in known for x in (r.low, r.high, r.value)]
    scale = drawings.percent_scale([*drawn, *(float(s.target.threshold) for s in standings)])
    made = [_line(s, None if is_broken else scale) for s in standings]
    methods = sorted({_method_of(s) for s in standings if _method_of(s)})
    counted = Counter("undecided" if s.verdict == "no_interval" else s.verdict for s in standings)
    counts = [(*VERDICTS[code], counted[code]) for code in ORDER if counted[code]]
    axis = SafeString("") if is_broken else drawings.axis(scale)
    return Listed(made, axis, methods, is_broken, counts)


def sheet_heads() -> list[str]:
    """Give the heads of the workbook of targets."""
    return [
        _("Series"), _("Unit"), _("Index, factor or item"), _("Year"), _("Relation"), _("Threshold"), _("Value"),
        _("Interval from"), _("Interval to"), _("Verdict"), _("Method"), _("Where the value comes from"),
        _("Body that set it"), _("Letter"), _("Simulated"),
    ]  # fmt: skip


def sheet_rows(standings: Iterable[Standing]) -> Iterable[list[Cell]]:
    """Give the rows of the workbook; what is withheld stays so."""
    for s in standings:
        told = s.reached if s.reached is not None and not s.reached.is_withheld else None
        yield [
            s.series.short, s.target.unit.full_name, s.part_name or _("The whole index"), s.target.year,
            SIGNS[s.target.relation], float(s.target.threshold), told.value if told else None,
            told.low if told else None, told.high if told else None, str(s.words), _method_of(s),
            _origin(s.reached), s.target.set_by, s.target.said_in,
            _("simulated") if s.reached is not None and s.reached.is_simulated else "",
        ]  # fmt: skip


def series_links(by: Actor) -> list[tuple[Series, int]]:
    """List the series with how many targets each has."""
    counts = reads.counts(by)
    return [(series, counts.get(code, 0)) for code, series in series_reads.every(by).items()]


def groups(series: Series, unit: Unit, by: Actor) -> list[Group]:
    """Give the values of a unit over the years: those of rounds here, and those that documents give, apart."""
    found = []
    if series.code == SIPAS:
        measured = _of_rounds(series, unit, by)
        found.append(_group(_("Measured in rounds here"), measured))
    entered = [
        _year_value(series, v.year, Reached(float(v.value), _float(v.low), _float(v.high), None, source=v.source), v)
        for v in series_reads.values_by_year(by, series.code, unit.pk)
    ]
    found.append(_group(_("As published by others, entered with their documents"), entered))
    return [group for group in found if group.rows]


def _of_rounds(series: Series, unit: Unit, by: Actor) -> list[YearValue]:
    years = range(FIRST_YEAR, units.today().year + 1)
    published = of_units([unit], years, by)
    values = ((year, reads.of_round(one, "")) for (_unit, year), one in sorted(published.items(), key=_by_year))
    return [_year_value(series, year, reached, None) for year, reached in values if reached is not None]


def _by_year(pair: tuple[tuple[int, int], object]) -> int:
    return pair[0][1]


def _year_value(series: Series, year: int, reached: Reached, entered: Any) -> YearValue:
    method = series.method(year)
    line = reached.line or (method.line if method else "")
    return YearValue(
        year=year,
        reached=reached,
        value=WITHHELD if reached.is_withheld else number(reached.value),
        ends="" if reached.is_withheld or reached.low is None else interval(reached.low, reached.high),
        method=reached.method or (method.version if method else "–"),
        line=line,
        denominator="" if reached.round is not None or method is None else method.denominator,
        version=entered.version if entered else 1,
        reason=entered.reason if entered else "",
    )


def _group(heading: str, rows: list[YearValue]) -> Group:
    marked: list[YearValue] = []
    for row in rows:
        breaks = bool(marked) and marked[-1].line != row.line
        marked.append(replace(row, is_first_after_break=True) if breaks else row)
    whole = [row for row in marked if row.reached.value is not None and not row.reached.is_withheld]
    if len({row.year for row in whole}) < 2:
        return Group(heading, marked, None, "")
    parts = [list(part) for _line_code, part in itertools.groupby(whole, key=_line_key)]
    drawn = [[(row.year, float(row.reached.value or 0)) for row in part] for part in parts]
    middle = [(a[-1].year + b[0].year) / 2 for a, b in itertools.pairwise(parts)]
    words = _("The method changed") if middle else ""
    return Group(heading, marked, plots.years(drawn, middle, words), words)


def _line_key(row: YearValue) -> str:
    return row.line


def _line(s: Standing, scale: Any) -> Line:
    reached, threshold = s.reached, float(s.target.threshold)
    hidden = reached is not None and reached.is_withheld
    shown = reached is not None and not hidden
    drawing = SafeString("")
    if scale is not None:
        place = (reached.value, reached.low, reached.high) if reached is not None and shown else (None, None, None)
        drawing = drawings.dot(scale, *place, threshold, "d-target")
    value = WITHHELD if hidden else number(reached.value) if reached is not None else "–"
    ends = interval(reached.low, reached.high) if reached is not None and shown and reached.low is not None else ""
    round_ = reached.round if reached is not None else None
    return Line(
        standing=s,
        asked=f"{SIGNS[s.target.relation]} {number(threshold)}",
        value=value,
        ends=ends,
        drawing=drawing,
        origin=_origin(reached),
        is_simulated=reached is not None and reached.is_simulated,
        round_id=round_.pk if round_ is not None else None,
    )


def _origin(reached: Reached | None) -> str:
    if reached is None:
        return ""
    if reached.round is not None:
        return _("round “%(title)s”, version %(version)d") % {"title": reached.round.title, "version": reached.version}
    return reached.source


def _line_of(s: Standing) -> str:
    if s.reached is not None and s.reached.line:
        return s.reached.line
    return s.method.line if s.method else ""


def _method_of(s: Standing) -> str:
    if s.reached is not None and s.reached.method:
        return s.reached.method
    return s.method.version if s.method else ""


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
