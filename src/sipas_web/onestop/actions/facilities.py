"""Reviews of facilities: begun by the standard of their day, filled in, finished, mended; photographs."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.onestop import facility_standards as standards
from sipas_web.onestop.models import FacilityCheck, FacilityPhotograph, FacilityReview, ReviewState
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import facilities as reads
from sipas_web.shared.photographs import without_traces
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

MOST_PHOTOGRAPHS = 6  # of one row


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for one row of a review."""

    measured: Decimal | None = None
    is_met: bool | None = None
    minimum: Decimal | None = None  # set by the place; counts only where the standard names none
    cost: int | None = None  # đồng
    mend_by: dt.date | None = None
    note: str = ""


@transaction.atomic
def begin(*, desk: Unit, on: dt.date, reviewer: str, by: Actor) -> FacilityReview:
    """Begin the review of a desk by the standard of its day. Needs ``onestop.facility_review`` over the desk.

    Minimums that the place set itself are taken over from the review before.
    """
    by.require(Permission.FACILITY_REVIEW, desk)
    if not desk.valid_from <= on <= units.today():
        raise ValidationError({"on": _("A day from the beginning of the desk to today.")})
    standard, level = standards.standard_on(on), reads.level_of(desk, on)
    try:
        with transaction.atomic():
            made = FacilityReview.objects.create(
                desk=desk, standard=standard.code, level=level, on=on, reviewer=reviewer, created_by=by.name
            )
    except IntegrityError as error:
        raise ValidationError({"on": _("This desk was already reviewed on that day.")}) from error
    before = _own_minimums(made)
    FacilityCheck.objects.bulk_create(
        FacilityCheck(review=made, code=row.code, **_minimum(row, level, before.get(row.code))) for row in standard.rows
    )
    details = {"date": on.isoformat(), "version": standard.code}
    record(by=by, action="onestop.facility_review_begun", subject=made, unit=desk, details=details)
    return made


@transaction.atomic
def fill_in(*, review_id: int, found: Mapping[str, Found], by: Actor) -> int:
    """Write what was found; gaps are worked out here. Gives the number of rows that changed."""
    review = _open(review_id, by)
    standard, changed = standards.standard(review.standard), 0
    for code, row in reads.checks_of(review).items():
        if code in found and _put(row, standard.row(code), review.level, found[code]):
            row.save()
            changed += 1
    if changed:
        details = {"rows": changed}
        record(by=by, action="onestop.facilities_noted", subject=review, unit=review.desk, details=details)
    return changed


@transaction.atomic
def finish(*, review_id: int, note: str, by: Actor) -> FacilityReview:
    """Finish a review: it then counts, and changes no more but for what was mended."""
    review = _open(review_id, by)
    rows = reads.checks_of(review).values()
    missing = [standards.label_of(row.code) for row in rows if _is_empty(row, standards.standard(review.standard))]
    if missing:
        raise ValidationError(_("Not looked at yet: %(rows)s.") % {"rows": "; ".join(missing)})
    review.state, review.note = ReviewState.CLOSED, note
    review.save(update_fields=["state", "note"])
    gaps = sum(1 for row in rows if row.gap)
    record(
        by=by, action="onestop.facility_review_finished", subject=review, unit=review.desk, details={"found": gaps}
    )  # fmt: skip
    return review


@transaction.atomic
def drop(*, review_id: int, by: Actor) -> None:
    """Throw a review away that is not finished."""
    review = _open(review_id, by)
    details = {"date": review.on.isoformat()}
    record(by=by, action="onestop.facility_review_dropped", subject=review, unit=review.desk, details=details)
    review.delete()


@transaction.atomic
def mend(*, row_id: int, on: dt.date, by: Actor) -> None:
    """Note the day on which a gap was mended."""
    row = _held_row(row_id)
    by.require(Permission.FACILITY_REVIEW, row.review.desk)
    if row.review.state != ReviewState.CLOSED or not row.gap or row.mended is not None:
        raise ValidationError(_("Only an open gap of a finished review is mended."))
    if not row.review.on <= on <= units.today():
        raise ValidationError({"on": _("A day from the review to today.")})
    row.mended = on
    row.save(update_fields=["mended"])
    details = {"code": row.code, "on": on.isoformat()}
    record(by=by, action="onestop.facility_mended", subject=row.review, unit=row.review.desk, details=details)


