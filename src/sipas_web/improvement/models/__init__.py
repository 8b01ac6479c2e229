"""Tables: directives, tasks, targets, commitments, plans, reports."""

from sipas_web.improvement.models.directives import Addressee, Directive
from sipas_web.improvement.models.tasks import Duty, Task

__all__ = ["Addressee", "Directive", "Duty", "Task"]
