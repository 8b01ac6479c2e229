"""Closing a year of commitments; correcting what was closed by a new version."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions.commitments import hold_year
from sipas_web.improvement.commitment_share import total
from sipas_web.improvement.models import Commitment, FrozenYear, ItemReview
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import commitments as reads
from sipas_web.units.models import Unit

FIRST_MONTH, FIRST_DAY = 12, 1  # the office's own setting: a year may be closed from then on


@transaction.atomic
def close_year(*, unit: Unit, year: int, by: Actor) -> FrozenYear:
    """Close a year of an area: nothing of its commitments changes after. Needs ``improvement.commitment_review``."""
    by.require(Permission.COMMITMENT_REVIEW, unit)
    hold_year(unit, year)
    if timezone.localdate() < dt.date(year, FIRST_MONTH, FIRST_DAY):
        raise ValidationError(_("A year can be closed from 1 December of it on."))
    if reads.newest_version(unit.pk, year) is not None:
        raise ValidationError(_("This year is closed already. What is wrong there is put right by a correction."))
    rows = list(reads.in_area(unit, year).select_for_update(of=("self",)))
    if not rows:
        raise ValidationError(_("There are no commitments of this year to close."))
    made = FrozenYear.objects.create(unit=unit, year=year, rows=reads.frozen_rows(rows), frozen_by=by.name)
    Commitment.objects.filter(pk__in=[row.pk for row in rows], closed_in__isnull=True).update(closed_in=made)
    record(by=by, action="improvement.commitments_closed", subject=made, unit=unit, details=_counted(made))
    return made


@transaction.atomic
def correct_year(*, unit: Unit, year: int, verdicts: Mapping[int, str], reason: str, by: Actor) -> FrozenYear:
    """Correct verdicts (by item) of a closed year: a new version, dated, with its reason; the ones before stay."""
    by.require(Permission.COMMITMENT_REVIEW, unit)
    hold_year(unit, year)
    before = reads.newest_version(unit.pk, year)
    if before is None:
        raise ValidationError(_("This year is not closed: review the items themselves."))
    if not reason.strip():
        raise ValidationError({"reason": _("A correction has a reason.")})
    rows, changed = copy.deepcopy(before.rows), []
    known = {item["item"]: (row, item) for row in rows for item in row["items"] if row["signed"]}
    for key, verdict in verdicts.items():
        if key not in known or verdict not in ItemReview.Verdict.values:
            raise ValidationError(_("One of the items does not belong to this year, or has no verdict."))
        row, item = known[key]
        if item["verdict"] != verdict:
            changed.append(f"{row['name']} {item['number']}: {item['verdict'] or '–'} → {verdict}")
            item["verdict"], item["reason"] = verdict, reason.strip()
    if not changed:
        raise ValidationError(_("No verdict would change."))
    made = FrozenYear.objects.create(
        unit=unit, year=year, version=before.version + 1, reason=reason.strip(), rows=rows, frozen_by=by.name
    )
    details = {**_counted(made), "reason": made.reason, "changed": changed}
    record(by=by, action="improvement.commitments_corrected", subject=made, unit=unit, details=details)
    return made


def _counted(made: FrozenYear) -> dict[str, int]:
    share = total(reads.share_of_frozen(row) for row in made.rows)
    counts = {"asked": share.asked, "signed": share.signed, "items": share.items, "fulfilled": share.fulfilled}
    return {"year": made.year, "version": made.version, **counts}
