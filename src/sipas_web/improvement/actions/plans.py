"""Drafting, asking for, giving and ending improvement plans."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions import tasks
from sipas_web.improvement.measure_suggestions import suggestion_for
from sipas_web.improvement.models import Measure, Plan, PlanItem
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import measures as measure_reads
from sipas_web.improvement.queries import plan_choice
from sipas_web.improvement.queries import plans as reads
from sipas_web.improvement.queries.plan_choice import Candidate
from sipas_web.results.queries.reading import Opened
from sipas_web.shared.vietnamese_text import nfc
from sipas_web.units.queries import Unit

State = Plan.State
# Title of a plan: data, in Vietnamese, as the plans of provinces are called.
TITLE = "Kế hoạch nâng cao mức độ hài lòng của người dân, tổ chức đối với sự phục vụ của {name} năm {year}"
NAMED = 5  # measures named in a sentence
WRITTEN = (
    *("node", "question", "title", "percent", "low", "high", "n", "is_below"),
    *("importance", "importance_low", "importance_high"),
)  # of a candidate, as they are kept


@transaction.atomic
def draft(*, opened: Opened, domain: str, by: Actor) -> tuple[Plan, bool]:
    """Make a draft from published results of an agency, or of the whole round; the open one where there is one.

    Needs ``improvement.plan_change`` over the unit that the results are about.
    """
    unit = reads.unit_of(opened, domain)
    by.require(Permission.PLAN_CHANGE, unit)
    if opened.publication is None:
        raise ValidationError(_("A plan is made from published results only."))
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)  # two presses of the button make one plan
    before = reads.open_plan(opened, domain, unit)
    if before is not None:
        return before, False
    kind = reads.kind_of(opened, domain)
    basis, chosen = plan_choice.choose(plan_choice.candidates(opened, kind, domain))
    if not chosen:
        raise ValidationError(_("No item of these results has a published value: there is nothing to plan from."))
    year = opened.round.year + 1
    title = TITLE.format(name=domain or unit.full_name, year=year)
    plan = Plan.objects.create(
        unit=unit, publication=opened.publication, domain_kind=kind, domain=domain, year=year, title=title[:300],
        basis=basis, created_by=by.name,
    )  # fmt: skip
    for candidate in chosen:
        _add(plan, opened, candidate, by)
    details = {"round": opened.round.pk, "version": opened.version, "items": [c.node for c in chosen], "basis": basis}
    record(by=by, action="improvement.plan_drafted", subject=plan, unit=unit, details=details)
    return plan, True


@transaction.atomic
def change(*, plan_id: int, title: str, goal: str, year: int, by: Actor) -> Plan:
    """Change what a draft says of itself."""
    plan = _draft(plan_id, by)
    plan.title, plan.goal, plan.year = title.strip(), goal.strip(), year
    plan.full_clean(exclude=["publication", "unit"])
    plan.save(update_fields=["title", "goal", "year", "search_key", "sort_key"])
    record(by=by, action="improvement.plan_changed", subject=plan, unit=plan.unit, details={"year": year})
    return plan


@transaction.atomic
def add_item(*, plan_id: int, opened: Opened, node: str, by: Actor) -> PlanItem:
    """Take another item of the same results into a draft."""
    plan = _draft(plan_id, by)
    if opened.publication is None or opened.publication.pk != plan.publication_id:
        raise ValidationError(_("These are not the results that the plan was made from."))
    known = plan_choice.candidates(opened, plan.domain_kind, plan.domain)
    candidate = next((c for c in known if c.node == node), None)
    if candidate is None or plan.items.filter(node=node).exists():
        raise ValidationError({"node": _("Choose an item that has a published value and is not in the plan yet.")})
    item = _add(plan, opened, candidate, by)
    record(by=by, action="improvement.plan_item_added", subject=plan, unit=plan.unit, details={"item": node})
    return item


@transaction.atomic
def remove_item(*, plan_id: int, item_id: int, by: Actor) -> None:
    """Take an item out of a draft, with the measures about it; not where one of them has been given out."""
    plan = _draft(plan_id, by)
    item = plan.items.filter(pk=item_id).first()
    if item is None:
        raise ValidationError(_("This item is not in the plan any more."))
    measures = list(item.measures.all())
    if measure_reads.tasks_of(measures):
        raise ValidationError(_("A measure about this item has been given out as a task: it stays in the plan."))
    if any(measure.simplifications.exists() for measure in measures):
        raise ValidationError(_("A simplification was entered as a measure about this item: it stays in the plan."))
    details = {"item": item.node, "measures": len(measures)}
    item.measures.all().delete()
    item.delete()
    record(by=by, action="improvement.plan_item_removed", subject=plan, unit=plan.unit, details=details)


@transaction.atomic
def ask(*, plan_id: int, by: Actor) -> Plan:
    """Put a draft before who approves it: every measure has an owner and a day."""
    plan = _draft(plan_id, by)
    _refuse_unready(plan)
    plan.state, plan.asked, plan.asked_by = State.ASKED, timezone.now(), by.name
    plan.save(update_fields=["state", "asked", "asked_by"])
    record(by=by, action="improvement.plan_asked", subject=plan, unit=plan.unit)
    return plan


@transaction.atomic
def send_back(*, plan_id: int, reason: str, by: Actor) -> Plan:
    """Give a plan back to its writers: one that waits, or an approved one that shall be amended."""
    plan = reads.held(plan_id)
    by.require(Permission.PLAN_APPROVE, plan.unit)
    _require_state(plan, State.ASKED, State.APPROVED)
    was = plan.state
    plan.state, plan.returned_because = State.DRAFT, _reason(reason)
    plan.save(update_fields=["state", "returned_because"])
    record(by=by, action="improvement.plan_sent_back", subject=plan, unit=plan.unit, details={"was": was})
    return plan


@transaction.atomic
def approve(*, plan_id: int, act: str = "", by: Actor) -> Plan:
    """Approve a plan: measures not yet given out become tasks of their owners. Needs ``improvement.plan_approve``."""
    plan = reads.held(plan_id)
    by.require(Permission.PLAN_APPROVE, plan.unit)
    _require_state(plan, State.ASKED)
    _refuse_unready(plan)
    given = [_give(plan, measure, by) for measure in _ungiven(plan, by)]
    plan.state, plan.approved, plan.approved_by = State.APPROVED, timezone.now(), by.name
    plan.act, plan.returned_because = nfc(act).strip(), ""
    plan.save(update_fields=["state", "approved", "approved_by", "act", "returned_because"])
    details = {"tasks": given, "act": plan.act, "same_person": plan.asked_by == by.name}
    record(by=by, action="improvement.plan_approved", subject=plan, unit=plan.unit, details=details)
    return plan


@transaction.atomic
def close(*, plan_id: int, conclusion: str, by: Actor) -> Plan:
    """Close an approved plan none of whose tasks is open, with a conclusion."""
    plan = reads.held(plan_id)
    by.require(Permission.PLAN_APPROVE, plan.unit)
    _require_state(plan, State.APPROVED)
    tasks_left = [t for t in measure_reads.tasks_of(measure_reads.of_plan(plan)).values() if t.is_open]
    if tasks_left:
        message = _("Still open: %(tasks)s. Complete or drop these tasks first.")
        raise ValidationError(message % {"tasks": _named([t.title for t in tasks_left])})
    _end(plan, State.CLOSED, conclusion, by)
    record(by=by, action="improvement.plan_closed", subject=plan, unit=plan.unit)
    return plan


@transaction.atomic
def give_up(*, plan_id: int, reason: str, by: Actor) -> Plan:
    """Give a draft up, with a reason; not where a measure of it has been given out."""
    plan = reads.held(plan_id)
    by.require(Permission.PLAN_CHANGE, plan.unit)
    _require_state(plan, State.DRAFT, State.ASKED)
    if measure_reads.tasks_of(measure_reads.of_plan(plan)):
        raise ValidationError(_("Measures of this plan have been given out as tasks: close it instead."))
    _end(plan, State.DROPPED, reason, by)
    record(by=by, action="improvement.plan_given_up", subject=plan, unit=plan.unit)
    return plan


def _add(plan: Plan, opened: Opened, candidate: Candidate, by: Actor) -> PlanItem:
    """Write an item with a measure to begin with."""
    parents = {node.name: parent or "" for node, parent in opened.results.edition.nodes()}
    last = plan.items.order_by("-place").values_list("place", flat=True).first() or 0
    given = {name: getattr(candidate, name) for name in WRITTEN}
    item = PlanItem.objects.create(plan=plan, place=last + 1, **given)
    begun = suggestion_for(parents.get(candidate.node, ""))
    Measure.objects.create(
        unit=plan.unit, plan=plan, item=item, kind=begun.kind, title=begun.title, created_by=by.name
    )  # fmt: skip
    return item


def _ungiven(plan: Plan, by: Actor) -> list[Measure]:
    """List the measures to give out; refuse those whose owner takes no tasks from who approves."""
    standing = [m for m in measure_reads.of_plan(plan) if m.dropped is None]
    given = measure_reads.tasks_of(standing)
    wanted = [m for m in standing if m.origin not in given]
    foreign = [m.owner.full_name for m in wanted if m.owner and not by.may(Permission.TASK_GIVE, m.owner)]
    if foreign:
        message = _("You may not give tasks to %(units)s. Let who may approve the plan, or choose another owner.")
        raise ValidationError(message % {"units": _named(sorted(set(foreign)))})
    return wanted


def _give(plan: Plan, measure: Measure, by: Actor) -> int:
    assert measure.owner is not None  # ``_refuse_unready``
    task = tasks.give(
        unit=measure.owner, giver=plan.unit, title=measure.title, text=measure.text, due=measure.due,
        origin=measure.origin, by=by,
    )  # fmt: skip
    return task.pk


def _refuse_unready(plan: Plan) -> None:
    measures = [m for m in measure_reads.of_plan(plan) if m.dropped is None]
    if not measures:
        raise ValidationError(_("A plan needs at least one measure."))
    bare = [m.title for m in measures if not m.is_complete]
    if bare:
        message = _("Say who owns them and until when: %(measures)s.")
        raise ValidationError(message % {"measures": _named(bare)})
    today = timezone.localdate()
    given = measure_reads.tasks_of(measures)
    past = [m.title for m in measures if m.due and m.due < today and m.origin not in given]
    if past:
        message = _("Their day has passed: %(measures)s. Set a later one.")
        raise ValidationError(message % {"measures": _named(past)})


def _end(plan: Plan, state: str, text: str, by: Actor) -> None:
    plan.state, plan.conclusion, plan.ended, plan.ended_by = state, _reason(text), timezone.now(), by.name
    plan.save(update_fields=["state", "conclusion", "ended", "ended_by"])


def _draft(plan_id: int, by: Actor) -> Plan:
    """Hold a plan whose content may change."""
    plan = reads.held(plan_id)
    by.require(Permission.PLAN_CHANGE, plan.unit)
    _require_state(plan, State.DRAFT)
    return plan


def _require_state(plan: Plan, *states: str) -> None:
    if plan.state not in states:
        message = _("The plan is %(state)s: this cannot be done now. Open its page anew.")
        raise ValidationError(message % {"state": plan.get_state_display()})


def _reason(text: str) -> str:
    if not text.strip():
        raise ValidationError(_("Give a reason in a sentence or two."))
    return nfc(text).strip()


def _named(titles: list[str]) -> str:
    shown = "; ".join(f"“{title}”" for title in titles[:NAMED])
    return shown if len(titles) <= NAMED else f"{shown}; …"
