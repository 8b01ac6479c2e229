"""The index tree as a smooth function of the items' weighted totals, with its derivatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sipas.estimation import Grid, Linearised, Measure, Responded, Share, Term, counted, totals, unanimous, weighed
from sipas.estimation.designs.strata import Reals
from sipas.instrument import Edition
from sipas.instrument.model import Node

PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Value:
    """A node's value in D domains and its derivatives by the 2L totals.

    Parameters
    ----------
    value : array, shape (D,)
        Percent, 0 to 100, exactly 100 (0) where every answer below is satisfied (none is); NaN where nothing below was
        answered.
    slope : array, shape (D, 2L)
        Derivatives; 0 where the value is NaN, and where it is 100: there every score is 0 too.
    """

    value: Reals
    slope: Reals


@dataclass(frozen=True, slots=True)
class Items:
    """Leaves of a tree with the totals they are made of.

    Parameters
    ----------
    questions : tuple of str
        The L questions, in the order of the tree.
    sums : Linearised
        2L totals: weight of those who answered each, then of those satisfied.
    """

    questions: tuple[str, ...]
    sums: Linearised


def leaves(node: Node) -> tuple[Node, ...]:
    """Give the items below a node.

    Parameters
    ----------
    node : Node
        Branch or leaf.

    Returns
    -------
    tuple of Node
        In the order of the tree; the node itself if it is a leaf.
    """
    return tuple(leaf for child in node.children for leaf in leaves(child)) if node.children else (node,)


def question_of(leaf: Node) -> str:
    """Give the question of a leaf.

    Parameters
    ----------
    leaf : Node
        A leaf; editions are checked to name a question there.

    Returns
    -------
    str
        Its answer column.
    """
    return leaf.question or leaf.name


def measures_of(edition: Edition) -> tuple[Measure, ...]:
    """Give the measures that the index of an edition needs.

    Parameters
    ----------
    edition : Edition
        An edition.

    Returns
    -------
    tuple of Measure
        In the order of the tree: for a leaf the share of its top box among those who answered, for a branch the
        respondents with an answer below; named as the nodes.
    """
    found: list[Measure] = []
    for node, _ in edition.nodes():
        if node.children:
            found.append(Responded(node.name, tuple(question_of(leaf) for leaf in leaves(node))))
        else:
            question = question_of(node)
            found.append(Share(node.name, question, edition.top_box(question)))
    return tuple(found)


def items_of(edition: Edition, grid: Grid, only: frozenset[str] | None = None) -> Items:
    """Take the totals of an edition's items from the moments.

    Parameters
    ----------
    edition : Edition
        Names the items and their top boxes.
    grid : Grid
        One kind of domain.
    only : frozenset of str, optional
        Questions to keep.

    Returns
    -------
    Items
        The totals.
    """
    every = tuple(question_of(leaf) for leaf in leaves(edition.index))
    questions = tuple(question for question in every if only is None or question in only)
    answered = tuple(weighed(question) for question in questions)
    satisfied = tuple(weighed(question, edition.top_box(question)) for question in questions)
    return Items(questions, totals(grid, answered + satisfied, _counts(questions) * 2))


def nodes_of(nodes: tuple[Node, ...], items: Items) -> Linearised:
    """Work out nodes of the tree in every domain.

    Parameters
    ----------
    nodes : tuple of Node
        Nodes with at least one leaf among the items.
    items : Items
        Totals; leaves without are left out, and what stands above is made from the rest. Where the moments do not
        count the respondents of these very leaves, each row of the result counts the most answers any one item has
        there.

    Returns
    -------
    Linearised
        Percent, named as the nodes; scores by the chain rule.
    """
    found = [_value(node, items) for node in nodes]
    shape = (len(items.sums.grid.domains), len(nodes))
    values = np.column_stack([one.value for one in found]) if found else np.empty(shape)
    slopes = np.stack([one.slope for one in found], axis=1) if found else np.empty((*shape, 2 * len(items.questions)))
    answers = np.column_stack([_answers(node, items) for node in nodes])
    return items.sums.combine(tuple(node.name for node in nodes), values, slopes, answers)


def has_items(node: Node, questions: tuple[str, ...]) -> bool:
    """Tell whether a node has a leaf among the questions.

    Parameters
    ----------
    node : Node
        Branch or leaf.
    questions : tuple of str
        Questions.

    Returns
    -------
    bool
        Whether anything is left to work the node out from.
    """
    return any(question_of(leaf) in questions for leaf in leaves(node))


def _counts(questions: tuple[str, ...]) -> tuple[Term, ...]:
    return tuple(counted((question,)) for question in questions)


def _answers(node: Node, items: Items) -> Reals:
    below = tuple(q for q in (question_of(leaf) for leaf in leaves(node)) if q in items.questions)
    if counted(below).name in items.sums.grid.table.columns:
        return items.sums.grid.sums((counted(below),))[:, 0]
    return np.asarray(items.sums.grid.sums(_counts(below)).max(axis=1))


def _value(node: Node, items: Items) -> Value:
    if not node.children or node.rule == "pooled_answers":
        return _pooled(node, items)
    kept = [(i, child) for i, child in enumerate(node.children) if has_items(child, items.questions)]
    children = [_value(child, items) for _, child in kept]
    weights = np.array([node.weights[i] if node.rule == "fixed_weights" else 1.0 for i, _ in kept])
    values = np.column_stack([child.value for child in children])
    there = np.isfinite(values) & (weights > 0)
    shared = np.where(there, weights, 0.0)
    whole = shared.sum(axis=1, keepdims=True)
    shared = np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0)
    value = np.where(whole[:, 0] > 0, (shared * np.where(there, values, 0.0)).sum(axis=1), np.nan)
    slope = sum((shared[:, [i]] * child.slope for i, child in enumerate(children)), np.zeros_like(children[0].slope))
    # A mean of 100s, or of values near 100, may end beside or above 100.
    every = (whole[:, 0] > 0) & (~there | (values == PERCENT)).all(axis=1)
    return Value(np.where(every, PERCENT, np.minimum(value, PERCENT)), slope)


def _pooled(node: Node, items: Items) -> Value:
    """Satisfied over answered, over all leaves below: y / m with slopes 100 / m and -100 y / m²."""
    count = len(items.questions)
    at = [items.questions.index(q) for q in map(question_of, leaves(node)) if q in items.questions]
    sums = items.sums.values
    below, above = sums[:, at].sum(axis=1), sums[:, [count + i for i in at]].sum(axis=1)
    exists = below > 0
    rows = items.sums.scores
    full = exists & unanimous(items.sums.grid, rows[:, [count + i for i in at]], rows[:, at]).all(axis=1)
    value = PERCENT * np.divide(above, below, out=np.full_like(below, np.nan), where=exists)
    value = np.where(full, PERCENT, value)
    inverse = np.divide(PERCENT, below, out=np.zeros_like(below), where=exists & ~full)
    slope = np.zeros((below.size, 2 * count))
    slope[:, [count + i for i in at]] = inverse[:, None]
    slope[:, at] = (-np.where(exists, value, 0.0) * inverse / PERCENT)[:, None]
    return Value(value, slope)
