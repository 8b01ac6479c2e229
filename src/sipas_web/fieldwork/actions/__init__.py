"""What people do with cases and visits."""

from sipas_web.fieldwork.actions.assigning import (
    assign,
    assign_by_keys,
    assign_like,
    hand_over,
    note_assignment_export,
    take_place,
)
from sipas_web.fieldwork.actions.form_steps import put_keyed, receive_form, step_form, take_back_receipt
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
from sipas_web.fieldwork.actions.leaving import note_list_taken
from sipas_web.fieldwork.actions.replacing import replace
from sipas_web.fieldwork.actions.rules import set_rules
from sipas_web.fieldwork.actions.visiting import log_visit, take_back_visit
from sipas_web.fieldwork.actions.withdrawing import withdraw

__all__ = [
    "Note",
    "VisitRow",
    "advance",
    "ask_issue",
    "assign",
    "assign_by_keys",
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
    "log_visit",
    "note_assignment_export",
    "note_export",
    "note_list_taken",
    "put_answers",
    "put_keyed",
    "receive",
    "receive_form",
    "receive_visits",
    "refuse",
    "replace",
    "set_rules",
    "step_form",
    "take_back_receipt",
    "take_back_visit",
    "take_place",
    "take_visits",
    "withdraw",
]
