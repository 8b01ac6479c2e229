"""Tables: directives, tasks, targets, commitments, plans, reports."""

from sipas_web.improvement.models.commitments import Commitment, CommitmentItem, FrozenYear, ItemReview
from sipas_web.improvement.models.directives import Addressee, Directive
from sipas_web.improvement.models.measures import Measure
from sipas_web.improvement.models.plans import Plan, PlanItem
from sipas_web.improvement.models.procedures import Procedure, ProcedureVersion, Simplification
from sipas_web.improvement.models.registers import Campaign, Discipline, Training, TrainingGroup
from sipas_web.improvement.models.series import OwnSeries, SeriesValue
from sipas_web.improvement.models.targets import Target
from sipas_web.improvement.models.tasks import Duty, Task

__all__ = [
    "Addressee",
    "Campaign",
    "Commitment",
    "CommitmentItem",
    "Directive",
    "Discipline",
    "Duty",
    "FrozenYear",
    "ItemReview",
    "Measure",
    "OwnSeries",
    "Plan",
    "PlanItem",
    "Procedure",
    "ProcedureVersion",
    "SeriesValue",
    "Simplification",
    "Target",
    "Task",
    "Training",
    "TrainingGroup",
]
