"""How the field work went: dispositions, rates, replacements, signs in the answers, re-verification."""

from sipas.quality.checks import FLAGS, flag_responses, item_nonresponse
from sipas.quality.dispositions import (
    Disposition,
    case_dispositions,
    disposition_table,
    dispositions,
    read_outcomes,
)
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

__all__ = [
    "FLAGS",
    "RATES",
    "Disposition",
    "RecheckForm",
    "RecheckOutcome",
    "RecheckQuestion",
    "Verdict",
    "agreement_counts",
    "case_dispositions",
    "check_replacements",
    "differing",
    "disposition_table",
    "dispositions",
    "eligible_share",
    "field_rates",
    "flag_responses",
    "item_nonresponse",
    "matched_pairs",
    "outcome_rates",
    "percent_of",
    "read_outcomes",
    "recheck_form",
    "repeated_questions",
    "replacement_counts",
    "response_rates",
    "verdict_of",
]
