"""When a topic or a unit has more feedback in a week than its own past weeks explain.

Each week is taken as Poisson with one unknown mean. Of that mean the past weeks tell what they tell (Jeffreys' prior),
so this week's number has a negative binomial law. The alarm comes from the smallest number whose chance, or that of
any greater one, is under 1 in 1000, and never under 4: of 1000 quiet series about one alarms by chance in a week.
Feedback that comes in bursts (one event, many people) alarms: it is meant to.
"""

from __future__ import annotations

from collections.abc import Sequence

WEEK = 7  # days
PAST_WEEKS = 8
LEAST_WEEKS = 4  # of past, to compare with
CHANCE = 0.001
LEAST = 4
PRIOR = 0.5  # Jeffreys' prior of a Poisson mean


def chance_of(number: int, past: Sequence[int]) -> float:
    """Give the chance of so many or more in a week, after these past weeks."""
    shape, keep = sum(past) + PRIOR, len(past) / (len(past) + 1)
    term, under = keep**shape, 0.0
    for n in range(number):
        under += term
        term *= (shape + n) / (n + 1) * (1 - keep)
    return max(0.0, 1 - under)


def is_surge(number: int, past: Sequence[int]) -> bool:
    """Say whether a week's number is an alarm."""
    return number >= LEAST and chance_of(number, past) < CHANCE


def limit(past: Sequence[int]) -> int:
    """Give the smallest number that is an alarm."""
    number = LEAST
    while not is_surge(number, past):
        number += 1
    return number
