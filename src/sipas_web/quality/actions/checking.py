"""A look through a round's forms: asked for, its findings written in parts, and its end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.models import Case
from sipas_web.jobs import actions as jobs
from sipas_web.jobs.queries import Job
from sipas_web.quality import queries
from sipas_web.quality.models import Check, Closing, Flag, Suspect
from sipas_web.quality.permissions import Permission
from sipas_web.rounds import queries as rounds
from sipas_web.rounds import states
from sipas_web.rounds.queries import Round
from sipas_web.rounds.queries import State as RoundState

KIND = "quality.look_through"
IDS = 5_000  # of one statement


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there are points."""

    family: str
    sign: str
    points: int
    numbers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A form (``case_id``) or an interviewer with points."""

    interviewer: str
    points: int
    is_flagged: bool
    reasons: Sequence[Reason]
    case_id: str = ""
    forms: int = 0
    flagged_forms: int = 0


@transaction.atomic
def ask_check(*, round_id: int, by: Actor) -> Job:
    """Have a round's forms looked through; needs ``quality.flag_decide`` over its unit, in the field."""
    round_ = rounds.held(round_id)
    by.require(Permission.FLAG_DECIDE, round_.unit)
    states.refuse_unless(round_, RoundState.IN_FIELD)
    Closing.objects.filter(round=round_).delete()  # a round back in the field: forms come in again
    job = jobs.start(kind=KIND, subject=round_, unit=round_.unit, by=by, arguments={"round": round_.pk})
    record(by=by, action="quality.check_asked", subject=round_, unit=round_.unit)
    return job


def ask_daily_checks(*, on: dt.date, by: Actor) -> int:
    """Have every round in the field looked through to which anything came since; for the server itself.

    Gives the number of rounds asked for. Asking twice a day is asking once.
    """
    asked = 0
    for round_ in queries.rounds_to_check(on):
        ask_check(round_id=round_.pk, by=by)
        asked += 1
    return asked


@transaction.atomic
def store_found(*, round_id: int, found: Sequence[Found], by: Actor) -> None:
    """Write what was found of some forms or interviewers in the place of what stood there; decisions stay.

    Needs ``quality.flag_decide``. Does the same the second time.
    """
    round_ = _held(round_id, by)
    today = timezone.localdate()
    there = queries.suspects_by_key(round_, [(one.case_id, one.interviewer) for one in found])
    cases = dict(
        Case.objects.filter(round=round_, case_id__in=[f.case_id for f in found if f.case_id]).values_list(
            "case_id", "pk"
        )
    )
    written = []
    for one in found:
        if one.case_id and one.case_id not in cases:
            continue
        suspect = there.get(queries.key_of(one.case_id, one.interviewer)) or Suspect(
            round=round_, case_id=cases.get(one.case_id), kind=_kind(one)
        )
        written.append((_updated(suspect, one, today), one))
    _save([suspect for suspect, _one in written])
    _put_flags(written, today)
    record(by=by, action="quality.points_written", subject=round_, unit=round_.unit, details={"suspects": len(written)})


@transaction.atomic
def note_unchanged(*, round_id: int, by: Actor) -> None:
    """Note that a look found nothing new to look at; needs ``quality.flag_decide``. Recorded."""
    round_ = _held(round_id, by)
    Check.objects.filter(round=round_).update(made=timezone.now(), asked_by=by.name)
    record(by=by, action="quality.nothing_new", subject=round_, unit=round_.unit)


@transaction.atomic
def finish_check(
    *,
    round_id: int,
    cases: Collection[str],
    interviewers: Collection[str],
    flagged_forms: int,
    interviewers_seen: int,
    flag_form: int,
    flag_interviewer: int,
    coefficients: dt.date,
    told: Mapping[str, Any],
    by: Actor,
) -> Check:
    """Let go of what no longer has points, keep the figures of the look; needs ``quality.flag_decide``.

    ``cases`` and ``interviewers``: those that have points. What was decided on stays, with no points now. ``told``: the
    further columns of the look. Recorded with the counts.
    """
    round_ = _held(round_id, by)
    _let_go(round_, cases, interviewers)
    values = {
        "made": timezone.now(), "asked_by": by.name, "flagged_forms": flagged_forms, "interviewers": interviewers_seen,
        "flag_form": flag_form, "flag_interviewer": flag_interviewer, "coefficients": coefficients, **told,
    }  # fmt: skip
    check, _made = Check.objects.update_or_create(round=round_, defaults=values)
    details = {"forms": check.forms, "flagged_forms": check.flagged_forms, "interviewers": check.interviewers}
    record(by=by, action="quality.checked", subject=round_, unit=round_.unit, details=details)
    return check


def _let_go(round_: Round, cases: Collection[str], interviewers: Collection[str]) -> None:
    rows = Suspect.objects.filter(round=round_).values_list("pk", "case__case_id", "interviewer", "verdict")
    gone = [row for row in rows if (row[1] not in cases if row[1] else row[2] not in interviewers)]
    undecided, decided = ([pk for pk, _c, _i, v in gone if bool(v) == wanted] for wanted in (False, True))
    for first in range(0, len(undecided), IDS):
        part = undecided[first : first + IDS]
        Flag.objects.filter(suspect__in=part).delete()
        Suspect.objects.filter(pk__in=part).delete()
    for first in range(0, len(decided), IDS):
        part = decided[first : first + IDS]
        Flag.objects.filter(suspect__in=part).delete()
        Suspect.objects.filter(pk__in=part).update(points=0, is_flagged=False)


def _held(round_id: int, by: Actor) -> Round:
    round_ = rounds.held(round_id)
    by.require(Permission.FLAG_DECIDE, round_.unit)
    states.refuse_unless(round_, RoundState.IN_FIELD)
    return round_


def _kind(one: Found) -> Suspect.Kind:
    return Suspect.Kind.FORM if one.case_id else Suspect.Kind.INTERVIEWER


def _updated(suspect: Suspect, one: Found, today: dt.date) -> Suspect:
    suspect.interviewer, suspect.points, suspect.is_flagged = one.interviewer, one.points, one.is_flagged
    suspect.forms, suspect.flagged_forms = one.forms, one.flagged_forms
    if one.is_flagged and suspect.flagged_on is None:
        suspect.flagged_on = today
    return suspect


def _save(suspects: Sequence[Suspect]) -> None:
    columns = ["interviewer", "points", "is_flagged", "flagged_on", "forms", "flagged_forms"]
    Suspect.objects.bulk_update([s for s in suspects if s.pk], columns, batch_size=500)
    Suspect.objects.bulk_create([s for s in suspects if not s.pk], batch_size=500)


def _put_flags(written: Sequence[tuple[Suspect, Found]], today: dt.date) -> None:
    """Write reasons anew; the day on which each was first seen stays."""
    stood = Flag.objects.filter(suspect__in=[s.pk for s, _one in written])
    days = {(pk, family): day for pk, family, day in stood.values_list("suspect_id", "family", "day")}
    stood.delete()
    Flag.objects.bulk_create(
        [
            Flag(
                suspect=suspect,
                family=reason.family,
                sign=reason.sign,
                points=reason.points,
                numbers=dict(reason.numbers),
                day=days.get((suspect.pk, reason.family), today),
            )
            for suspect, one in written
            for reason in one.reasons
        ],
        batch_size=1_000,
    )
