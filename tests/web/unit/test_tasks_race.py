"""Two people at one moment, on connections of their own: one does, the other is told, nothing is doubled."""

from __future__ import annotations

from tests.web.unit.test_concurrency import Here, here, no_faults

__all__ = ["here"]
SCRIPT = """
import datetime as dt
from sipas_web.accounts.actions.assigning import write_assignment
from sipas_web.accounts.actions.people import new_person
from sipas_web.accounts.models import Role
from sipas_web.improvement.actions import difficulties, tasks_carrying, tasks_extending, urging
from sipas_web.improvement.models import Difficulty, DifficultyStep, Extension, Task, TaskEntry, UrgedTask
from tests.web import task_cast

def hire(role, at, name=""):
    username = f"nguoi-{Person.objects.count()}"
    person = new_person(username=username, full_name=name, email="", password="một câu dài để nhớ")
    write_assignment(person=person, role=Role.objects.get(code=role), unit=at, since=dt.date(2025, 7, 1), until=None)
    return person

made = task_cast.chain(unit, by, hire, lambda p: Actor(f"person:{p.pk}", p.full_name, "", "web", p))
who = made.actors
task = made.given(made.department, "a", giver=unit, by="head", due=made.ago(9))
finish = lambda name: lambda: tasks_carrying.complete(task_id=task.pk, by=who[name])
tell("finished", race(finish("asker"), finish("boss"), finish("asker"), finish("boss")))
tell("entries", TaskEntry.objects.filter(task=task, kind="done").count())
task = made.given(made.department, "b", giver=unit, by="head", due=made.ago(9))
ask = lambda: tasks_extending.ask_extension(task_id=task.pk, wanted=made.ago(-9), reason="x", by=who["asker"])
tell("asked", race(ask, ask, ask))
row = Extension.objects.get(task=task)
grant = lambda day: lambda: tasks_extending.decide_extension(extension_id=row.pk, granted=made.ago(day), by=who["head"])
refuse = lambda: tasks_extending.decide_extension(extension_id=row.pk, granted=None, answer="x", by=who["tracker"])
tell("decided", race(grant(-9), refuse, grant(-8), refuse))
row.refresh_from_db(); task.refresh_from_db()
tell("agree", task.due == (row.granted or row.before))
late = made.given(made.ending, "c", giver=unit, by="head", due=made.ago(9))
head = dict(unit=made.ending, issuer=unit, agency="x", parent_agency="", place="x")
draw = lambda name: lambda: urging.draw_up(**head, by=who[name])
tell("urged", race(draw("head"), draw("tracker"), draw("head")))
tell("named", UrgedTask.objects.filter(task=late).count())
hard = difficulties.raise_difficulty(task_id=late.pk, text="x", by=who["old"])
answer = lambda name: lambda: difficulties.answer(difficulty_id=hard.pk, text=name, by=who[name])
tell("answered", race(answer("head"), answer("tracker")))
again = difficulties.raise_difficulty(task_id=late.pk, text="x", by=who["old"])
Difficulty.objects.filter(pk=again.pk).update(answer_by=made.ago(3))
rise = lambda: difficulties.rise_unanswered(on=made.ago(0), by=by)
race(rise, rise, rise)
tell("risen", DifficultyStep.objects.filter(difficulty=again, kind="risen").count())
tell("chain", [str(fault) for fault in audit.verified().faults])
"""


def test_of_two_at_once_one_does_and_the_other_is_told(here: Here) -> None:
    told = here.told(SCRIPT)
    no_faults(told)
    for name in ("finished", "asked", "decided", "urged", "answered"):
        assert told[name]["out"].count("done") == 1, (name, told[name])
    assert told["entries"]["out"] == 1
    assert told["agree"]["out"] is True
    assert told["named"]["out"] == 1
    assert told["risen"]["out"] == 1
    assert told["chain"]["out"] == []
