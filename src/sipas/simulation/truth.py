"""The true index of a synthetic population: what a census without nonresponse would give."""

from __future__ import annotations

import polars as pl

from sipas.instrument import Edition
from sipas.instrument.model import Node


def true_index(answers: pl.DataFrame, edition: Edition) -> dict[str, float]:
    """Compute every node of the index tree from the answers of a whole population.

    Parameters
    ----------
    answers : polars.DataFrame
        All units, one column per item; missing is not asked.
    edition : Edition
        The tree and its rules.

    Returns
    -------
    dict of str to float
        Percent by node, 0 to 100.
    """
    satisfied: dict[str, int] = {}
    answered: dict[str, int] = {}
    for item in edition.items():
        column = answers[item.name].drop_nulls()
        satisfied[item.name] = int(column.is_in(list(edition.top_box(item.name))).sum())
        answered[item.name] = column.len()
    values: dict[str, float] = {}
    _fill(edition.index, satisfied, answered, values)
    return values


def _fill(node: Node, satisfied: dict[str, int], answered: dict[str, int], values: dict[str, float]) -> None:
    for child in node.children:
        _fill(child, satisfied, answered, values)
    below = _questions(node)
    if node.rule in {None, "pooled_answers"}:
        values[node.name] = 100 * sum(satisfied[q] for q in below) / sum(answered[q] for q in below)
        return
    weights = node.weights if node.rule == "fixed_weights" else [1 / len(node.children)] * len(node.children)
    values[node.name] = sum(w * values[c.name] for w, c in zip(weights, node.children, strict=True))


def _questions(node: Node) -> list[str]:
    if node.question is not None:
        return [node.question]
    return [question for child in node.children for question in _questions(child)]
