"""Tables: directives, tasks, targets, commitments, plans, reports."""

from sipas_web.improvement.models.commitments import Commitment, CommitmentItem, FrozenYear, ItemEvidence, ItemReview
from sipas_web.improvement.models.difficulties import Difficulty, DifficultyStep
from sipas_web.improvement.models.directives import (
    Addressee,
    Citation,
    Directive,
    DirectiveChange,
    Party,
    ProposedTarget,
    Provision,
)
from sipas_web.improvement.models.measures import Measure
from sipas_web.improvement.models.plans import Plan, PlanItem
from sipas_web.improvement.models.procedures import Procedure, ProcedureVersion, Simplification
from sipas_web.improvement.models.registers import Campaign, Discipline, Training, TrainingGroup
from sipas_web.improvement.models.reports import PeriodicReport, ReportPeriod, ReportRemark, ReportText, ReportUnit
from sipas_web.improvement.models.series import OwnSeries, SeriesValue
from sipas_web.improvement.models.targets import Target
from sipas_web.improvement.models.tasks import Duty, Evidence, Extension, Task, TaskEntry
from sipas_web.improvement.models.urging import UrgedTask, Urging
from sipas_web.improvement.models.waiting import CalendarFeed

__all__ = [
    "Addressee",
    "CalendarFeed",
    "Campaign",
    "Citation",
    "Commitment",
    "CommitmentItem",
    "Difficulty",
    "DifficultyStep",
    "Directive",
    "DirectiveChange",
    "Discipline",
    "Duty",
    "Evidence",
    "Extension",
    "FrozenYear",
    "ItemEvidence",
    "ItemReview",
    "Measure",
    "OwnSeries",
    "Party",
    "PeriodicReport",
    "Plan",
    "PlanItem",
    "Procedure",
    "ProcedureVersion",
    "ProposedTarget",
    "Provision",
    "ReportPeriod",
    "ReportRemark",
    "ReportText",
    "ReportUnit",
    "SeriesValue",
    "Simplification",
    "Target",
    "Task",
    "TaskEntry",
    "Training",
    "TrainingGroup",
    "UrgedTask",
    "Urging",
]
