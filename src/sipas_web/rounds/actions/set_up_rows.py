"""Measured units, target values and the calendar of a round."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.rounds import editions, queries
from sipas_web.rounds.actions.settings import confirm
from sipas_web.rounds.models import MeasuredUnit, Milestone, Round, State, TargetValue
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import set_up as reads
from sipas_web.rounds.states import EDITABLE, refuse_change, refuse_unless
from sipas_web.units.models import Unit


@dataclass(frozen=True, slots=True)
class Target:
    """A target value as a person gives it; ``unit`` missing: of the whole round."""

    unit: Unit | None
    node: str
    percent: Decimal
    label: str
    source: str


@transaction.atomic
def choose_units(*, round_: Round, shown: Collection[int], chosen: Mapping[int, str], by: Actor) -> Round:
    """Measure the chosen ones of the units shown (ids), with their names in the lists; needs ``rounds.round_change``.

    Units not shown stay as they are. Recorded with what was added, taken out and renamed.
    """
    by.require(Permission.ROUND_CHANGE, round_.unit)
    held = queries.held(round_.pk)
    known = {unit.pk: unit for unit in reads.measurable(held).filter(pk__in=shown)}
    before = {m.unit_id: m for m in MeasuredUnit.objects.filter(round=held, unit__in=known)}
    wanted = {pk: name.strip() for pk, name in chosen.items() if pk in known}
    _refuse_same_names(held, known, wanted)
    added = [pk for pk in wanted if pk not in before]
    removed = [pk for pk in before if pk not in wanted]
    renamed = [pk for pk, m in before.items() if pk in wanted and wanted[pk] != m.name_in_lists]
    refuse_change(held, *(["measured"] if added or removed or renamed else []))
    MeasuredUnit.objects.filter(round=held, unit__in=removed).delete()
    MeasuredUnit.objects.bulk_create(MeasuredUnit(round=held, unit_id=pk, name_in_lists=wanted[pk]) for pk in added)
    for pk in renamed:
        before[pk].name_in_lists = wanted[pk]
        before[pk].save(update_fields=["name_in_lists"])
    confirm(held, "units")
    if added or removed or renamed:
        details = {
            "added": [str(known[pk]) for pk in added],
            "removed": [str(known[pk]) for pk in removed],
            "renamed": {str(known[pk]): wanted[pk] for pk in renamed},
        }
        record(by=by, action="rounds.units_chosen", subject=held, unit=held.unit, details=details)
    return held


@transaction.atomic
def choose_all(*, round_: Round, kind: str, by: Actor) -> Round:
    """Measure every unit of a kind in the round's place; an empty kind measures none. Needs ``rounds.round_change``."""
    by.require(Permission.ROUND_CHANGE, round_.unit)
    measurable = reads.measurable(round_)
    names = dict(MeasuredUnit.objects.filter(round=round_).values_list("unit_id", "name_in_lists"))
    shown = list((measurable.filter(kind=kind) if kind else measurable).values_list("pk", flat=True))
    chosen = {pk: names.get(pk, "") for pk in shown} if kind else {}
    return choose_units(round_=round_, shown=shown, chosen=chosen, by=by)


@transaction.atomic
def put_targets(*, round_: Round, targets: Sequence[Target], by: Actor) -> Round:
    """Put the round's target values in place of those before; needs ``rounds.target_change``.

    Once the answers are frozen a target needs its source: a value must not be chosen after the result is known.
    Recorded with the values before and after.
    """
    by.require(Permission.TARGET_CHANGE, round_.unit)
    held = queries.held(round_.pk)
    refuse_unless(held, *EDITABLE)
    _check_targets(held, targets)
    before = [_told(t.unit, t.node, t.percent, t.label, t.source) for t in reads.targets(held)]
    after = [_told(t.unit, t.node, t.percent, t.label, t.source) for t in targets]
    confirm(held, "targets")
    if sorted(before) != sorted(after):
        TargetValue.objects.filter(round=held).delete()
        TargetValue.objects.bulk_create(
            TargetValue(round=held, unit=t.unit, node=t.node, percent=t.percent, label=t.label, source=t.source)
            for t in targets
        )
        details = {"before": before, "after": after}
        record(by=by, action="rounds.targets_changed", subject=held, unit=held.unit, details=details)
    return held


@transaction.atomic
def add_target(*, round_: Round, target: Target, by: Actor) -> Round:
    """Put one more target value beside those of a round, as ``put_targets`` does; one that is there stays as it is."""
    held = queries.held(round_.pk)
    kept = [Target(t.unit, t.node, t.percent, t.label, t.source) for t in reads.targets(held)]
    same = [t for t in kept if (t.unit, t.node, t.percent) == (target.unit, target.node, target.percent)]
    return held if same else put_targets(round_=held, targets=[*kept, target], by=by)


@transaction.atomic
def put_calendar(*, round_: Round, planned: Mapping[str, tuple[dt.date, dt.date]], by: Actor) -> Round:
    """Put the days of each part in place of those before; needs ``rounds.round_change``. Recorded with both."""
    by.require(Permission.ROUND_CHANGE, round_.unit)
    held = queries.held(round_.pk)
    refuse_unless(held, *EDITABLE)
    before = {kind: [f.isoformat(), t.isoformat()] for kind, (f, t) in reads.planned(held).items()}
    after = {kind: [f.isoformat(), t.isoformat()] for kind, (f, t) in planned.items()}
    if any(last < first for first, last in planned.values()):
        raise ValidationError(_("A part ends before it begins."))
    confirm(held, "calendar")
    if before != after:
        Milestone.objects.filter(round=held).delete()
        Milestone.objects.bulk_create(
            Milestone(round=held, kind=kind, first=first, last=last) for kind, (first, last) in planned.items()
        )
        details = {"before": before, "after": after}
        record(by=by, action="rounds.calendar_changed", subject=held, unit=held.unit, details=details)
    return held


def _refuse_same_names(held: Round, known: Mapping[int, Unit], wanted: Mapping[int, str]) -> None:
    """Two units of one name in the lists could not be told apart."""
    others = MeasuredUnit.objects.filter(round=held).exclude(unit__in=known).select_related("unit")
    names = [m.name_in_lists or m.unit.full_name for m in others]
    names += [name or known[pk].full_name for pk, name in wanted.items()]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        message = _("Two units are called “%(name)s” in the lists. Write how the lists tell them apart.")
        raise ValidationError(message, params={"name": twice})


def _check_targets(held: Round, targets: Sequence[Target]) -> None:
    nodes = {node.name for node, _parent in editions.edition_of(held).nodes()}
    seen: set[tuple[int | None, str]] = set()
    for target in targets:
        key = (target.unit.pk if target.unit else None, target.node)
        if target.node not in nodes:
            raise ValidationError(_("The edition has no criterion “%(node)s”."), params={"node": target.node})
        if key in seen:
            raise ValidationError(_("“%(label)s”: there is already a target for this."), params={"label": target.label})
        if not target.source and State(held.state) == State.FROZEN:
            message = _("“%(label)s”: the answers are frozen, so a target needs the letter that set it.")
            raise ValidationError(message, params={"label": target.label})
        seen.add(key)


def _told(unit: Unit | None, node: str, percent: Decimal, label: str, source: str) -> list[str]:
    return [str(unit or ""), node, f"{percent:.2f}", label, source]
