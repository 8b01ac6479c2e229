"""An attacker of published tables, slow and obvious: he knows the form, the method of rounding and the weights.

He takes every base apart by the differences of the bases, and every share by trying whose answer it may hold. What
fits one way only, he knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import polars as pl

from sipas.instrument import Edition

Round = Callable[[np.ndarray, int, list[bool]], np.ndarray]  # shares, answers, satisfied options -> as published
CELL = ["domain_kind", "domain", "variable"]
FEW = 3


def exact(shares: np.ndarray, _n: int, _top: list[bool]) -> np.ndarray:
    return np.round(shares, 6)


def whole_people(shares: np.ndarray, n: int, top: list[bool]) -> np.ndarray:
    """The method of docs/explanation/disclosure.md, written again: satisfied to the nearest, options to fit."""
    inside = np.array(top)
    if not inside.any():
        return spread(shares * n, n) / n
    satisfied = int(np.floor(shares[inside].sum() * n + 0.5 - 1e-9))
    found = np.empty(len(shares))
    found[inside] = spread(shares[inside] * n, satisfied)
    found[~inside] = spread(shares[~inside] * n, n - satisfied)
    return np.round(found / n, 4)


def spread(exact_people: np.ndarray, total: int) -> np.ndarray:
    least = np.floor(exact_people + 1e-9)
    largest = np.argsort(-(exact_people - least), kind="stable")[: max(0, int(total - least.sum()))]
    least[largest] += 1
    return least


def small_groups(table: pl.DataFrame, edition: Edition, minimum: int) -> dict[tuple[str, str], int]:
    """Organisations of each domain, as the bases tell: who answered anything less who was asked as a person."""
    shown = table.filter(~pl.col("suppressed"), pl.col("domain_kind") != "all")
    persons = [c.name for c in edition.columns() if edition.question(c.question).asked_of == ("person",)]
    bases = shown.group_by("domain_kind", "domain").agg(
        everyone=pl.col("n").max(), persons=pl.col("n").filter(pl.col("variable").is_in(persons)).max()
    )
    told = bases.with_columns(less=pl.col("everyone") - pl.col("persons")).filter(
        pl.col("less").is_between(1, minimum - 1)
    )
    return {(kind, domain): less for kind, domain, less in told.select("domain_kind", "domain", "less").iter_rows()}


def rare(table: pl.DataFrame, edition: Edition) -> list[tuple[str, str, str]]:
    """Sensitive answers that one or two people gave, as the shares tell."""
    names = [c.name for c in edition.columns() if edition.question(c.question).sensitive]
    shown = table.filter(
        ~pl.col("suppressed"), pl.col("domain_kind") != "all", pl.col("variable").is_in(names), statistic="share"
    )
    people = pl.col("estimate") * pl.col("n")
    # Weights differ by a third at most: under 2.2 people's weight is not three people's.
    few = shown.filter(people.is_between(0.6, 2.2) & (pl.col("n") < 40))
    return few.select(CELL).rows()


def decoded(
    table: pl.DataFrame, edition: Edition, ratios: dict[tuple[str, str], float], method: Round
) -> Iterator[tuple[tuple[str, str, str], int]]:
    """The one respondent of another weight, whose ratio to the others he is told: what fits one answer only."""
    shown = table.filter(~pl.col("suppressed"), statistic="share").sort(*CELL, "category")
    for cell, rows in shown.group_by(CELL, maintain_order=True):
        ratio = ratios.get((str(cell[0]), str(cell[1])))
        options = rows["category"].to_list()
        if ratio is None or rows.height < 2 or rows["estimate"].max() == 1:
            continue
        question = next(c.question for c in edition.columns() if c.name == cell[2])
        top = [option in edition.top_box(question) for option in options]
        fits = _fits(rows["estimate"].to_numpy(), int(rows["n"][0]), top, ratio, method)
        if len(fits) == 1:
            yield (str(cell[0]), str(cell[1]), str(cell[2])), options[fits[0]]


def _fits(shares: np.ndarray, n: int, top: list[bool], ratio: float, method: Round) -> list[int]:
    people = np.round(shares * n)
    moves = sorted(product((0, -1, 1, -2), repeat=len(shares)), key=lambda move: sum(map(abs, move)))
    fits: list[int] = []
    for place in range(len(shares)):
        for move in moves:
            others = people + np.array(move)
            if others.min() < 0 or others.sum() != n - 1:
                continue
            weighed = others + ratio * (np.arange(len(shares)) == place)
            if np.abs(method(weighed / weighed.sum(), n, top) - shares).max() < 2e-6 + (method is whole_people) * 1e-4:
                fits.append(place)
                break
        if len(fits) > 1:
            break
    return fits
