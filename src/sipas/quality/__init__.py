"""How the field work went: dispositions, rates, replacements, signs in the answers, re-verification."""

from sipas.quality.checks import FLAGS, decided_flags, flag_responses, item_nonresponse
from sipas.quality.dispositions import (
    Disposition,
    case_dispositions,
    disposition_table,
    dispositions,
    read_outcomes,
)
from sipas.quality.form_signs import form_signs
from sipas.quality.likeness import match_surprise, percent_match, same_texts
from sipas.quality.movements import VisitLimits, distance_km, visit_marks
from sipas.quality.other_forms import FAMILIES
from sipas.quality.rates import RATES, eligible_share, field_rates, outcome_rates, percent_of, response_rates
from sipas.quality.recheck_form import (
    RecheckForm,
    RecheckOutcome,
    RecheckQuestion,
    Verdict,
    differing,
    recheck_form,
    repeated_questions,
    verdict_of,
)
from sipas.quality.replacements import check_replacements, replacement_counts
from sipas.quality.reverification import agreement_counts, matched_pairs
from sipas.quality.suspicion import (
    SuspicionPoints,
    Suspicions,
    read_suspicion_points,
    suspicion_points,
    suspicions,
)

__all__ = [
    "FAMILIES",
    "FLAGS",
    "RATES",
    "Disposition",
    "RecheckForm",
    "RecheckOutcome",
    "RecheckQuestion",
    "SuspicionPoints",
    "Suspicions",
    "Verdict",
    "VisitLimits",
    "agreement_counts",
    "case_dispositions",
    "check_replacements",
    "decided_flags",
    "differing",
    "disposition_table",
    "dispositions",
    "distance_km",
    "eligible_share",
    "field_rates",
    "flag_responses",
    "form_signs",
    "item_nonresponse",
    "match_surprise",
    "matched_pairs",
    "outcome_rates",
    "percent_match",
    "percent_of",
    "read_outcomes",
    "read_suspicion_points",
    "recheck_form",
    "repeated_questions",
    "replacement_counts",
    "response_rates",
    "same_texts",
    "suspicion_points",
    "suspicions",
    "verdict_of",
    "visit_marks",
]