@transaction.atomic
def plan_mending(*, row_id: int, mend_by: dt.date | None, cost: int | None, by: Actor) -> None:
    """Set day and cost of mending an open gap, also after the review was finished."""
    row = _held_row(row_id)
    by.require(Permission.FACILITY_REVIEW, row.review.desk)
    if not row.gap or row.mended is not None:
        raise ValidationError(_("Only an open gap is planned for."))
    row.mend_by, row.cost = mend_by, cost
    row.save(update_fields=["mend_by", "cost"])
    details = {"code": row.code, "due": mend_by.isoformat() if mend_by else ""}
    record(by=by, action="onestop.facility_planned", subject=row.review, unit=row.review.desk, details=details)


@transaction.atomic
def add_photograph(*, row_id: int, data: bytes, by: Actor) -> FacilityPhotograph:
    """Keep a photograph of a row, without what tells where and when it was taken."""
    row = _held_row(row_id)
    by.require(Permission.FACILITY_REVIEW, row.review.desk)
    if row.review.state != ReviewState.OPEN:
        raise ValidationError(_("This review is finished."))
    if FacilityPhotograph.objects.filter(check_row=row).count() >= MOST_PHOTOGRAPHS:
        raise ValidationError(_("At most %(most)d photographs of one row.") % {"most": MOST_PHOTOGRAPHS})
    clean = without_traces(data)
    sha256 = hashlib.sha256(clean).hexdigest()
    made = FacilityPhotograph.objects.create(check_row=row, data=clean, sha256=sha256, added_by=by.name)
    details = {"code": row.code, "sha256": sha256}
    record(by=by, action="onestop.facility_photographed", subject=row.review, unit=row.review.desk, details=details)
    return made


@transaction.atomic
def remove_photograph(*, photo_id: int, by: Actor) -> None:
    """Take a photograph away from a review that is not finished."""
    photo = FacilityPhotograph.objects.select_related("check_row__review__desk").get(pk=photo_id)
    review = photo.check_row.review
    by.require(Permission.FACILITY_REVIEW, review.desk)
    if review.state != ReviewState.OPEN:
        raise ValidationError(_("This review is finished."))
    details = {"code": photo.check_row.code, "sha256": photo.sha256}
    record(by=by, action="onestop.facility_photograph_removed", subject=review, unit=review.desk, details=details)
    photo.delete()


def note_gap_export(*, rows: int, by: Actor) -> None:
    """Note that the list of gaps leaves."""
    with transaction.atomic():
        by.require(Permission.FACILITY_VIEW)
        record(by=by, action="onestop.gaps_exported", subject="onestop.facility", details={"rows": rows})


def _open(review_id: int, by: Actor) -> FacilityReview:
    review = reads.held_review(review_id)
    by.require(Permission.FACILITY_REVIEW, review.desk)
    if review.state != ReviewState.OPEN:
        raise ValidationError(_("This review is finished."))
    return review


def _held_row(row_id: int) -> FacilityCheck:
    rows = FacilityCheck.objects.select_for_update(of=("self",)).select_related("review", "review__desk")
    return rows.get(pk=row_id)


def _minimum(row: standards.Row, level: str, own: Decimal | None) -> dict[str, object]:
    least = row.least(level)
    if least is not None:
        return {"minimum": least}
    return {"minimum": own, "is_own_minimum": own is not None}


def _own_minimums(review: FacilityReview) -> dict[str, Decimal]:
    before = reads.earlier_review(review)
    rows: Sequence[FacilityCheck] = list(reads.checks_of(before).values()) if before else ()
    return {row.code: row.minimum for row in rows if row.is_own_minimum and row.minimum is not None}


def _put(row: FacilityCheck, rule: standards.Row, level: str, found: Found) -> bool:
    """Write what was found into a row; says whether anything changed."""
    if found.measured is not None and found.measured < 0:
        raise ValidationError({rule.code: _("Not below zero.")})
    before = _values(row)
    if rule.kind == standards.AMOUNT:
        row.measured = found.measured
        if rule.least(level) is None:
            row.minimum, row.is_own_minimum = found.minimum, found.minimum is not None
    else:
        row.is_met = found.is_met
    row.gap = standards.gap_of(rule, row.minimum, row.measured, row.is_met)
    row.cost, row.mend_by, row.note = found.cost, found.mend_by, found.note
    return _values(row) != before


def _values(row: FacilityCheck) -> tuple[object, ...]:
    return (row.measured, row.minimum, row.is_met, row.cost, row.mend_by, row.note)


def _is_empty(row: FacilityCheck, standard: standards.Standard) -> bool:
    if standard.row(row.code).kind == standards.YES_NO:
        return row.is_met is None
    return row.measured is None
