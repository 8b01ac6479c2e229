"""Outcomes of visits as they are offered to who visits: by kind, those met most often first; none is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas.quality import Disposition, dispositions

MODES = ("paper", "face_to_face", "phone", "mail", "web")
NEVER_OF_A_VISIT = frozenset({"3.11"})  # not attempted
# Judged by what carriers of forms meet at doors and on the telephone; no count of a real round was at hand.
OFTEN = (
    "2.22", "2.20", "2.25", "2.21", "2.11", "2.111", "2.12", "2.36", "2.32", "2.34", "3.18", "3.30", "3.32", "3.20",
    "3.19", "4.10", "4.70", "4.50", "4.90",
)  # fmt: skip
KINDS: Mapping[str, tuple[StrOrPromise, frozenset[str]]] = {
    "away": (_("Not met"), frozenset({"NC"})),
    "refused": (_("Refused"), frozenset({"R"})),
    "unable": (_("Met, cannot answer"), frozenset({"O"})),
    "unknown": (_("Person or address not found"), frozenset({"UH", "UO"})),
    "outside": (_("Not of this survey"), frozenset({"NE"})),
    "done": (_("Answered"), frozenset({"I", "P"})),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """Outcomes of one kind, in the order they are offered."""

    key: str
    label: StrOrPromise
    outcomes: tuple[Disposition, ...]


@cache
def kinds_of(mode: str, *, without: frozenset[str] = frozenset()) -> tuple[Kind, ...]:
    """Give the outcomes a visit of a mode may have, by kind; ``without`` those that have a place of their own."""
    left_out = without | NEVER_OF_A_VISIT
    mine = sorted((d for d in dispositions() if mode in d.modes and d.code not in left_out), key=_rank)
    kinds = (Kind(key, label, tuple(d for d in mine if d.group in groups)) for key, (label, groups) in KINDS.items())
    return tuple(kind for kind in kinds if kind.outcomes)


def _rank(outcome: Disposition) -> tuple[int, str]:
    return (OFTEN.index(outcome.code) if outcome.code in OFTEN else len(OFTEN)), outcome.code
