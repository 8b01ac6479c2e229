"""What the pages of facilities show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _

from sipas_web.audit.actors import Actor
from sipas_web.onestop import facility_standards as standards
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import facilities as reads
from sipas_web.onestop.queries.facilities import FacilityCheck, FacilityReview, ReviewState
from sipas_web.shared.downloads import Cell
from sipas_web.units.queries import Unit

MOST_COMPARED = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of a review on the page."""

    row: standards.Row
    check: FacilityCheck
    minimum: str
    measured: str
    gap: str
    tone: str
    before: str  # of the review before
    change: str
    photographs: list[int]
    items: list[str]


def review_facts(review: FacilityReview, by: Actor) -> dict[str, Any]:
    """Give what the page of a review shows."""
    standard = standards.standard(review.standard)
    checks, earlier = reads.checks_of(review), reads.earlier_review(review)
    before = reads.checks_of(earlier) if earlier else {}
    photographs = reads.photographs_of(review)
    rows = [
        _shown(row, checks[row.code], before.get(row.code), photographs) for row in standard.rows if row.code in checks
    ]
    is_open = review.state == ReviewState.OPEN
    may_review = by.may(Permission.FACILITY_REVIEW, review.desk)
    return {
        "review": review,
        "standard": standard,
        "rows": rows,
        "earlier": earlier,
        "is_other_standard": earlier is not None and earlier.standard != review.standard,
        "gaps": sum(1 for row in rows if row.check.gap),
        "open_gaps": sum(1 for row in rows if row.check.gap and row.check.mended is None),
        "cost": sum(row.check.cost or 0 for row in rows if row.check.gap and row.check.mended is None),
        "is_open": is_open,
        "may_fill": may_review and is_open,
        "may_review": may_review,
    }


def gap_lines(rows: Iterable[FacilityCheck], today: dt.date) -> list[dict[str, Any]]:
    """Give the rows of the list of open gaps."""
    return [
        {
            "check": check,
            "label": standards.label_of(check.code),
            "gap": _gap(_row(check), check),
            "is_late": check.mend_by is not None and check.mend_by < today,
            "items": "; ".join(standards.item_labels(check.code)),
        }
        for check in rows
    ]


def row_facts(check: FacilityCheck, by: Actor) -> dict[str, Any]:
    """Give what the page of one row shows."""
    row, review = _row(check), check.review
    may_review = by.may(Permission.FACILITY_REVIEW, review.desk)
    is_gap = bool(check.gap) and check.mended is None
    return {
        "check": check,
        "row": row,
        "review": review,
        "minimum": _minimum(row, check),
        "measured": _measured(row, check),
        "gap": _gap(row, check),
        "items": standards.item_labels(check.code),
        "photographs": reads.photographs_of(review).get(check.pk, []),
        "may_photograph": may_review and review.state == ReviewState.OPEN,
        "may_mend": may_review and is_gap and review.state == ReviewState.CLOSED,
        "may_plan": may_review and is_gap,
    }


def desk_facts(desk: Unit, by: Actor) -> dict[str, Any]:
    """Compare the finished reviews of a desk, the newest last."""
    found = [r for r in reads.reviews(by, desk.pk) if r.state == ReviewState.CLOSED][:MOST_COMPARED][::-1]
    checks = [reads.checks_of(review) for review in found]
    codes = list(dict.fromkeys(code for row in checks for code in row))
    table = [
        {
            "label": standards.label_of(code),
            "cells": [_cell(row.get(code)) for row in checks],
        }
        for code in codes
    ]
    return {"desk": desk, "reviews": found, "table": table}


def gap_heads() -> list[str]:
    """Give the heads of the file of gaps."""
    return [
        _("Desk"), _("Day of the review"), _("Standard"), _("What is missing"), _("Minimum"), _("Measured"), _("Gap"),
        _("Cost (đồng)"), _("Mended by"), _("Survey items it can move"), _("Note"),
    ]  # fmt: skip


