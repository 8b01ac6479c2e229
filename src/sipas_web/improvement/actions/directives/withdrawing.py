"""Withdrawing a directive, with what becomes of its open tasks: dropped or staying in force, never left hanging."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions.directives.linking import settle
from sipas_web.improvement.actions.tasks_carrying import write_entry
from sipas_web.improvement.models import Directive, Extension, Task, TaskEntry
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.directives.access import held, inside

State = Directive.State
MOST_NAMED = 5  # units in a sentence
# Data, as the course of a task shows it.
DROPPED = "Văn bản {letter} đã thu hồi: {why} Nhiệm vụ được bỏ."
CONTINUED = "Văn bản {letter} đã thu hồi: {why} Nhiệm vụ tiếp tục có hiệu lực: {reason}"
NEEDLESS = "Văn bản giao nhiệm vụ đã thu hồi, nhiệm vụ được bỏ."


class Fate(models.TextChoices):
    """What becomes of the open tasks."""

    DROP = "drop", gettext_lazy("are dropped")
    KEEP = "keep", gettext_lazy("stay in force")


@transaction.atomic
def withdraw(*, directive_id: int, reason: str, by: Actor, fate: str = "", fate_reason: str = "") -> Directive:
    """Withdraw a kept directive, as when it was replaced; its page, its tasks and the reasons stay. Recorded.

    Needs ``improvement.directive_keep`` over the unit that keeps it; to drop its open tasks also
    ``improvement.task_give`` over who has or who gave each. Nothing is waited for on its account any more, and no
    task of a further period arises.
    """
    directive = held(directive_id)
    by.require(Permission.DIRECTIVE_KEEP, directive.unit)
    if directive.state != State.KEPT:
        raise ValidationError(_("Only a directive that is kept can be withdrawn."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why, as the number of the letter that replaces it.")})
    directive.state, directive.withdrawn_because = State.WITHDRAWN, reason.strip()
    directive.save()
    directive.cited_by.update(cited=None)
    settle([directive.above_id])
    count = _end_tasks(directive, fate, fate_reason.strip(), by)
    details = {"reason": reason.strip(), "open_tasks": count, "fate": fate if count else "", "why": fate_reason.strip()}
    record(by=by, action="improvement.directive_withdrawn", subject=directive, unit=directive.unit, details=details)
    return directive


def _end_tasks(directive: Directive, fate: str, fate_reason: str, by: Actor) -> int:
    rows = directive.tasks.select_for_update(of=("self",)).filter(done=None, dropped=None)
    tasks = list(rows.select_related("unit", "giver").order_by("pk"))
    if not tasks:
        return 0
    if fate not in Fate.values:
        raise ValidationError({"fate": _("It has open tasks: say whether they are dropped or stay in force.")})
    if fate == Fate.KEEP:
        if not fate_reason:
            raise ValidationError({
                "fate_reason": _("Say by what the tasks stay in force, as the letter that takes over.")
            })
        _note(tasks, TaskEntry.Kind.CONTINUED, CONTINUED, directive, fate_reason, by)
    else:
        _refuse_outside(tasks, by)
        _drop(tasks, directive, fate_reason, by)
    return len(tasks)


def _drop(tasks: Sequence[Task], directive: Directive, reason: str, by: Actor) -> None:
    today, rows = timezone.localdate(), directive.tasks.filter(done=None, dropped=None)
    Extension.objects.filter(task__in=rows.values("pk"), decided__isnull=True).update(
        decided=today, closed=timezone.now(), decided_by=by.name, answer=NEEDLESS
    )
    rows.update(dropped=today)
    _note(tasks, TaskEntry.Kind.DROPPED, DROPPED, directive, reason, by)


def _note(tasks: Sequence[Task], kind: str, text: str, directive: Directive, reason: str, by: Actor) -> None:
    why = directive.withdrawn_because.rstrip(". ") + "."
    told = text.format(letter=directive, why=why, reason=reason) + (
        f" {reason}" if kind == "dropped" and reason else ""
    )
    for task in tasks:
        write_entry(task, kind, directive.unit, by, text=told)


def _refuse_outside(tasks: Sequence[Task], by: Actor) -> None:
    """Refuse to drop what others gave to units that are not the actor's; they are named."""
    asked = {task.unit_id for task in tasks} | {task.giver_id for task in tasks if task.giver_id}
    mine = inside(by, Permission.TASK_GIVE, sorted(asked))
    names = dict.fromkeys(t.unit.full_name for t in tasks if t.unit_id not in mine and t.giver_id not in mine)
    if not names:
        return
    more = "…" if len(names) > MOST_NAMED else ""
    message = _("Tasks of these units are not yours to drop: %(units)s. Let them stay in force, or ask who gave them.")
    raise ValidationError({"fate": message % {"units": "; ".join([*names][:MOST_NAMED]) + more}})
