"""Changes of directives: reading in, correcting, keeping, passing on, giving their tasks."""

from sipas_web.improvement.actions.directives.correcting import (
    Head,
    correct_citations,
    correct_head,
    correct_targets,
)
from sipas_web.improvement.actions.directives.giving import give_tasks
from sipas_web.improvement.actions.directives.keeping import KeptAlreadyError, drop, keep
from sipas_web.improvement.actions.directives.ordering import correct_provision, correct_provisions
from sipas_web.improvement.actions.directives.passing import carry_itself, rehome
from sipas_web.improvement.actions.directives.receiving import correct_addressees, expand
from sipas_web.improvement.actions.directives.taking import take_in, text_of
from sipas_web.improvement.actions.directives.withdrawing import Fate, withdraw

__all__ = [
    "Fate", "Head", "KeptAlreadyError", "carry_itself", "correct_addressees", "correct_citations", "correct_head",
    "correct_provision", "correct_provisions", "correct_targets", "drop", "expand", "give_tasks", "keep", "rehome",
    "take_in", "text_of", "withdraw",
]  # fmt: skip
