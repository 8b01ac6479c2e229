"""What supervisors do, and what is done on their findings."""

from sipas_web.supervision.actions.ordering import give_order, report_order, withdraw_order
from sipas_web.supervision.actions.papers import take_paper
from sipas_web.supervision.actions.releasing import close, release, store_result
from sipas_web.supervision.actions.remedying import carry_out, decline
from sipas_web.supervision.actions.sampling import Plan, abandon, draw_sample, open_sample
from sipas_web.supervision.actions.verifying import Told, log_attempt, open_contacts, reopen

__all__ = [
    "Plan",
    "Told",
    "abandon",
    "carry_out",
    "close",
    "decline",
    "draw_sample",
    "give_order",
    "log_attempt",
    "open_contacts",
    "open_sample",
    "release",
    "reopen",
    "report_order",
    "store_result",
    "take_paper",
    "withdraw_order",
]
