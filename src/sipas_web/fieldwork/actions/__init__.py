"""What people do with cases and visits."""

from sipas_web.fieldwork.actions.assigning import assign, assign_like, hand_over, take_place
from sipas_web.fieldwork.actions.importing import (
    Note,
    VisitRow,
    advance,
    begin,
    finish,
    held_file,
    in_field,
    put_answers,
    receive,
    receive_visits,
    refuse,
    take_visits,
)
from sipas_web.fieldwork.actions.issuing import (
    ask_issue,
    begin_issue,
    finish_issue,
    forget_cases,
    issue_part,
    note_export,
)

__all__ = [
    "Note",
    "VisitRow",
    "advance",
    "ask_issue",
    "assign",
    "assign_like",
    "begin",
    "begin_issue",
    "finish",
    "finish_issue",
    "forget_cases",
    "hand_over",
    "held_file",
    "in_field",
    "issue_part",
    "note_export",
    "put_answers",
    "receive",
    "receive_visits",
    "refuse",
    "take_place",
    "take_visits",
]
