"""Reads of identities that open none of them, and the places of visits."""

from sipas_web.privacy.identity import Identity, Place, VisitNote
from sipas_web.privacy.queries.contacts import are_dropped, count_of, drop_of, keys_in_use, missing_keys, places_of

__all__ = [
    "Identity", "Place", "VisitNote", "are_dropped", "count_of", "drop_of", "keys_in_use", "missing_keys", "places_of",
]  # fmt: skip
