"""What the page of an improvement plan shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas_web.audit.actors import Actor
from sipas_web.improvement.pages import plans_beside
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import effects, plan_choice, plans
from sipas_web.improvement.queries import measures as measure_reads
from sipas_web.improvement.queries.effects import After, Effect, Timing, Verdict
from sipas_web.improvement.queries.measures import Followed
from sipas_web.improvement.queries.plans import Plan, PlanItem, State
from sipas_web.improvement.task_states import State as TaskState
from sipas_web.results.numbers import between, count, interval, number, signed
from sipas_web.results.queries import reading
from sipas_web.results.queries.reading import Opened

VERDICTS: dict[Verdict, tuple[StrOrPromise, str]] = {
    Verdict.IMPROVED: (_("Improved"), "good"),
    Verdict.NOT_IMPROVED: (_("Not improved: it fell"), "bad"),
    Verdict.CANNOT_TELL: (_("Cannot tell"), "info"),
    Verdict.NOT_COMPARED: (_("Not comparable"), "info"),
    Verdict.WITHHELD: (_("Withheld"), "info"),
}
TIMINGS: dict[Timing, StrOrPromise] = {
    Timing.BEFORE: _("done before the people asked were served"),
    Timing.DURING: _("done while the people asked were being served: part of them met it"),
    Timing.AFTER: _("not done when the people asked were served: it cannot have had an effect yet"),
}
STATES = {State.DRAFT: "warning", State.ASKED: "warning", State.APPROVED: "info", State.CLOSED: "good"}
TONES = {TaskState.ON_TIME: "good", TaskState.DONE: "good", TaskState.LATE: "warning", TaskState.OVERDUE: "bad"}


@dataclass(frozen=True, slots=True)
class ShownEffect:
    """An item in the next round, written."""

    text: StrOrPromise
    tone: str
    percent: str
    ends: str
    change: str
    change_ends: str


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A measure with its task and whether the next round can have met it."""

    followed: Followed
    state: StrOrPromise
    tone: str
    timing: StrOrPromise

    @property
    def measure(self) -> Any:
        """The measure."""
        return self.followed.measure

    @property
    def task_url(self) -> str:
        """Page of its task."""
        return reverse("task_detail", args=[self.followed.task.pk]) if self.followed.task else ""


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item as it stood, its measures, and the next round."""

    item: PlanItem
    percent: str
    ends: str
    n: str
    importance: str
    importance_ends: str
    measures: tuple[MeasureLine, ...]
    effect: ShownEffect | None


def plan_page(plan: Plan, by: Actor) -> dict[str, Any]:
    """Give everything the page of a plan shows."""
    today = timezone.localdate()
    base = results_of(plan, by)
    after = effects.after(plan, by)
    rows = measure_reads.followed(plan, today)
    items = list(measure_reads.items_of(plan))
    lines = [_item(plan, item, [r for r in rows if r.measure.item_id == item.pk], after) for item in items]
    return {
        "plan": plan,
        "tone": STATES.get(State(plan.state), "info"),
        "lines": lines,
        "after": after,
        "next": after.opened,
        "others": _others(plan, after),
        "is_simulated": plan.publication.round.is_simulated,
        "is_corrected": base is not None and base.newest > plan.publication.version,
        "may_open_results": base is not None,
        "version_name": f"v{plan.publication.version}",
        "cost": sum(r.measure.cost or 0 for r in rows if not r.measure.dropped),
        "unpriced": sum(r.measure.cost is None for r in rows if not r.measure.dropped),
        "incomplete": sum(not r.measure.is_complete for r in rows if not r.measure.dropped),
        "beside": plans_beside.beside(plan, items, today),
        **_may(plan, by),
    }


def results_of(plan: Plan, by: Actor) -> Opened | None:
    """Open the version of the results that a plan was made from; None where the reader may not."""
    opened = reading.opened(by, plan.publication.round_id, f"v{plan.publication.version}")
    return opened if opened is None or not plan.domain or opened.may_open(plan.domain) else None


def other_items(plan: Plan, by: Actor) -> tuple[Opened | None, list[tuple[str, str]]]:
    """List the items of the plan's own results that it has not taken up, the weakest first."""
    opened = results_of(plan, by)
    if opened is None:
        return None, []
    taken = set(measure_reads.items_of(plan).values_list("node", flat=True))
    left = [c for c in plan_choice.candidates(opened, plan.domain_kind, plan.domain) if c.node not in taken]
    ordered = sorted(left, key=lambda c: c.percent)
    return opened, [(c.node, f"{c.title}: {number(c.percent)} % ({interval(c.low, c.high)})") for c in ordered]


