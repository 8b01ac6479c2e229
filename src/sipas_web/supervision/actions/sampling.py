"""A check sample: its list is fixed, a text is typed, the library draws. Nothing of it is told to anybody else."""

from __future__ import annotations

import datetime as dt
import io
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import version

import polars as pl
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas import rounds as library
from sipas import sampling
from sipas.errors import SipasError
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.capture.permissions import Permission as KeyingPermission
from sipas_web.fieldwork.permissions import Permission as FieldPermission
from sipas_web.rounds import states
from sipas_web.rounds.draw_texts import SHORTEST, checked
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.queries import Round
from sipas_web.rounds.queries import State as RoundState
from sipas_web.shared.core_errors import sentence
from sipas_web.supervision.models import CheckCase, CheckSample, Order
from sipas_web.supervision.permissions import Permission
from sipas_web.supervision.queries import access, risk
from sipas_web.supervision.queries import samples as reads
from sipas_web.supervision.queries.eligible import Wanted, eligible_cases
from sipas_web.units.queries import Unit, today

OPERATOR = "SIPAS"  # what draws; the text is the supervisor's
CHECKABLE = (RoundState.IN_FIELD, RoundState.FROZEN)
CHECKED = (
    FieldPermission.CASE_ASSIGN, FieldPermission.CASE_CARRY, KeyingPermission.FORM_KEY, Permission.FINDING_ANSWER,
)  # fmt: skip
Way, Balance = CheckSample.Way, CheckSample.Balance


@dataclass(frozen=True, slots=True)
class Plan:
    """What a supervisor chose."""

    body: str
    source: str
    way: str
    balance: str
    share: Decimal  # percent
    floor: Decimal  # percent
    until: dt.date
    only_interviewer: str = ""
    points: Mapping[str, float] | None = None  # by code, where chances go by points of one's own


@transaction.atomic
def open_sample(
    *, round_id: int, plan: Plan, by: Actor, organisation: Unit | None = None, order: Order | None = None
) -> CheckSample:
    """Fix the list a check sample is drawn from; needs ``supervision.sample_draw`` and a round in the field or frozen.

    Recorded with the hash of the list, which carries a random salt; no case is named.
    """
    round_ = access.round_of(by, round_id, Permission.SAMPLE_DRAW)
    if round_ is None:
        raise PermissionDenied
    _require(by, organisation, round_)
    _refuse_who_is_checked(by)
    states.refuse_unless(round_, *CHECKABLE)
    access.hold_body(by, organisation)  # so that two samples of one body do not take one number
    made = _new(round_, plan, organisation, order, by)
    _refuse_unfit(made)
    listed = _listed(made, plan.points)
    made.number = reads.bodies_samples(made).count() + 1
    made.listed, made.list_cases = _parquet(listed), listed.height
    made.list_sha256 = sampling.list_digest(listed).sha256
    made.save(force_insert=True)
    details = {"number": made.number, "list_sha256": made.list_sha256}
    record(by=by, action="supervision.list_fixed", subject=made, unit=round_.unit, details=details)
    return made


@transaction.atomic
def draw_sample(*, sample_id: int, text: str, by: Actor) -> CheckSample:
    """Draw by the supervisor's own text and the list's hash; asking twice is refused. Recorded without any case."""
    sample = own(sample_id, Permission.SAMPLE_DRAW, by)
    if sample.state != CheckSample.State.LISTED:
        raise ValidationError(_("This check sample does not wait for its draw any more."))
    clean = checked(text, shortest=SHORTEST)
    earlier = reads.bodies_samples(sample).exclude(text="").values_list("text", flat=True)
    if clean.casefold() in {text.casefold() for text in earlier}:  # not in SQL: SQLite knows no case beyond ASCII
        raise ValidationError(_("This text was already used in a check sample of yours. Type another one."))
    drawn = _drawn(sample, clean)
    certificate = sampling.certificate_json(drawn.certificate)
    sample.text, sample.sample, sample.certificate = clean, _parquet(drawn.sample), certificate.decode()
    sample.questions = _questions(sample.round, drawn)
    sample.state, sample.drawn, sample.drawn_by = CheckSample.State.DRAWN, timezone.now(), by.name
    sample.save()
    CheckCase.objects.bulk_create(_cases(sample, drawn.sample), batch_size=1000)
    details = {"number": sample.number, "list_sha256": sample.list_sha256}
    record(by=by, action="supervision.sample_drawn", subject=sample, unit=sample.round.unit, details=details)
    return sample


@transaction.atomic
def abandon(*, sample_id: int, reason: str, by: Actor) -> CheckSample:
    """Give up a check sample that is not closed; later certificates count it. Recorded with the reason."""
    sample = own(sample_id, Permission.SAMPLE_DRAW, by)
    if sample.state not in {CheckSample.State.LISTED, CheckSample.State.DRAWN}:
        raise ValidationError(_("A closed check sample cannot be given up."))
    sample.state, sample.abandoned, sample.abandoned_because = (
        CheckSample.State.ABANDONED, timezone.now(), checked(reason),
    )  # fmt: skip
    sample.save(update_fields=["state", "abandoned", "abandoned_because"])
    details = {"number": sample.number, "reason": sample.abandoned_because}
    record(by=by, action="supervision.sample_abandoned", subject=sample, unit=sample.round.unit, details=details)
    return sample


