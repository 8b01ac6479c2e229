"""Doing it again: the same data with other settings, or a published version taken back to work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas.errors import Place, SipasError
from sipas.rounds.settings import FILE, check_round
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.jobs import queries as job_queries
from sipas_web.quality import actions as quality
from sipas_web.results.actions.freezing import new_snapshot, refuse_while_busy, start_estimate
from sipas_web.results.models import REVIEWABLE, Correction, Publication, Snapshot
from sipas_web.results.permissions import Permission
from sipas_web.results.queries import work
from sipas_web.rounds import queries as rounds
from sipas_web.rounds import states
from sipas_web.rounds.folders import settings_of
from sipas_web.rounds.permissions import Permission as RoundPermission
from sipas_web.rounds.queries import Round, TargetValue
from sipas_web.rounds.queries import State as RoundState
from sipas_web.shared.core_errors import sentence

CARRIED = ("cases", "open_cases", "visits", "responses", "visits_sha256", "responses_sha256", "frozen_journal_head")


@dataclass(frozen=True, slots=True)
class Choices:
    """Settings of an estimate that may change after the freeze: nothing here touches the data."""

    document_date: dt.date
    place: str
    signer: str
    least_to_rank: int
    finite_population: bool
    calibrated: bool
    report_number: str = ""  # both empty until văn thư has given them
    letter_number: str = ""
    targets: Mapping[int, Decimal] = field(default_factory=dict)  # percent by id of the round's target


@transaction.atomic
def estimate_again(*, round_id: int, choices: Choices, reason: str, by: Actor) -> Snapshot:
    """Estimate the frozen data with other settings: the next snapshot; needs ``results.round_freeze`` over the unit.

    Of a published round it begins a correction and needs ``results.result_publish`` as well; changed targets need
    ``rounds.target_change``. Recorded with reason and choices.
    """
    round_ = rounds.held(round_id)
    by.require(Permission.ROUND_FREEZE, round_.unit)
    states.refuse_unless(round_, RoundState.FROZEN, RoundState.PUBLISHED)
    _need(reason)
    before = _estimated(round_)
    if round_.state == RoundState.PUBLISHED:
        _open_correction(round_, Correction.Way.ESTIMATE, reason, by)
    else:
        before.state = Snapshot.State.REPLACED
        before.save(update_fields=["state"])
    states.move(round_, RoundState.FROZEN)
    _put_targets(round_, choices.targets, by)
    _put_settings(round_, choices)
    carried = {name: getattr(before, name) for name in CARRIED}
    number = work.next_number(round_)
    state = Snapshot.State.ESTIMATING
    snapshot = new_snapshot(
        round_, number=number, data_of=before.data_of, reason=reason.strip(), by=by, state=state, **carried
    )
    start_estimate(snapshot, by=by)
    record(by=by, action="results.estimate_asked", subject=snapshot, unit=round_.unit, details=_told(choices, reason))
    return snapshot


@transaction.atomic
def correct_from_field(*, round_id: int, reason: str, by: Actor) -> Correction:
    """Take a published round back to the field, so that visits and answers can be mended and frozen again.

    Needs ``results.result_publish`` over its unit; the published version stays readable. Recorded with the reason.
    """
    round_ = rounds.held(round_id)
    by.require(Permission.RESULT_PUBLISH, round_.unit)
    states.refuse_unless(round_, RoundState.PUBLISHED)
    _need(reason)
    correction = _open_correction(round_, Correction.Way.FIELD, reason, by)
    states.move(round_, RoundState.FROZEN)
    states.move(round_, RoundState.IN_FIELD)
    details = {"version": correction.publication.version, "reason": reason}
    record(by=by, action="results.correction_opened", subject=correction, unit=round_.unit, details=details)
    return correction


@transaction.atomic
def withdraw_correction(*, round_id: int, reason: str, by: Actor) -> Publication:
    """Take back a correction opened by mistake: the published version is in force again.

    Needs ``results.result_publish`` over the unit of the round. Only while nothing was frozen since. Recorded with both
    reasons; visits and answers taken in meanwhile stay, for the next correction.
    """
    round_ = rounds.held(round_id)
    by.require(Permission.RESULT_PUBLISH, round_.unit)
    states.refuse_unless(round_, RoundState.IN_FIELD)
    _need(reason)
    correction = work.withdrawable(round_)
    if correction is None:
        raise ValidationError(_("Data were frozen since. This correction ends with the next version."))
    refuse_while_busy(round_)
    states.move(round_, RoundState.FROZEN)
    states.move(round_, RoundState.PUBLISHED)
    quality.close_with_publication(round_=round_, by=by)
    publication, details = correction.publication, {"reason": reason, "opened_because": correction.reason}
    correction.delete()
    record(by=by, action="results.correction_withdrawn", subject=publication, unit=round_.unit, details=details)
    return publication


def _need(reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is done again.")})


def _estimated(round_: Round) -> Snapshot:
    """Give the snapshot whose data are estimated again; it must not be worked on."""
    newest = work.newest_snapshot(round_)
    free = (*REVIEWABLE, Snapshot.State.ESTIMATING, Snapshot.State.PUBLISHED)
    if newest is None or newest.state not in free:
        raise ValidationError(_("There are no frozen data to estimate again."))
    if any(job_queries.open_job(round_, kind) for kind in (work.ESTIMATE, work.PUBLISH, work.VERIFY)):
        raise ValidationError(_("Other work on this round is not finished. Wait until it ends, or stop it."))
    return newest


def _open_correction(round_: Round, way: str, reason: str, by: Actor) -> Correction:
    by.require(Permission.RESULT_PUBLISH, round_.unit)
    newest = Publication.objects.filter(round=round_).order_by("-version")[0]
    return Correction.objects.create(publication=newest, way=way, reason=reason.strip(), opened_by=by.name)


def _put_targets(round_: Round, wanted: Mapping[int, Decimal], by: Actor) -> None:
    for target in TargetValue.objects.filter(round=round_, unit__isnull=True):
        percent = wanted.get(target.pk, target.percent)
        if percent != target.percent:
            by.require(RoundPermission.TARGET_CHANGE, round_.unit)
            target.percent = percent
            target.save(update_fields=["percent"])


def _put_settings(round_: Round, choices: Choices) -> None:
    documents = round_.settings.get("documents", {}) | {
        "date": choices.document_date.isoformat(),
        "place": choices.place,
        "signer": choices.signer,
        "report_number": choices.report_number,
        "letter_number": choices.letter_number,
    }
    estimates = round_.settings.get("estimates", {}) | {
        "least_to_rank": choices.least_to_rank,
        "finite_population": choices.finite_population,
        "calibrated": choices.calibrated,
    }
    round_.settings = {**round_.settings, "documents": documents, "estimates": estimates}
    try:
        check_round(settings_of(round_), Place(file=FILE))
    except SipasError as error:
        raise ValidationError(sentence(error)) from error
    round_.save(update_fields=["settings"])


def _told(choices: Choices, reason: str) -> dict[str, object]:
    return {
        "reason": reason,
        "document_date": choices.document_date.isoformat(),
        "report_number": choices.report_number,
        "letter_number": choices.letter_number,
        "least_to_rank": choices.least_to_rank,
        "finite_population": choices.finite_population,
        "calibrated": choices.calibrated,
        "targets": {str(pk): str(percent) for pk, percent in choices.targets.items()},
    }
