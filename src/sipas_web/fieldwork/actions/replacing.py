"""Replacement: after a final outcome with its evidence, by the next reserve of the stratum, never by choice."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.actions.assigning import take_place
from sipas_web.fieldwork.actions.counting import Moves
from sipas_web.fieldwork.actions.holding import case_in_field, refuse_unless, require_over
from sipas_web.fieldwork.actions.standing import FINISHED, Act, group_of, stand_by_visits, stand_in_place
from sipas_web.fieldwork.actions.visiting import add_visit
from sipas_web.fieldwork.models import Answer, Case, FieldRules, Replacement, State, Visit
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries.rules import rules_of
from sipas_web.rounds.queries import Round

MOST_EVIDENCE = 500


@transaction.atomic
def replace(*, case_pk: int, remark: str = "", by: Actor) -> Replacement:
    """Issue the next reserve of a case's stratum in its place; needs ``fieldwork.case_replace`` over its office.

    Refused before a final outcome: one that ends the case (refusal, unable, not eligible, a form that is not valid), or
    as many visits as the round's rules ask. Twice is once. ``remark`` names no person.
    """
    case, round_ = case_in_field(case_pk)
    require_over(case, round_, Permission.CASE_REPLACE, by)
    if (there := Replacement.objects.filter(case=case).first()) is not None:
        return there
    refuse_unless(case, Act.REPLACE)
    if why := why_not(case, rules_of(round_)):
        raise ValidationError(why, code="fieldwork.not_final")
    reserve = _next_reserve(case, round_)
    made = _write(case, reserve, round_, remark, by)
    record(
        by=by,
        action="fieldwork.case_replaced",
        subject=case,
        unit=case.office or round_.unit,
        details={"case": case.case_id, "reserve": reserve.case_id, "outcome": made.outcome, "visits": made.visits},
    )
    return made


def why_not(case: Case, rules: FieldRules) -> str:
    """Say what a case lacks before a reserve may go out for it; empty where nothing lacks."""
    if case.replaced_by:
        return _("Case %(code)s is replaced already, by %(reserve)s.") % {
            "code": case.case_id,
            "reserve": case.replaced_by,
        }
    if case.answer == Answer.VALID and case.state != State.WITHDRAWN:
        return _("Case %(code)s has a valid answer; it is not replaced.") % {"code": case.case_id}
    if group_of(case.disposition) in FINISHED:
        return ""
    lacking = rules.least_visits - case.visits_made
    if lacking <= 0:
        return ""
    return ngettext(
        "The outcome of case %(code)s is not final: by the rules of this round a person not reached is replaced "
        "after %(least)d visit; so far: %(made)d.",
        "The outcome of case %(code)s is not final: by the rules of this round a person not reached is replaced "
        "after %(least)d visits; so far: %(made)d.",
        rules.least_visits,
    ) % {"code": case.case_id, "least": rules.least_visits, "made": case.visits_made}


def _next_reserve(case: Case, round_: Round) -> Case:
    """Give the first reserve of the stratum that has not gone out; the round is held, so nobody else takes it."""
    reserves = Case.objects.filter(round=round_, stratum=case.stratum, role="reserve", state=State.RESERVE)
    found = reserves.order_by("order").first()
    if found is None:
        raise ValidationError(
            _("No reserve is left in this stratum (%(stratum)s). Case %(code)s stays without a replacement.")
            % {"stratum": case.stratum, "code": case.case_id},
            code="fieldwork.no_reserve",
        )
    return found


def _write(case: Case, reserve: Case, round_: Round, remark: str, by: Actor) -> Replacement:
    visits = list(Visit.objects.filter(case=case).order_by("number"))
    if not visits:  # answered, and not valid, without a visit: the library learns of a replacement from visits alone
        visits = [
            add_visit(
                case, round_, day=timezone.localdate(), mode="paper", outcome=case.disposition, person=case.interviewer,
                by=by,
            )
        ]  # fmt: skip
    moves = Moves(round_.pk, [case, reserve])
    visits[-1].replaced_by = reserve.case_id
    visits[-1].save(update_fields=["replaced_by"])
    stand_by_visits(case, visits)
    stand_in_place(reserve, case)
    take_place(reserve, case)
    moves.put(given_by=by.name, reason=case.case_id)
    return Replacement.objects.create(
        round=round_, case=case, reserve=reserve, outcome=case.disposition, visits=case.visits_made,
        evidence=_evidence(visits, remark), office=case.office, interviewer=case.interviewer, decided_by=by.name,
    )  # fmt: skip


def _evidence(visits: list[Visit], remark: str) -> str:
    seen = "; ".join(f"{v.day:%d/%m/%Y} {v.outcome} {v.interviewer}".strip() for v in visits)
    return " | ".join(part for part in (remark.strip(), seen) if part)[:MOST_EVIDENCE]