def own(sample_id: int, permission: str, by: Actor) -> CheckSample:
    """Hold a sample of the actor's own body; refuse any other."""
    if access.own_sample(by, sample_id, permission) is None:
        raise PermissionDenied
    sample = reads.held(sample_id)
    _require(by, sample.organisation, sample.round, permission)
    return sample


def _require(by: Actor, organisation: Unit | None, round_: Round, permission: str = Permission.SAMPLE_DRAW) -> None:
    by.require(permission, organisation or round_.unit)
    if organisation is not None and not access.organisations_of(by, permission).filter(pk=organisation.pk).exists():
        raise PermissionDenied


def _refuse_who_is_checked(by: Actor) -> None:
    """Nobody draws a check of work they take part in, whatever further roles they hold."""
    if any(by.may(permission) for permission in CHECKED):
        message = _("You also run, carry or key forms. Somebody who does not must draw the check sample.")
        raise ValidationError(message)


def _new(round_: Round, plan: Plan, organisation: Unit | None, order: Order | None, by: Actor) -> CheckSample:
    return CheckSample(
        round=round_,
        organisation=organisation,
        owner_id=by.person or None,
        body=checked(plan.body),
        order=order,
        source=plan.source,
        way=plan.way,
        balance=plan.balance,
        share=plan.share,
        floor=plan.floor,
        only_interviewer=plan.only_interviewer,
        until=plan.until,
        opened_by=by.name,
    )


def _refuse_unfit(sample: CheckSample) -> None:
    if sample.until < today():
        raise ValidationError({"until": _("The last day of the re-verification lies in the past.")})
    if sample.order is not None and sample.order.round_id != sample.round_id:
        raise ValidationError(_("This request is about another round."))


def _listed(sample: CheckSample, points: Mapping[str, float] | None) -> pl.DataFrame:
    earlier = tuple(
        reads.bodies_samples(sample).exclude(state=CheckSample.State.ABANDONED).values_list("pk", flat=True)
    )
    wanted = Wanted(sample.source, sample.only_interviewer, earlier if sample.only_interviewer else ())
    rows = eligible_cases(sample.round, wanted).drop("answer")
    if rows.height == 0:
        raise ValidationError(_("No case fits: nothing was issued or came back yet, or all of it was checked before."))
    scores = _scores(sample, points, rows["unit_id"].to_list())
    try:
        return sampling.check_list(
            rows, salt=secrets.token_hex(16), balance=sample.balance, risk=scores, floor=float(sample.floor) / 100
        )
    except SipasError as error:
        raise ValidationError(sentence(error)) from error


def _scores(sample: CheckSample, points: Mapping[str, float] | None, codes: list[str]) -> Mapping[str, float] | None:
    if sample.way == Way.RANDOM:
        return None
    if sample.way == Way.OWN:
        if not any(code in (points or {}) for code in codes):
            raise ValidationError({"points": _("None of the codes of the file is on the list.")})
        return points
    found = risk.scores_of(sample.round)
    if not found:
        raise ValidationError({"way": _("No risk scores are worked out yet: choose the same chance for every case.")})
    return found


def _drawn(sample: CheckSample, text: str) -> sampling.CheckSample:
    listed = reads.listed_of(sample)
    strata = listed[sample.balance].n_unique() if sample.balance else 1
    given_up = reads.bodies_samples(sample).filter(state=CheckSample.State.ABANDONED).count()
    try:
        design = sampling.check_design(
            listed.height, strata, float(sample.share) / 100, balance=sample.balance, by_risk=sample.is_by_size
        )
        return sampling.draw_check_sample(
            listed, design, supervisor=sample.body, text=text, operator=OPERATOR, version=version("sipas"),
            redraws=given_up,
        )  # fmt: skip
    except SipasError as error:
        raise ValidationError(sentence(error)) from error


def _questions(round_: Round, drawn: sampling.CheckSample) -> list[dict[str, object]]:
    seed: object = drawn.certificate["seed"]
    value = str(seed["sha256"]) if isinstance(seed, dict) else ""
    return [
        {"name": q.name, "text": q.text, "options": [list(o) for o in q.options], "ordered": q.ordered}
        for q in library.questions_asked_again(folder_of(round_), value)
    ]


def _cases(sample: CheckSample, drawn: pl.DataFrame) -> list[CheckCase]:
    listed = reads.listed_of(sample).select("unit_id", "agency", "office", "interviewer")
    rows = drawn.select("unit_id", "stratum", "probability", "psu_population").join(listed, on="unit_id")
    keys = reads.case_keys(sample.round, rows["unit_id"].to_list())
    return [
        CheckCase(
            sample=sample, case_id=keys[code], stratum=stratum, probability=chance, population=population,
            agency=agency, office=_blank(office), interviewer=_blank(interviewer),
        )
        for code, stratum, chance, population, agency, office, interviewer in rows.iter_rows()
    ]  # fmt: skip


def _blank(text: str | None) -> str:
    return "" if text in {None, "–"} else str(text)


def _parquet(table: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    table.write_parquet(out, compression="zstd")
    return out.getvalue()