def effect_shown(effect: Effect) -> ShownEffect:
    """Write an effect."""
    text, tone = VERDICTS[effect.verdict]
    is_told = effect.change is not None
    return ShownEffect(
        text,
        tone,
        "" if effect.percent is None else number(effect.percent),
        "" if effect.percent is None else interval(effect.low, effect.high),
        signed(effect.change) if is_told else "",
        between(effect.change_low, effect.change_high) if is_told else "",
    )


def _item(plan: Plan, item: PlanItem, rows: list[Followed], after: After) -> ItemLine:
    effect = None
    if after.opened is not None:
        effect = effect_shown(effects.effect_of(after.opened, plan.domain_kind, plan.domain, item.node))
    return ItemLine(
        item=item,
        percent=number(item.percent),
        ends=interval(item.low, item.high),
        n=count(item.n),
        importance="" if item.importance is None else number(item.importance),
        importance_ends="" if item.importance is None else interval(item.importance_low, item.importance_high),
        measures=tuple(_measure(plan, row, after) for row in rows),
        effect=effect,
    )


def _measure(plan: Plan, row: Followed, after: After) -> MeasureLine:
    timing: StrOrPromise = ""
    if after.opened is not None and not row.measure.dropped:
        round_ = after.opened.round
        timing = TIMINGS[effects.timing(row.done, round_.window_from, round_.window_to)]
    if row.measure.dropped:
        return MeasureLine(row, _("dropped"), "info", timing)
    if row.state is not None:
        return MeasureLine(row, TaskState(row.state).label, TONES.get(row.state, "info"), timing)
    if row.measure.is_complete:
        return MeasureLine(row, _("not given out yet"), "info", timing)
    return MeasureLine(row, _("owner or day is missing"), "warning", timing)


def _others(plan: Plan, after: After) -> list[tuple[StrOrPromise, int]]:
    """Count what became of the items that the plan is not about."""
    if after.opened is None:
        return []
    taken = set(measure_reads.items_of(plan).values_list("node", flat=True))
    counted = effects.others(after.opened, plan.domain_kind, plan.domain, taken)
    return [(VERDICTS[verdict][0], counted[verdict]) for verdict in Verdict if counted.get(verdict)]


def _may(plan: Plan, by: Actor) -> dict[str, bool]:
    may_change, may_approve = (by.may(p, plan.unit) for p in (Permission.PLAN_CHANGE, Permission.PLAN_APPROVE))
    return {
        "may_write": may_change and plan.state == State.DRAFT,
        "may_ask": may_change and plan.state == State.DRAFT,
        "may_give_up": may_change and plan.state in {State.DRAFT, State.ASKED},
        "may_approve": may_approve and plan.state == State.ASKED,
        "may_send_back": may_approve and plan.state in {State.ASKED, State.APPROVED},
        "may_close": may_approve and plan.state == State.APPROVED,
        "may_drop": may_approve and plan.is_open,
    }


def offered(by: Actor, opened: Opened, domain: str) -> StrOrPromise:
    """Give the words of the button on the results of an agency, or of the whole round; nothing: no button."""
    unit = plans.unit_of(opened, domain)
    if by.may(Permission.PLAN_VIEW, unit) and plans.open_plan(opened, domain, unit) is not None:
        return _("Open the improvement plan")
    return _("Make an improvement plan from these results") if by.may(Permission.PLAN_CHANGE, unit) else ""