def gap_rows(rows: Iterable[FacilityCheck]) -> Iterator[list[Cell]]:
    """Give the rows of the file of gaps."""
    for check in rows:
        row = _row(check)
        yield [
            check.review.desk.full_name, _day(check.review.on), standards.standard(check.review.standard).name,
            row.label, _number(check.minimum), _number(check.measured), _number(check.gap), check.cost,
            _day(check.mend_by), "; ".join(standards.item_labels(check.code)), check.note,
        ]  # fmt: skip


def standard_rows() -> list[dict[str, Any]]:
    """Give the standards with their rows and minimums in words."""
    return [
        {"standard": s, "rows": [(row, _minimums(row), "; ".join(_items(row.items))) for row in s.rows]}
        for s in reversed(standards.standards())
    ]


def _shown(
    row: standards.Row, check: FacilityCheck, before: FacilityCheck | None, photographs: Mapping[int, list[int]]
) -> Shown:
    tone = "info" if check.gap is None else "bad" if check.gap and check.mended is None else "good"
    return Shown(
        row, check, _minimum(row, check), _measured(row, check), _gap(row, check), tone,
        _measured(row, before) if before else "", _change(row, check, before), photographs.get(check.pk, []),
        standards.item_labels(check.code),
    )  # fmt: skip


def _cell(check: FacilityCheck | None) -> dict[str, Any]:
    if check is None:
        return {"text": "–", "tone": ""}
    row = _row(check)
    tone = "bad" if check.gap and check.mended is None else ""
    mended = _("mended %(day)s") % {"day": _day(check.mended)} if check.mended else ""
    gap = _gap(row, check) if check.gap else ""
    if gap and row.kind != standards.YES_NO:
        gap = _("%(amount)s missing") % {"amount": gap}
    return {"text": _measured(row, check), "tone": tone, "gap": gap, "note": mended}


def _row(check: FacilityCheck) -> standards.Row:
    return standards.standard(check.review.standard).row(check.code)


def _minimum(row: standards.Row, check: FacilityCheck) -> str:
    if row.kind == standards.YES_NO:
        return _("required")
    if check.minimum is None:
        return _("no number")
    return _amount(check.minimum, row.unit)


def _measured(row: standards.Row, check: FacilityCheck) -> str:
    if row.kind == standards.YES_NO:
        return {True: _("met"), False: _("not met"), None: "–"}[check.is_met]
    return "–" if check.measured is None else _amount(check.measured, row.unit)


def _gap(row: standards.Row, check: FacilityCheck) -> str:
    if check.gap is None:
        return "–"
    if not check.gap:
        return _("nothing missing")
    return _("missing") if row.kind == standards.YES_NO else _amount(check.gap, row.unit)


def _change(row: standards.Row, check: FacilityCheck, before: FacilityCheck | None) -> str:
    if before is None:
        return ""
    if row.kind == standards.YES_NO:
        if before.is_met is None or check.is_met is None or before.is_met == check.is_met:
            return ""
        return _("better") if check.is_met else _("worse")
    if before.measured is None or check.measured is None or before.measured == check.measured:
        return ""
    step = check.measured - before.measured
    return f"{'+' if step > 0 else '−'}{_amount(abs(step), row.unit)}"


def _minimums(row: standards.Row) -> str:
    if row.kind == standards.YES_NO:
        return _("required")
    levels = {"province": _("province"), "district": _("district"), "commune": _("commune")}
    told = [f"{levels[level]} {_amount(least, row.unit)}" for level, least in row.minimum.items()]
    return "; ".join(told) or _("no number")


def _items(items: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Give the items by edition, ``sipas-2017`` as SIPAS 2017."""
    told = {edition: ", ".join(standards.item_label(name) for name in names) for edition, names in items.items()}
    return [f"{edition.upper().replace('-', ' ')}: {names}" for edition, names in told.items()]


def _amount(value: Decimal, unit: str) -> str:
    plain = value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
    return f"{localize(plain)} {unit}"


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _day(day: dt.date | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else ""
