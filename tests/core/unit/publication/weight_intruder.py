"""An intruder who has the certificate of the draw and the published numbers of answers, and reads the weights.

In every agency persons have one weight and organisations another, and they add up to the agency's population:
k_p w_p + k_o w_o = N_h with k_p + k_o = n_h. He tries every pair of weights that the file holds with every agency. A
weight that fits one agency alone names the agency of its rows.
"""

from itertools import combinations

import polars as pl

EXACT = 1e-7


def fitting(values: list[float], population: int, count: int) -> set[float]:
    """Give the weights that occur in a solution for an agency of N_h people and n_h rows."""
    found = {value for value in values if abs(value * count - population) < EXACT * population}
    for low, high in combinations(values, 2):
        people = (population - count * low) / (high - low)
        whole = round(people)
        if 0 < whole < count and abs(people - whole) < EXACT * count:
            found |= {low, high}
    return found


def named(weights: pl.Series, public: pl.DataFrame) -> dict[float, str]:
    """Give the agency of each weight that he can name. ``public``: agency, population, count."""
    values = sorted(set(weights))
    suspects: dict[float, set[str]] = {value: set() for value in values}
    for agency, population, count in public.rows():
        for value in fitting(values, population, count):
            suspects[value].add(agency)
    return {value: agencies.pop() for value, agencies in suspects.items() if len(agencies) == 1}


def told(weights: pl.Series, agencies: pl.Series, public: pl.DataFrame) -> tuple[int, int]:
    """Count the rows he names, and those he names rightly."""
    known = named(weights, public)
    guesses = [(known[weight], agency) for weight, agency in zip(weights, agencies, strict=True) if weight in known]
    return len(guesses), sum(guess == agency for guess, agency in guesses)
