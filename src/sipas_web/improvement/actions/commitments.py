"""Commitments between heads: asked for, written, signed, reported on, reviewed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.evidence_files import Stored
from sipas_web.improvement.models import Commitment, CommitmentItem, Directive, ItemEvidence, ItemReview
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import commitments as reads
from sipas_web.units import queries as units
from sipas_web.units.models import Unit
from sipas_web.units.queries import over_any

MOST_ITEMS = 60
MOST_EVIDENCE = 50  # files of one item


@dataclass(frozen=True, slots=True)
class Promise:
    """An item as it is written down."""

    text: str
    measure: str
    due: dt.date | None = None
    node: str = ""


@transaction.atomic
def ask(
    *, units: Sequence[Unit], to_unit: Unit, year: int, by: Actor, directive: Directive | None = None
) -> list[Commitment]:
    """Ask units for their commitments of a year; who has one already is left out. Needs ``target_set`` over each."""
    for unit in units:
        by.require(Permission.TARGET_SET, unit)
    if any(unit.pk == to_unit.pk for unit in units):
        raise ValidationError(_("A unit does not sign with itself."))
    for unit in units:
        _refuse_closed(unit, year)
    have = set(Commitment.objects.filter(year=year, to_unit=to_unit, unit__in=units).values_list("unit", flat=True))
    made = [
        Commitment.objects.create(unit=unit, to_unit=to_unit, year=year, directive=directive, created_by=by.name)
        for unit in units
        if unit.pk not in have
    ]
    if made:
        details = {"year": year, "units": [c.unit.full_name for c in made]}
        record(by=by, action="improvement.commitments_asked", subject=made[0], unit=to_unit, details=details)
    return made


@transaction.atomic
def take_back(*, commitment_id: int, reason: str, by: Actor) -> None:
    """Ask no longer for a commitment that was not signed. Needs ``improvement.target_set``."""
    row = _unsigned(commitment_id)
    by.require(Permission.TARGET_SET, row.unit)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the commitment is no longer asked for.")})
    details = {"year": row.year, "unit": row.unit.full_name, "reason": reason.strip()}
    record(by=by, action="improvement.commitment_taken_back", subject=row, unit=row.unit, details=details)
    row.delete()


@transaction.atomic
def put_items(*, commitment_id: int, items: Sequence[Promise], by: Actor) -> Commitment:
    """Write the items of a commitment that is not signed yet. Needs ``target_set`` or ``commitment_sign``."""
    row = _unsigned(commitment_id)
    _require_any(by, row.answering, Permission.TARGET_SET, Permission.COMMITMENT_SIGN)
    if len(items) > MOST_ITEMS:
        raise ValidationError(_("At most %(most)d items.") % {"most": MOST_ITEMS})
    for number, item in enumerate(items, start=1):
        if not item.text.strip() or not item.measure.strip():
            message = _("Item %(number)d: say what is promised and by what it will be judged.")
            raise ValidationError(message % {"number": number})
    row.items.all().delete()
    CommitmentItem.objects.bulk_create(
        CommitmentItem(
            commitment=row, number=n, text=one.text.strip(), measure=one.measure.strip(), due=one.due, node=one.node
        )
        for n, one in enumerate(items, start=1)
    )
    details = {"year": row.year, "items": [one.text.strip() for one in items]}
    record(by=by, action="improvement.commitment_written", subject=row, unit=row.unit, details=details)
    return row


@transaction.atomic
def sign(*, commitment_id: int, signed: dt.date, position: str, document: str, by: Actor) -> Commitment:
    """Note that a commitment was signed: from then on its items stand. Needs ``improvement.commitment_sign``."""
    row = _unsigned(commitment_id)
    by.require(Permission.COMMITMENT_SIGN, row.answering)
    faults: dict[str, str] = {}
    if signed > timezone.localdate():
        faults["signed"] = _("This day is still to come.")
    if not position.strip():
        faults["position"] = _("Give the post of who signed, not the name.")
    if not row.items.exists():
        faults["signed"] = _("Nothing can be signed before its items are written.")
    if faults:
        raise ValidationError(faults)
    row.signed, row.position, row.document = signed, position.strip(), document.strip()
    row.save(update_fields=["signed", "position", "document"])
    details = {"year": row.year, "day": signed.isoformat(), "signer": row.position, "number": row.document}
    record(by=by, action="improvement.commitment_signed", subject=row, unit=row.unit, details=details)
    return row


@transaction.atomic
def report(
    *, item_id: int, result: str, evidence: str, by: Actor, files: Sequence[Stored] = ()
) -> CommitmentItem:  # fmt: skip
    """Say what was done for an item, with evidence. Needs ``improvement.task_carry`` over the answering unit.

    Files are added, never taken away: a review may rest on them.
    """
    item = _open_item(item_id)
    by.require(Permission.TASK_CARRY, item.commitment.answering)
    if not result.strip():
        raise ValidationError({"result": _("Say what was done.")})
    before = item.result
    item.result, item.evidence = result.strip(), evidence.strip()
    item.reported, item.reported_by = timezone.localdate(), by.name
    item.save(update_fields=["result", "evidence", "reported", "reported_by"])
    if item.files.count() + len(files) > MOST_EVIDENCE:
        raise ValidationError({"attached": _("At most %(most)d files for one item.") % {"most": MOST_EVIDENCE}})
    ItemEvidence.objects.bulk_create([
        ItemEvidence(
            item=item, name=f.name, stored=f.stored, kind=f.kind, size=f.size, sha256=f.sha256, added_by=by.name
        )
        for f in files
    ])
    details = {"number": item.number, "before": before, "after": item.result, "evidence": item.evidence,
               "files": [f.sha256 for f in files]}  # fmt: skip
    unit = item.commitment.unit
    record(by=by, action="improvement.commitment_reported", subject=item, unit=unit, details=details)
    return item


@transaction.atomic
def review(*, item_id: int, verdict: str, reason: str, by: Actor) -> ItemReview:
    """Judge an item, with the reason; the newest review counts.

    Needs ``improvement.commitment_review`` over the unit the promise was made to: nobody judges their own.
    """
    item = _open_item(item_id)
    by.require(Permission.COMMITMENT_REVIEW, item.commitment.to_unit)
    faults: dict[str, str] = {}
    if verdict not in ItemReview.Verdict.values:
        faults["verdict"] = _("Choose a verdict.")
    if not reason.strip():
        faults["reason"] = _("Say what the verdict rests on.")
    if faults:
        raise ValidationError(faults)
    made = ItemReview.objects.create(item=item, verdict=verdict, reason=reason.strip(), reviewed_by=by.name)
    details = {"number": item.number, "verdict": verdict, "reason": made.reason}
    unit = item.commitment.unit
    record(by=by, action="improvement.commitment_reviewed", subject=item, unit=unit, details=details)
    return made


@transaction.atomic
def hand_over_ended(*, by: Actor) -> int:
    """Give open commitments of units that have ended to their one successor. Part of the act that ended them."""
    moved = 0
    for row in reads.of_ended_units():
        before = row.answering
        successor = units.successor_of(before)
        if successor is not None:
            row.held_by = successor
            row.save(update_fields=["held_by"])
            details = {"from": before.full_name, "to": successor.full_name, "year": row.year}
            record(by=by, action="improvement.commitment_handed_over", subject=row, unit=successor, details=details)
            moved += 1
    return moved


def hold_year(unit: Unit, year: int) -> None:
    """Let closing a year and changing its commitments wait for each other, until the end of the transaction."""
    above = Unit.objects.filter(pk__in=over_any([unit.pk], reads.day_of(year)))
    list(above.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


def _refuse_closed(unit: Unit, year: int) -> None:
    hold_year(unit, year)
    closed = reads.is_closed(unit, year)
    if closed is not None:
        message = _("The commitments of %(year)d were closed on %(day)s: what is wrong there needs a correction.")
        day = timezone.localtime(closed.frozen).strftime("%d/%m/%Y")
        raise ValidationError(message % {"year": year, "day": day})


def _open(commitment_id: int) -> Commitment:
    row = Commitment.objects.select_related("unit").get(pk=commitment_id)
    _refuse_closed(row.unit, row.year)
    held = reads.held(commitment_id)
    if held.closed_in_id is not None:
        raise ValidationError(_("The commitments of this year are closed."))
    return held


def _unsigned(commitment_id: int) -> Commitment:
    row = _open(commitment_id)
    if row.signed is not None:
        raise ValidationError(_("This commitment is signed: its items stand."))
    return row


def _open_item(item_id: int) -> CommitmentItem:
    item = CommitmentItem.objects.get(pk=item_id)
    row = _open(item.commitment_id)
    if row.signed is None:
        raise ValidationError(_("This commitment is not signed yet."))
    item.commitment = row
    return item


def _require_any(by: Actor, unit: Unit, *permissions: str) -> None:
    if not any(by.may(permission, unit) for permission in permissions):
        raise PermissionDenied
