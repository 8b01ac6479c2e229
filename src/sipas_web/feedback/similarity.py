"""How alike two pieces of feedback are: pairs of neighbouring words without diacritics that both have."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from sipas_web.shared.vietnamese_text import search_key

ALIKE = 0.25  # of the pairs of either: the same text, told twice
ALIKE_HERE = 0.1  # with the same place and topic
_word = re.compile(r"[^\W_]+")


def pairs(text: str) -> frozenset[tuple[str, str]]:
    """Give the pairs of neighbouring words of a text."""
    words = _word.findall(search_key(text))
    return frozenset(pairwise(words))


def likeness(one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]) -> float:
    """Give the share of pairs that both have among those that either has; 0 to 1."""
    return len(one & other) / len(one | other) if one and other else 0.0


def most_alike(text: str, others: Iterable[tuple[int, str, bool]], most: int = 5) -> list[tuple[int, float]]:
    """Give the keys of the texts that may tell the same, the most alike first; ``others``: (key, text, same place)."""
    own = pairs(text)
    scored = [(key, likeness(own, pairs(other)), is_here) for key, other, is_here in others]
    fit = [(key, score) for key, score, is_here in scored if score >= (ALIKE_HERE if is_here else ALIKE)]
    return sorted(fit, key=lambda pair: (-pair[1], pair[0]))[:most]
