"""Actions of identities."""

from sipas_web.privacy.actions.breaches import change_breach, close_breach, report_breach
from sipas_web.privacy.actions.carrying import carry_out, correct, delete, finish_seeing, restrict, see, withdraw
from sipas_web.privacy.actions.dropping import ask_drop, ask_due_drops, drop_part, finish_drop
from sipas_web.privacy.actions.keeping import (
    forget_contacts,
    open_contacts,
    open_visits,
    put_contacts,
    put_visit_secret,
)
from sipas_web.privacy.actions.people import forget_people, open_people, put_people
from sipas_web.privacy.actions.requests import (
    acknowledge,
    attach_case,
    extend,
    find_case,
    forget_requests,
    open_asker,
    receive_request,
    refuse_request,
)
from sipas_web.privacy.actions.retaining import ask_duties, delete_overdue
from sipas_web.privacy.actions.rotating import ask_rotation, make_key, remove_spent_keys, reseal_part

__all__ = [
    "acknowledge",
    "ask_drop",
    "ask_due_drops",
    "ask_duties",
    "ask_rotation",
    "attach_case",
    "carry_out",
    "change_breach",
    "close_breach",
    "correct",
    "delete",
    "delete_overdue",
    "drop_part",
    "extend",
    "find_case",
    "finish_drop",
    "finish_seeing",
    "forget_contacts",
    "forget_people",
    "forget_requests",
    "make_key",
    "open_asker",
    "open_contacts",
    "open_people",
    "open_visits",
    "put_contacts",
    "put_people",
    "put_visit_secret",
    "receive_request",
    "refuse_request",
    "remove_spent_keys",
    "report_breach",
    "reseal_part",
    "restrict",
    "see",
    "withdraw",
]  # fmt: skip
