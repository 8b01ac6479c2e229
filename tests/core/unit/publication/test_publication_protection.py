"""The audit of all sums together finds what no single sum tells."""

import numpy as np

from sipas.publication.cells import Sums, tie
from sipas.publication.protection import exposed, protect

# Rows r1..r4 and columns c1..c4 of a two-way table, each hidden cell marked. Every hidden row and column holds at
# least two hidden cells, but rows r1 + r2 less columns c1 + c2 is the cell (r2, c3) alone.
HIDDEN = [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 2), (2, 3), (3, 2), (3, 3)]
BRIDGE = (1, 2)


def two_way() -> Sums:
    size = np.full((4, 4), 20.0)
    size[BRIDGE] = 3
    counts = np.concatenate([[size.sum()], size.sum(axis=1), size.sum(axis=0), size.ravel()])[:, None]
    rows = [(1 + r, [9 + 4 * r + c for c in range(4)]) for r in range(4)]
    columns = [(5 + c, [9 + 4 * r + c for r in range(4)]) for c in range(4)]
    return tie(counts, [(0, [1, 2, 3, 4]), (0, [5, 6, 7, 8]), *rows, *columns], [], {})


def test_a_bridge_between_two_rings_is_computed_and_found() -> None:
    sums = two_way()
    shut = np.zeros(len(sums.size), dtype=bool)
    shut[[9 + 4 * r + c for r, c in HIDDEN]] = True
    target = np.where(sums.size == 3, 10.0, 0.0)
    assert exposed(sums, shut, target) == [9 + 4 * 1 + 2]


def test_protection_hides_what_breaks_the_bridge() -> None:
    sums = two_way()
    first = np.zeros(len(sums.size), dtype=bool)
    first[[9 + 4 * r + c for r, c in HIDDEN]] = True
    target = np.where(sums.size == 3, 10.0, 0.0)
    shut = protect(sums, first, target, 10)
    assert shut[first].all()
    assert shut.sum() > first.sum()
    assert not shut[:9].any()
    assert exposed(sums, shut, target) == []


def test_the_smallest_cover_in_each_line_is_taken() -> None:
    sums = two_way()
    first = np.zeros(len(sums.size), dtype=bool)
    first[9 + 4 * 1 + 2] = True
    shut = protect(sums, first, np.where(sums.size == 3, 10.0, 0.0), 10)
    assert shut.sum() == 4
    assert not shut[:9].any()
