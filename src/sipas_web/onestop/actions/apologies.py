"""Apologies: drafted with one new date only, sent back, signed, withdrawn; dossiers for which none is owed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.onestop import apology_rules as rules
from sipas_web.onestop.actions.dossiers_counting import recount_kept
from sipas_web.onestop.models import Apology, ApologyException, ApologyState, Dossier, Outcome, Way
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import apologies as reads
from sipas_web.shared import working_days
from sipas_web.units.queries import Succession

OTHER = "other"  # a reason that needs words of its own


@dataclass(frozen=True, slots=True)
class Content:
    """What a letter says: for the delay, for other faults, or for both."""

    reason: str
    reason_text: str = ""
    new_date: dt.date | None = None
    faults: tuple[str, ...] = ()
    is_for_delay: bool = True


@dataclass(slots=True)
class Signed:
    """What became of several letters put before the head."""

    done: list[Apology] = field(default_factory=list)
    refused: list[tuple[Apology, str]] = field(default_factory=list)


@transaction.atomic
def draft(*, dossier_id: int, content: Content, by: Actor) -> Apology:
    """Draft a letter and put it before the head. Needs ``onestop.apology_draft`` over who solves or took in."""
    dossier = _held(dossier_id, Permission.APOLOGY_DRAFT, by)
    _check(dossier, content)
    if content.is_for_delay:
        _refuse_second(dossier)
    unit = reads.unit_of(dossier)
    made = _created(
        dossier=dossier, unit=unit, due=dossier.due, last_day=rules.last_day(dossier.received, dossier.due),
        drafted_by=by.name, **_columns(content),
    )  # fmt: skip
    record(by=by, action="onestop.apology_drafted", subject=made, unit=unit, details=_told(content))
    return made


@transaction.atomic
def change(*, apology_id: int, content: Content, by: Actor) -> Apology:
    """Change a letter that is not signed and put it before the head again."""
    apology = _held_letter(apology_id)
    _may_draft(apology, by)
    _refuse_unless(apology, ApologyState.WAITING, ApologyState.RETURNED)
    if content.is_for_delay and not apology.is_for_delay:
        _refuse_second(apology.dossier)
    _check(apology.dossier, content)
    for name, value in _columns(content).items():
        setattr(apology, name, value)
    apology.state = ApologyState.WAITING
    apology.save()
    record(by=by, action="onestop.apology_changed", subject=apology, unit=apology.unit, details=_told(content))
    return apology


@transaction.atomic
def sign(*, apology_ids: Collection[int], by: Actor) -> Signed:
    """Sign letters; one that cannot be signed is left with the reason, the others are. ``onestop.apology_sign``."""
    result = Signed()
    for apology_id in sorted(apology_ids):
        apology = _held_letter(apology_id)
        by.require(Permission.APOLOGY_SIGN, apology.unit)
        reason = _hindrance(apology)
        if reason:
            result.refused.append((apology, reason))
            continue
        _sign(apology, by)
        result.done.append(apology)
    return result


@transaction.atomic
def send_back(*, apology_id: int, note: str, by: Actor) -> None:
    """Send a letter back to who drafted it, with a note. Needs ``onestop.apology_sign``."""
    apology = _held_letter(apology_id)
    by.require(Permission.APOLOGY_SIGN, apology.unit)
    _refuse_unless(apology, ApologyState.WAITING)
    apology.state, apology.note = ApologyState.RETURNED, note
    apology.save(update_fields=["state", "note"])
    record(by=by, action="onestop.apology_sent_back", subject=apology, unit=apology.unit)


@transaction.atomic
def withdraw(*, apology_id: int, by: Actor) -> None:
    """Withdraw a letter that has not left, or was entered by mistake; these and signed ones need the head."""
    apology = _held_letter(apology_id)
    if apology.state in {ApologyState.SIGNED, ApologyState.SENT}:
        by.require(Permission.APOLOGY_SIGN, apology.unit)
    else:
        _may_draft(apology, by)
    if apology.entered is None:
        _refuse_unless(apology, *reads.UNFINISHED)
    elif apology.new_date is not None:
        Dossier.objects.filter(pk=apology.dossier_id, promised_again=apology.new_date).update(promised_again=None)
        recount_kept(apology.dossier_id)
    if reads.is_under_way(apology):
        raise ValidationError(_("A message of this letter is on its way. Call it off first."))
    apology.state = ApologyState.WITHDRAWN
    apology.save(update_fields=["state"])
    record(by=by, action="onestop.apology_withdrawn", subject=apology, unit=apology.unit)


@transaction.atomic
def enter_sent(*, dossier_id: int, content: Content, on: dt.date, way: str, number: str, by: Actor) -> Apology:
    """Enter a letter that was sent outside this program; it is marked as entered afterwards."""
    dossier = _held(dossier_id, Permission.APOLOGY_DRAFT, by)
    _check_faults(content)
    _refuse_second(dossier)
    if not dossier.received <= on <= reads.today():
        raise ValidationError({"on": _("A day from the receipt of the dossier to today.")})
    if content.new_date is not None and (dossier.due is None or content.new_date <= dossier.due):
        raise ValidationError({"new_date": _("The new date lies after the due date.")})
    unit = reads.unit_of(dossier)
    made = _created(
        dossier=dossier, unit=unit, due=dossier.due, last_day=rules.last_day(dossier.received, dossier.due),
        drafted_by=by.name, state=ApologyState.SENT, form=rules.form_on(on).code, sent=on, way=Way(way), number=number,
        entered=reads.today(), **_columns(content),
    )  # fmt: skip
    promise(made)
    details = {"on": on.isoformat(), "kind": way}
    record(by=by, action="onestop.apology_entered", subject=made, unit=unit, details=details)
    return made


@transaction.atomic
def note_paper(*, apology_id: int, on: dt.date, way: str, number: str, by: Actor) -> None:
    """Note that a signed letter left on paper or was told in person, on which day."""
    apology = _held_letter(apology_id)
    _may_draft(apology, by)
    _refuse_unless(apology, ApologyState.SIGNED)
    if reads.is_under_way(apology):
        raise ValidationError(_("A message of this letter is on its way. Call it off first."))
    if apology.signed is None or not apology.signed <= on <= reads.today():
        raise ValidationError({"on": _("A day from the signature to today.")})
    apology.number = number
    mark_sent(apology, on, Way(way), by)


@transaction.atomic
def except_dossier(*, dossier_id: int, code: str, ground: str, by: Actor) -> ApologyException:
    """Decide that no apology is owed for a dossier. Needs ``onestop.apology_sign`` over its unit."""
    dossier = reads.held_dossier(dossier_id)
    unit = reads.unit_of(dossier)
    by.require(Permission.APOLOGY_SIGN, unit)
    if code not in rules.exceptions():
        raise ValidationError({"code": _("Choose one of the list.")})
    if reads.exception_of(dossier) is not None:
        raise ValidationError(_("An exception was already decided for this dossier."))
    made = ApologyException.objects.create(
        dossier=dossier, unit=unit, code=code, ground=ground, decided=reads.today(), decided_by=by.name
    )
    record(by=by, action="onestop.apology_excepted", subject=made, unit=unit, details={"code": code})
    return made


@transaction.atomic
def lift_exception(*, dossier_id: int, by: Actor) -> None:
    """Take back that no apology is owed."""
    found = reads.exception_of(reads.held_dossier(dossier_id))
    if found is None:
        raise ValidationError(_("There is no exception for this dossier."))
    by.require(Permission.APOLOGY_SIGN, found.unit)
    details = {"code": found.code}
    record(by=by, action="onestop.apology_exception_lifted", subject=found, unit=found.unit, details=details)
    found.delete()


@transaction.atomic
def hand_over(*, by: Actor) -> int:
    """Give letters not yet sent of units that have ended to the one that took them over; else they stay. Recorded."""
    moved = 0
    for apology in reads.ended_letters(reads.today()):
        successors = list(Succession.objects.filter(unit=apology.unit).select_related("successor")[:2])
        if len(successors) != 1:
            continue
        before, apology.unit = apology.unit, successors[0].successor
        apology.save(update_fields=["unit"])
        details = {"from": str(before), "to": str(apology.unit)}
        record(by=by, action="onestop.apology_handed_over", subject=apology, unit=apology.unit, details=details)
        moved += 1
    return moved


@transaction.atomic
def note_export(*, rows: int, by: Actor) -> None:
    """Note that a list of late dossiers leaves; it names numbers of dossiers."""
    by.require(Permission.APOLOGY_VIEW)
    record(by=by, action="onestop.late_dossiers_exported", subject="onestop.dossier", details={"rows": rows})


def mark_sent(apology: Apology, on: dt.date, way: Way, by: Actor) -> None:
    """Write that a held letter left; part of the caller's transaction."""
    apology.state, apology.sent, apology.way = ApologyState.SENT, on, way
    apology.save(update_fields=["state", "sent", "way", "number"])
    promise(apology)
    details = {"on": on.isoformat(), "kind": way.value}
    record(by=by, action="onestop.apology_sent", subject=apology, unit=apology.unit, details=details)


