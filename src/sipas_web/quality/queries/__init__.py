"""Reads of quality checks."""

from sipas_web.quality.queries.material import fingerprint, forms_for_checks, visits_for_checks
from sipas_web.quality.queries.suspects import (
    Wanted,
    check_of,
    checks_table,
    closing_of,
    decisions_of,
    figures_of,
    flags_of,
    form_of,
    forms_of,
    forms_of_interviewer,
    interviewer_named,
    interviewer_of,
    interviewers_of,
    key_of,
    names_of,
    rounds_to_check,
    scores_of,
    suspects_by_key,
    waiting_in,
)

__all__ = [
    "Wanted", "check_of", "checks_table", "closing_of", "decisions_of", "figures_of", "fingerprint", "flags_of",
    "form_of", "forms_for_checks", "forms_of", "forms_of_interviewer", "interviewer_named", "interviewer_of",
    "interviewers_of", "key_of", "names_of", "rounds_to_check", "scores_of", "suspects_by_key", "visits_for_checks",
    "waiting_in",
]  # fmt: skip
