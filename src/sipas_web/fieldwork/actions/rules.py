"""Setting the rules of a round's field work."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.models import FieldRules
from sipas_web.fieldwork.permissions import Permission
from sipas_web.rounds import states
from sipas_web.rounds.queries import State, held

SETTABLE = (
    "least_visits", "undo_minutes", "asks_place", "allows_web", "web_until", "second_keying", "reverification",
    "quiet_days", "collect_days", "keying_days",
)  # fmt: skip
OPEN = (State.SET_UP, State.DRAWN, State.IN_FIELD)


@transaction.atomic
def set_rules(*, round_id: int, rules: dict[str, Any], by: Actor) -> FieldRules:
    """Set rules of a round's field work; needs ``fieldwork.rule_change``. What was decided before stays decided."""
    round_ = held(round_id)
    by.require(Permission.RULE_CHANGE, round_.unit)
    states.refuse_unless(round_, *OPEN)
    row = FieldRules.objects.filter(round=round_).first() or FieldRules(round=round_)
    changed = {name: str(rules[name]) for name in SETTABLE if name in rules and getattr(row, name) != rules[name]}
    for name in changed:
        setattr(row, name, rules[name])
    row.full_clean(exclude=["round"])
    row.save()
    if changed:
        record(by=by, action="fieldwork.rules_set", subject=round_, unit=round_.unit, details=changed)
    return row