def promise(apology: Apology) -> None:
    """Write the new date of a letter that left into its dossier."""
    if apology.is_for_delay and apology.new_date is not None:
        Dossier.objects.filter(pk=apology.dossier_id).update(promised_again=apology.new_date)
        recount_kept(apology.dossier_id)


def _held(dossier_id: int, permission: str, by: Actor) -> Dossier:
    dossier = reads.held_dossier(dossier_id)
    if not reads.may(by, permission, dossier):
        raise PermissionDenied
    return dossier


def _held_letter(apology_id: int) -> Apology:
    return reads.held_letter(apology_id)


def _may_draft(apology: Apology, by: Actor) -> None:
    if not (by.may(Permission.APOLOGY_DRAFT, apology.unit) or reads.may(by, Permission.APOLOGY_DRAFT, apology.dossier)):
        raise PermissionDenied


def _refuse_unless(apology: Apology, *states: str) -> None:
    if apology.state not in states:
        state = apology.get_state_display()
        raise ValidationError(_("This letter is %(state)s: that can no longer be done.") % {"state": state})


def _refuse_second(dossier: Dossier) -> None:
    """Name the rule where a dossier was already given its one new date."""
    letter = reads.letter_of(dossier)
    if letter is not None:
        rule = rules.deadline_on(dossier.received)
        told = {"letter": str(letter), "act": ", ".join(t for t in (rule.place, rule.act) if t)}
        raise ValidationError(
            _("%(letter)s already gives this dossier a new date. A new date is given once only (%(act)s).") % told
        )


