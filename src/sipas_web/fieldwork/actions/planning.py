"""A plan of assignments: suggested, adjusted, accepted as a whole, carried out in parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.actions.assigning import Gift, give, held_in_field
from sipas_web.fieldwork.actions.rehoming import rehome
from sipas_web.fieldwork.models import UNFINISHED, Case, Issue, Plan, PlanRow
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries import offices, plans, serving
from sipas_web.jobs import actions as jobs
from sipas_web.rounds.queries import Round
from sipas_web.units.queries import Unit

SUGGEST, CARRY_OUT = "fieldwork.plan_suggest", "fieldwork.plan_carry_out"
LARGE_ROUND = 50_000  # cases: beyond it a plan is worked out beside the page
SMALL_PLAN = 2_000  # cases: up to it a plan is carried out at once
PART = 2_000  # cases in one transaction
State = Plan.State


@transaction.atomic
def suggest(*, round_id: int, kind: str, unit: Unit, by: Actor) -> Plan:
    """Suggest who gets the cases that lie at a unit; takes the place of an earlier suggestion there.

    Needs ``fieldwork.case_assign`` over the unit: the round's, or a post office.
    """
    round_ = held_in_field(round_id)
    by.require(Permission.CASE_ASSIGN, unit)
    if unit.pk != round_.unit_id and not offices.offices_of(round_).filter(pk=unit.pk).exists():
        raise ValidationError(_("There is no such post office in the area of this round."))
    if unit.pk == round_.unit_id:
        rehome(round_, by)
    earlier = Plan.objects.filter(round=round_, kind=kind, unit=unit)
    if earlier.filter(state=State.ACCEPTED).exists():
        raise ValidationError(_("A plan is being carried out here. Wait until it has finished."))
    earlier.filter(state__in=[State.MAKING, State.DRAFT]).update(state=State.DISCARDED)
    plan = Plan.objects.create(round=round_, kind=kind, unit=unit, asked_by=by.name)
    if _cases_of(round_) > LARGE_ROUND:
        jobs.start(kind=SUGGEST, subject=plan, unit=unit, by=by, arguments={"plan": plan.pk})
    else:
        _work_out(plan, by)
    record(by=by, action="fieldwork.plan_suggested", subject=round_, unit=unit, details={"plan": plan.pk, "kind": kind})
    return plan


@transaction.atomic
def work_out(*, plan_id: int, by: Actor) -> None:
    """Work out the rows of a plan that was asked for; once."""
    plan, _round = _held(plan_id, by)
    if plan.state == State.MAKING:
        _work_out(plan, by)


@transaction.atomic
def adjust(*, plan_id: int, row_id: int, cases: int | None, office_id: int, interviewer: int | None, by: Actor) -> None:
    """Move some cases of a row of a plan, or all of them, to another office or interviewer; nothing is given yet."""
    plan, round_ = _held(plan_id, by)
    _refuse_unless(plan, State.DRAFT)
    row = PlanRow.objects.filter(pk=row_id, plan=plan).first()
    if row is None:
        raise ValidationError(_("This part of the plan is no longer there. Look at the plan again."))
    moved = row.cases if cases is None else cases
    if not 1 <= moved <= row.cases:
        raise ValidationError(_("Between 1 and %(most)d cases can be moved."), code="cases", params={"most": row.cases})
    if (row.office_id, row.interviewer_id) == (office_id, interviewer):
        raise ValidationError(_("The cases are there already."), code="to")
    office = _receiver(plan, round_, office_id, interviewer, by)
    to, _is_new = PlanRow.objects.get_or_create(
        plan=plan, commune=row.commune, source=row.source, office=office, interviewer_id=interviewer,
        defaults={"cases": 0},
    )  # fmt: skip
    PlanRow.objects.filter(pk=to.pk).update(cases=F("cases") + moved)
    if moved == row.cases:
        row.delete()
    else:
        PlanRow.objects.filter(pk=row.pk).update(cases=F("cases") - moved)
    details = {"plan": plan.pk, "commune": row.commune, "cases": moved, "to": str(office)}
    record(by=by, action="fieldwork.plan_adjusted", subject=round_, unit=plan.unit, details=details)


@transaction.atomic
def discard(*, plan_id: int, by: Actor) -> None:
    """Throw a suggestion away."""
    plan, round_ = _held(plan_id, by)
    _refuse_unless(plan, State.DRAFT, State.MAKING)
    Plan.objects.filter(pk=plan.pk).update(state=State.DISCARDED)
    record(by=by, action="fieldwork.plan_discarded", subject=round_, unit=plan.unit, details={"plan": plan.pk})


@transaction.atomic
def accept(*, plan_id: int, by: Actor) -> Plan:
    """Accept a plan as a whole; refused where cases were given away since it was made."""
    plan, round_ = _held(plan_id, by)
    _refuse_unless(plan, State.DRAFT)
    wanted = plans.pools_of(plan)
    for source in {source for source, _commune in wanted}:
        lying = serving.unassigned(round_, source)
        if any(lying.get(commune, 0) < n for (at, commune), n in wanted.items() if at == source):
            raise ValidationError(
                _("Cases of this plan were given away or finished since it was made. Have a new one suggested.")
            )
    plan.state, plan.accepted_by = State.ACCEPTED, by.name
    plan.save(update_fields=["state", "accepted_by"])
    cases = sum(wanted.values())
    details = {"plan": plan.pk, "kind": plan.kind, "cases": cases}
    record(by=by, action="fieldwork.plan_accepted", subject=round_, unit=plan.unit, details=details)
    if cases > SMALL_PLAN:
        jobs.start(kind=CARRY_OUT, subject=plan, unit=plan.unit, by=by, arguments={"plan": plan.pk})
        return plan
    while carry_out_part(plan_id=plan.pk, by=by):
        pass
    return plan


@transaction.atomic
def carry_out_part(*, plan_id: int, by: Actor) -> bool:
    """Give some more cases of an accepted plan; say whether to go on. Safe to run again after a stop anywhere."""
    plan, round_ = _held(plan_id, by)
    if plan.state != State.ACCEPTED:
        return False
    left = PlanRow.objects.filter(plan=plan, cases__gt=F("done") + F("lacking")).order_by("pk")
    rows = list(left[:PART])
    if not rows:
        Plan.objects.filter(pk=plan.pk).update(state=State.DONE, finished=timezone.now())
        return False
    taken = _take(plan, rows)
    rows = rows[: len(taken)]
    gifts = [
        Gift(code, row.office_id, row.interviewer_id) for row, codes in zip(rows, taken, strict=True) for code in codes
    ]
    given = give(round_, gifts, reason=_("plan %(number)d") % {"number": plan.pk}, by=by)
    for row, codes in zip(rows, taken, strict=True):
        refused = sum(code in given.refused for code in codes)
        row.done += len(codes) - refused
        row.lacking += refused
    PlanRow.objects.bulk_update(rows, ["done", "lacking"], batch_size=500)
    details = {"plan": plan.pk, "cases": given.moved, "refused": len(given.refused)}
    record(by=by, action="fieldwork.plan_carried_out", subject=round_, unit=plan.unit, details=details)
    return True


def _take(plan: Plan, rows: Sequence[PlanRow]) -> list[list[str]]:
    """Take the next cases of the first rows, in order of their codes, ``PART`` in all; what is not there lacks."""
    room, gone, taken = PART, Counter[tuple[int | None, str]](), []
    for row in rows:
        if not room:
            break
        wanted = min(room, row.cases - row.done - row.lacking)
        pool = row.source_id, row.commune
        lying = Case.objects.filter(
            round=plan.round_id, commune=row.commune, office=row.source_id, interviewer=None, state__in=UNFINISHED
        )
        listed = lying.order_by("case_id").values_list("case_id", flat=True)
        codes = list(listed[gone[pool] : gone[pool] + wanted])
        row.lacking += wanted - len(codes)
        gone[pool] += len(codes)
        room -= wanted
        taken.append(codes)
    return taken


def _work_out(plan: Plan, by: Actor) -> None:
    rows, left = (plans.rows_to_offices if plan.kind == Plan.Kind.OFFICES else plans.rows_to_people)(plan, by)
    PlanRow.objects.filter(plan=plan).delete()
    PlanRow.objects.bulk_create(rows, batch_size=1000)
    plan.left, plan.state = dict(left), State.DRAFT
    plan.save(update_fields=["left", "state"])


def _held(plan_id: int, by: Actor) -> tuple[Plan, Round]:
    """Hold the round of a plan, then read the plan as it is now."""
    round_ = held_in_field(Plan.objects.values_list("round_id", flat=True).get(pk=plan_id))
    plan = Plan.objects.select_related("unit", "round", "round__unit").get(pk=plan_id)
    by.require(Permission.CASE_ASSIGN, plan.unit)
    return plan, round_


def _refuse_unless(plan: Plan, *wanted: str) -> None:
    if plan.state not in wanted:
        raise ValidationError(_("This plan is no longer a suggestion. Have a new one suggested."))


def _receiver(plan: Plan, round_: Round, office_id: int, interviewer: int | None, by: Actor) -> Unit:
    office = offices.office_for(by, round_, office_id)
    if office is None:
        raise ValidationError(_("This post office is not of your area."), code="to")
    if (plan.kind == Plan.Kind.PEOPLE) != (interviewer is not None):
        raise ValidationError(_("Choose who shall get the cases."), code="to")
    if interviewer is not None and interviewer not in {p.pk for p in offices.carriers([office.pk])[office.pk]}:
        raise ValidationError(_("This person has no role of an interviewer over the area of the office."), code="to")
    return office


def _cases_of(round_: Round) -> int:
    return Issue.objects.filter(round=round_).values_list("cases", flat=True).first() or 0
