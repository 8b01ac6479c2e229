"""Cases, their way through the field, and their counts kept up to date."""

from sipas_web.fieldwork.models.cases import (
    UNFINISHED,
    Agency,
    Answer,
    Case,
    CaseCount,
    DayCount,
    FileImport,
    ImportNote,
    Issue,
    State,
    Visit,
)
from sipas_web.fieldwork.models.field import Assignment, FieldRules, FormStep, HolderCount, Replacement
from sipas_web.fieldwork.models.plans import Plan, PlanRow
from sipas_web.fieldwork.models.serving import ServedArea

__all__ = [
    "UNFINISHED",
    "Agency",
    "Answer",
    "Assignment",
    "Case",
    "CaseCount",
    "DayCount",
    "FieldRules",
    "FileImport",
    "FormStep",
    "HolderCount",
    "ImportNote",
    "Issue",
    "Plan",
    "PlanRow",
    "Replacement",
    "ServedArea",
    "State",
    "Visit",
]
