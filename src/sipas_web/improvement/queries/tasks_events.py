"""What happened to tasks, and the files that show it."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Evidence as Evidence
from sipas_web.improvement.models import Extension, Task, TaskEntry
from sipas_web.improvement.queries.tasks import visible


def entries_of(task: Task) -> QuerySet[TaskEntry]:
    """List the entries of a task with their files."""
    files = Prefetch("files", Evidence.objects.order_by("pk"))
    return TaskEntry.objects.filter(task=task).select_related("unit").prefetch_related(files).order_by("created", "pk")


def evidence_for(by: Actor, evidence_id: int) -> Evidence | None:
    """Give a file of a task the actor may see."""
    mine = visible(by).order_by().values("pk")
    return Evidence.objects.select_related("entry__task").filter(pk=evidence_id, entry__task__in=mine).first()


def extension_for(by: Actor, extension_id: int) -> Extension | None:
    """Give a request for more time of a task the actor may see."""
    mine = visible(by).order_by().values("pk")
    return Extension.objects.select_related("task__unit", "task__giver").filter(pk=extension_id, task__in=mine).first()
