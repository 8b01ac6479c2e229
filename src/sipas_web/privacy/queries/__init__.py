"""Reads of identities that open none of them, and the places of visits."""

from sipas_web.privacy.identity import Identity, Place, VisitNote
from sipas_web.privacy.queries.contacts import (
    are_dropped,
    count_of,
    drop_of,
    due_day,
    holding,
    keys_in_use,
    missing_keys,
    places_of,
    rounds_due,
    rounds_holding,
)
from sipas_web.privacy.queries.requests import oldest_closed_request

__all__ = [
    "Identity",
    "Place",
    "VisitNote",
    "are_dropped",
    "count_of",
    "drop_of",
    "due_day",
    "holding",
    "keys_in_use",
    "missing_keys",
    "oldest_closed_request",
    "places_of",
    "rounds_due",
    "rounds_holding",
]
