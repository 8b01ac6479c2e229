"""Why a row of a list is not in the frame; each has a sentence in both languages."""

from __future__ import annotations

from sipas.intake import reasons as intake
from sipas.intake.reasons import Reason

ROW_TOO_LONG = intake.ROW_TOO_LONG
DATE_IMPOSSIBLE = intake.DATE_IMPOSSIBLE
DATE_UNREADABLE = intake.DATE_UNREADABLE
NOT_FINISHED = Reason("frame.not_finished")
OUTSIDE_WINDOW = Reason("frame.outside_window")
NO_NAME = Reason("frame.no_name")
NO_CONTACT = Reason("frame.no_contact")
AGENCY_UNKNOWN = Reason("frame.agency_unknown")
AGENCY_AMBIGUOUS = Reason("frame.agency_ambiguous")
COMMUNE_UNKNOWN = Reason("frame.commune_unknown")
COMMUNE_AMBIGUOUS = Reason("frame.commune_ambiguous")
FIELD_UNKNOWN = Reason("frame.field_unknown")
DUPLICATE = Reason("frame.duplicate")
PERSON_LIMIT = Reason("frame.person_limit")
UNDER_AGE = Reason("frame.under_age")
BIRTH_MISSING = Reason("frame.birth_missing")
VILLAGE_MISSING = Reason("frame.village_missing")

# In the order in which they are asked; the first that holds is the row's reason.
TRANSACTION_RULES = (
    ROW_TOO_LONG,
    NOT_FINISHED,
    DATE_IMPOSSIBLE,
    DATE_UNREADABLE,
    OUTSIDE_WINDOW,
    NO_NAME,
    NO_CONTACT,
    AGENCY_UNKNOWN,
    AGENCY_AMBIGUOUS,
    COMMUNE_UNKNOWN,
    COMMUNE_AMBIGUOUS,
    FIELD_UNKNOWN,
    DUPLICATE,
    PERSON_LIMIT,
)
RESIDENT_RULES = (
    ROW_TOO_LONG,
    NO_NAME,
    BIRTH_MISSING,
    DATE_IMPOSSIBLE,
    DATE_UNREADABLE,
    UNDER_AGE,
    COMMUNE_UNKNOWN,
    COMMUNE_AMBIGUOUS,
    VILLAGE_MISSING,
    DUPLICATE,
)
