"""Which items go with overall satisfaction, beside how well they do: as the library disclosed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from sipas_web.results import plots
from sipas_web.results.numbers import count, interval, number
from sipas_web.results.queries.reading import Opened
from sipas_web.results.queries.reading_names import english, node_name

QUADRANTS: dict[str, StrOrPromise] = {
    "concentrate": gettext_lazy("To do first"),
    "keep_up": gettext_lazy("To keep up"),
    "low_priority": gettext_lazy("Later"),
    "overkill": gettext_lazy("Enough as it is"),
}
ORDER = tuple(QUADRANTS)


@dataclass(frozen=True, slots=True)
class Item:
    """An item with its importance and its value, written."""

    mark: str  # number on the chart
    node: str
    name: str
    importance: str
    importance_ends: str
    percent: str
    ends: str
    quadrant: str
    quadrant_name: StrOrPromise
    is_sure: bool
    row: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Drivers:
    """The drivers of a round; ``items`` is empty where there are none, and ``reason`` says why."""

    items: tuple[Item, ...]
    drawing: SafeString
    question: str
    share: str  # of the differences in overall satisfaction, percent
    share_ends: str
    rows: str
    used: str
    mean: str
    line: str
    any_sure: bool
    reason: str  # no_question, too_few
    least: int

    @property
    def first(self) -> tuple[Item, ...]:
        """Items to be done first."""
        return tuple(item for item in self.items if item.quadrant == "concentrate")


def drivers(opened: Opened) -> Drivers:
    """Give the drivers of a version."""
    from sipas.rounds.steps.drivers import least_complete, outcome_of

    edition, table = opened.results.edition, opened.results.drivers
    rows = sorted(table.filter(table["importance"].is_not_null()).iter_rows(named=True), key=_place)
    least = least_complete(edition)
    if not rows:
        reason = "no_question" if outcome_of(edition) is None else "too_few"
        return Drivers((), SafeString(""), "", "", "", "", "", "", "", any_sure=False, reason=reason, least=least)
    items = tuple(_item(opened, str(place), row) for place, row in enumerate(rows, start=1))
    mean, line = lines(rows)
    head = rows[0]
    question = edition.question(head["outcome"])
    return Drivers(
        items=items,
        drawing=plots.quadrants([_point(item) for item in items], (mean, line), corners()),
        question=(english() and question.text_en) or question.text,
        share=number(100 * head["r_squared"]),
        share_ends=interval(*(None if v is None else 100 * v for v in (head["r_squared_low"], head["r_squared_high"]))),
        rows=count(head["rows"]),
        used=count(head["used"]),
        mean=number(mean),
        line=number(line),
        any_sure=any(item.is_sure for item in items),
        reason="",
        least=least,
    )


def lines(rows: list[dict[str, Any]]) -> tuple[float, float]:
    """Give the two lines that part the quadrants: the mean value, and the importance if all were alike."""
    known = [row["percent"] for row in rows if row["percent"] is not None]
    return sum(known) / len(known), 100 / len(rows)


def corners() -> tuple[str, str, str, str]:
    """Name the quadrants as they lie: above left and right, below left and right."""
    return tuple(str(QUADRANTS[name]) for name in ("concentrate", "keep_up", "low_priority", "overkill"))  # type: ignore[return-value]  # four


def heads() -> tuple[str, ...]:
    """Name the columns of the table as a file."""
    ends = (_("Lower limit 95%"), _("Upper limit 95%"))
    value = (_("Index (%)"), _("Index: lower limit 95%"), _("Index: upper limit 95%"))
    return (_("No."), _("Item"), _("Importance (% of R²)"), *ends, *value, _("What to do"), _("Sure"))


def _place(row: dict[str, Any]) -> tuple[int, float]:
    known = row["quadrant"] in QUADRANTS
    return ORDER.index(row["quadrant"]) if known else len(ORDER), -row["importance"]


def _item(opened: Opened, mark: str, row: dict[str, Any]) -> Item:

    return Item(
        mark=mark,
        node=row["node"],
        name=node_name(opened.results, row["node"]),
        importance=number(row["importance"]),
        importance_ends=interval(row["importance_low"], row["importance_high"]),
        percent=number(row["percent"]),
        ends=interval(row["low"], row["high"]),
        quadrant=row["quadrant"] or "",
        quadrant_name=QUADRANTS.get(row["quadrant"], ""),
        is_sure=row["sure"],
        row=row,
    )


def _point(item: Item) -> plots.Point:
    row = item.row
    return plots.Point(
        mark=item.mark,
        name=item.name,
        x=row["percent"] or 0.0,
        y=row["importance"],
        x_ends=(row["low"], row["high"]),
        y_ends=(row["importance_low"], row["importance_high"]),
        is_first=item.quadrant == "concentrate",
    )