def _check(dossier: Dossier, content: Content) -> None:
    """Refuse a letter that does not fit its dossier."""
    _check_faults(content)
    if not content.is_for_delay:
        return
    if dossier.due is None:
        raise ValidationError(_("This dossier has no due date: nothing can be late."))
    if dossier.finished is None and dossier.outcome == Outcome.OPEN:
        _check_new_date(dossier, content.new_date)
    elif dossier.outcome != Outcome.LATE:
        raise ValidationError(_("This dossier ended, and not late: there is nothing to apologise for."))
    elif content.new_date is not None:
        raise ValidationError({"new_date": _("The dossier is finished: a letter gives no new date any more.")})


def _check_faults(content: Content) -> None:
    if content.is_for_delay and content.reason not in rules.reasons():
        raise ValidationError({"reason": _("Choose one of the list.")})
    if content.is_for_delay and content.reason == OTHER and not content.reason_text.strip():
        raise ValidationError({"reason_text": _("Write the reason.")})
    if not set(content.faults) <= rules.faults().keys():
        raise ValidationError({"faults": _("Choose one of the list.")})
    if not content.is_for_delay and not content.faults:
        raise ValidationError({"faults": _("Say what the letter apologises for.")})


def _check_new_date(dossier: Dossier, new_date: dt.date | None) -> None:
    if new_date is None:
        raise ValidationError({"new_date": _("Give the new date: the letter promises it.")})
    if dossier.due is not None and new_date <= dossier.due:
        raise ValidationError({"new_date": _("The new date lies after the due date.")})
    if new_date < reads.today():
        raise ValidationError({"new_date": _("The new date lies in the past.")})
    if not working_days.is_working(new_date):
        raise ValidationError({"new_date": _("Offices do not work on that day.")})
    if dossier.promised_again is not None and new_date != dossier.promised_again:
        rule = rules.deadline_on(dossier.received)
        told = {"day": date_format(dossier.promised_again, "SHORT_DATE_FORMAT"), "act": rule.act}
        raise ValidationError({
            "new_date": _(
                "The one-stop system has already promised %(day)s. A new date is given once only (%(act)s)."
            ) % told
        })  # fmt: skip


def _hindrance(apology: Apology) -> str:
    """Say why a letter cannot be signed now; empty where it can."""
    if apology.state != ApologyState.WAITING:
        return _("it is %(state)s") % {"state": apology.get_state_display()}
    dossier = apology.dossier
    if apology.is_for_delay and dossier.outcome not in {Outcome.OPEN, Outcome.LATE}:
        return _("the dossier ended in time meanwhile")
    if apology.new_date is not None and apology.new_date < reads.today():
        return _("its new date has passed")
    return ""


def _sign(apology: Apology, by: Actor) -> None:
    apology.state, apology.signed, apology.signed_by = ApologyState.SIGNED, reads.today(), by.name
    apology.office, apology.note = reads.office_of(apology.unit), ""
    apology.form = rules.form_on(apology.signed).code
    apology.save(update_fields=["state", "signed", "signed_by", "office", "note", "form"])
    details = {"form": apology.form}
    record(by=by, action="onestop.apology_signed", subject=apology, unit=apology.unit, details=details)


def _created(**columns: object) -> Apology:
    """Make the row; who loses a race against a second letter is told so."""
    try:
        with transaction.atomic():
            return Apology.objects.create(**columns)
    except IntegrityError as error:
        raise ValidationError(_("Somebody else has just drafted a letter for this dossier.")) from error


def _columns(content: Content) -> dict[str, object]:
    return {
        "reason": content.reason if content.is_for_delay else "",
        "reason_text": content.reason_text.strip(),
        "new_date": content.new_date if content.is_for_delay else None,
        "faults": sorted(content.faults),
        "is_for_delay": content.is_for_delay,
    }


def _told(content: Content) -> dict[str, object]:
    """Give what the record keeps of a letter: codes and dates, never its words."""
    return {
        "reason": content.reason if content.is_for_delay else "",
        "to": content.new_date.isoformat() if content.new_date else "",
        "kind": sorted(content.faults),
    }
