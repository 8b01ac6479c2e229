"""What the index tree of an edition must keep."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sipas.errors import Place, SipasError
from sipas.instrument.edition import Edition
from sipas.instrument.model import Node

MOST_LEVELS = 8


def index_faults(edition: Edition) -> Iterator[SipasError]:
    """Find what is wrong with the index tree.

    Parameters
    ----------
    edition : Edition
        Of the right shape.

    Yields
    ------
    SipasError
        Each with the path of its node, as ``index.children[0].rule``.
    """
    seen_nodes: set[str] = set()
    seen_questions: set[str] = set()
    for path, node, depth in _walk(edition.index, "index", 1):
        if node.name in seen_nodes:
            yield at(f"{path}.name", SipasError("instrument.name_repeated", got=node.name))
        seen_nodes.add(node.name)
        if depth > MOST_LEVELS:
            yield at(path, SipasError("instrument.tree_deep", expected=MOST_LEVELS, got=depth))
        if node.question is None:
            yield from _branch(node, path)
            continue
        if node.question in seen_questions:
            yield at(f"{path}.question", SipasError("instrument.leaf_repeated", node.name, got=node.question))
        seen_questions.add(node.question)
        yield from _leaf(edition, node, path)
    yield from _outside(edition, seen_questions)


def at(path: str, error: SipasError) -> SipasError:
    """Put the path of its node on a fault.

    Parameters
    ----------
    path : str
        Path of the node.
    error : SipasError
        The fault.

    Returns
    -------
    SipasError
        The same error.
    """
    error.place = Place(node=path)
    return error


def _walk(node: Node, path: str, depth: int) -> Iterator[tuple[str, Node, int]]:
    yield path, node, depth
    for place, child in enumerate(node.children):
        yield from _walk(child, f"{path}.children[{place}]", depth + 1)


def _branch(node: Node, path: str) -> Iterator[SipasError]:
    if not node.children:
        yield at(path, SipasError("instrument.leaf_without_question", node.name))
        return
    if node.rule is None:
        yield at(f"{path}.rule", SipasError("instrument.rule_missing", node.name))
    if node.rule != "fixed_weights":
        if node.weights:
            wrong = SipasError("instrument.weights_out_of_place", node.name, got=node.rule)
            yield at(f"{path}.weights", wrong)
        return
    if len(node.weights) != len(node.children):
        wrong = SipasError("instrument.weights_count", node.name, expected=len(node.children), got=len(node.weights))
        yield at(f"{path}.weights", wrong)
    total = math.fsum(node.weights)
    # Published weights are decimal fractions; 1e-9 only forgives their binary rounding.
    if min(node.weights, default=0.0) < 0 or not math.isclose(total, 1, abs_tol=1e-9):
        yield at(f"{path}.weights", SipasError("instrument.weights_sum", node.name, expected=1, got=total))


def _leaf(edition: Edition, node: Node, path: str) -> Iterator[SipasError]:
    if node.children or node.rule is not None or node.weights:
        yield at(path, SipasError("instrument.leaf_with_children", node.name, got=node.question))
    question = next((q for q in edition.questions() if q.name == node.question), None)
    if question is None:
        wrong = SipasError("instrument.question_unknown", node.name, expected=edition.name, got=node.question)
        yield at(f"{path}.question", wrong)
        return
    if question.role != "item" or question.kind != "scale":
        wrong = SipasError("instrument.leaf_role", node.name, expected="item", got=question.role)
        yield at(f"{path}.question", wrong)
        return
    scale = next((s for s in edition.scales if s.name == question.scale), None)
    if scale is not None and not 0 < len(set(scale.top_box)) < len(scale.options):
        wrong = SipasError("instrument.leaf_scale", node.name, expected=len(scale.options), got=scale.name)
        yield at(f"{path}.question", wrong)


def _outside(edition: Edition, inside: set[str]) -> Iterator[SipasError]:
    for s, section in enumerate(edition.sections):
        for q, question in enumerate(section.questions):
            if question.role == "item" and question.name not in inside:
                wrong = SipasError("instrument.item_outside_tree", question.name, got=question.name)
                yield at(f"sections[{s}].questions[{q}].role", wrong)
