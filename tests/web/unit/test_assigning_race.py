"""Two people who give the same cases at one moment, on connections of their own: one does, the other is told."""

from __future__ import annotations

from tests.web.unit.test_concurrency import Here, here, no_faults

__all__ = ["here"]
SCRIPT = """
from sipas_web.accounts.actions.assigning import write_assignment
from sipas_web.accounts.actions.people import new_person
from sipas_web.accounts.models import Role
from sipas_web.fieldwork.actions import planning
from sipas_web.fieldwork.models import Assignment, Plan
from sipas_web.units import actions as unit_actions
from tests.web import field_cast

def hire(role, at):
    name = f"nguoi-{Person.objects.count()}"
    person = new_person(username=name, full_name=name, email="", password="một câu dài để nhớ")
    write_assignment(person=person, role=Role.objects.get(code=role), unit=at, since=field_cast.SINCE, until=None)
    return person

field = field_cast.staffed(unit, by, hire, lambda p: Actor(f"person:{p.pk}", p.full_name, "", "web", p))
codes = field.codes(0)
field.give(codes, field.office)
seen = {code: (field.office.pk, None) for code in codes}
def to(name):
    return lambda: field.give(codes, field.office, name, by="branch", seen=seen)
tell("by hand", race(to("one"), to("two"), to("one"), to("two")))
tell("to one person", Case.objects.filter(case_id__in=codes).values("interviewer").distinct().count())
plan = planning.suggest(round_id=field.round.pk, kind="offices", unit=unit, by=by)
accept = lambda: planning.accept(plan_id=plan.pk, by=by)
tell("accepted", race(accept, accept, accept))
plan = planning.suggest(round_id=field.round.pk, kind="people", unit=unit, by=by)
rest = field.codes(1)
out = race(accept, lambda: field.give(rest[:1], field.other, "far", seen={rest[0]: (field.other.pk, None)}))
tell("plan and hand", out, states=sorted(Plan.objects.values_list("state", flat=True)))
field_cast.check_counts(field)
open_ended = Assignment.objects.filter(until__isnull=True).count()
tell("assignments", open_ended, held=Case.objects.filter(office__isnull=False).count())
tell("chain", [str(fault) for fault in audit.verified().faults])
"""


def test_one_gives_and_the_others_are_told(here: Here) -> None:
    told = here.told(SCRIPT)
    no_faults(told)
    assert told["by hand"]["out"].count("done") == 1
    assert told["to one person"]["out"] == 1
    assert told["accepted"]["out"].count("done") == 1
    assert "done" in told["plan and hand"]["out"]
    assert told["assignments"]["out"] == told["assignments"]["held"] > 0
    assert told["chain"]["out"] == []
