"""Which further cells must be hidden so that the small ones cannot be computed from the rest.

Cell suppression after Fischetti & Salazar 2001 (doi:10.1287/mnsc.47.7.1008.9805) and Hundepool et al. 2012,
*Statistical Disclosure Control*: a quick rule for each single sum, then an audit of all sums together by
linear programming, as an intruder would do it. The choice of cells is greedy, not the least possible.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from sipas.publication.cells import Floats, Ints, Sums

TOLERANCE = 1e-6  # answers; HiGHS keeps its equations to 1e-7
Flags = NDArray[np.bool_]


def protect(sums: Sums, hidden: Flags, target: Floats, minimum: int) -> Flags:
    """Hide further cells until no protected cell can be told from what is shown.

    Parameters
    ----------
    sums : Sums
        Cells and their sums.
    hidden : array of bool, shape (cells,)
        Cells that must be hidden; rests are always hidden.
    target : array of float, shape (cells,)
        Size that an intruder must not be able to exclude for a cell; 0 where the cell needs no protection.
    minimum : int
        Least number of answers behind anything that can be computed by subtraction.

    Returns
    -------
    array of bool, shape (cells,)
        Cells to hide; holds all of ``hidden``.

    Notes
    -----
    The result keeps two promises. In each single sum the hidden part holds at least two cells and at least
    ``minimum`` answers. In all sums together each protected cell may still have ``target`` answers or more.
    """
    shut = hidden | ~sums.exists
    shut |= shut[sums.tied]
    while True:
        _close(sums, shut, target, minimum)
        weak = [cell for cell in exposed(sums, shut, target) if _hide_neighbour(sums, shut, cell)]
        if not weak:
            return shut


def exposed(sums: Sums, shut: Flags, target: Floats) -> list[int]:
    """List the protected cells whose size an intruder could bound below their target.

    Parameters
    ----------
    sums : Sums
        Cells and their sums.
    shut : array of bool, shape (cells,)
        Hidden cells.
    target : array of float, shape (cells,)
        As in `protect`.

    Returns
    -------
    list of int
        Cells, ascending; found by linear programming over sizes of at least 0.
    """
    weak: list[int] = []
    matrix = _system(sums, shut)
    for cells, lines in _components(matrix):
        asked = cells[target[cells] > 0]
        if len(asked) and not _single(sums, shut, lines, float(target[asked].max())):
            inside = matrix[lines][:, cells]
            weak += cells[_unreached(inside, inside @ sums.size[cells], target[cells])].tolist()
    return sorted(weak)


def _close(sums: Sums, shut: Flags, target: Floats, minimum: int) -> None:
    changed = True
    while changed:
        changed = False
        count = sums.parts @ shut.astype(float) + shut[sums.total]
        mass = sums.parts @ np.where(shut, sums.size, 0.0)
        open_total = ~shut[sums.total]
        found = np.flatnonzero((count == 1) | ((count > 0) & open_total & (mass < minimum)))
        # Short sums first: what is hidden in a level also covers the sum of all, not the other way round.
        for line in found[np.argsort(np.diff(sums.parts.indptr)[found], kind="stable")]:
            while _tells(sums, shut, target, int(line), minimum) and _hide_in(sums, shut, [int(line)]):
                changed = True


def _tells(sums: Sums, shut: Flags, target: Floats, line: int, minimum: int) -> bool:
    parts = _parts(sums, line)
    inside = parts[shut[parts]]
    above = int(sums.total[line])
    if shut[above]:
        return len(inside) == 0 and sums.size[above] > 0
    mass = sums.size[inside].sum()
    if len(inside) == 1:
        alone = int(inside[0])
        return bool(mass > 0 and (sums.exists[alone] or target[alone] > 0))
    return bool(0 < mass < minimum)


def _hide_in(sums: Sums, shut: Flags, lines: list[int]) -> bool:
    """Hide the smallest shown part of the sums; a total only where no part is left."""
    parts = np.unique(np.concatenate([_parts(sums, line) for line in lines]))
    totals = np.unique(sums.total[lines])
    for among in (parts, totals):
        free = among[~shut[among] & (sums.size[among] > 0)]
        if len(free):
            chosen = free[np.lexsort((free, sums.size[free]))[0]]
            shut[chosen] = True
            shut[sums.tied[chosen]] = True
            return True
    return False


def _hide_neighbour(sums: Sums, shut: Flags, cell: int) -> bool:
    lines = _lines_of(sums, cell)
    if len(lines) and _hide_in(sums, shut, lines.tolist()):
        return True
    for cells, wider in _components(_system(sums, shut)):
        if cell in cells:
            return _hide_in(sums, shut, wider.tolist())
    return False


def _parts(sums: Sums, line: int) -> Ints:
    start, end = sums.parts.indptr[line : line + 2]
    found: Ints = sums.parts.indices[start:end].astype(np.int64)
    return np.sort(found)


def _lines_of(sums: Sums, cell: int) -> Ints:
    inside = sums.parts[:, [cell]].toarray().ravel() > 0
    return np.flatnonzero(inside | (sums.total == cell))


def _system(sums: Sums, shut: Flags) -> sparse.csr_array:
    """Give the equations that remain for the hidden cells: total - parts = what is shown."""
    lines = np.arange(len(sums.total))
    totals = sparse.csr_array((np.ones(len(lines)), (lines, sums.total)), shape=sums.parts.shape)
    matrix = sparse.csr_array((totals - sums.parts) @ sparse.diags_array(shut.astype(float)))
    matrix.eliminate_zeros()
    return matrix


def _components(matrix: sparse.csr_array) -> Iterator[tuple[Ints, Ints]]:
    """Part the hidden cells into groups that no sum ties together: cells and lines of each."""
    lines, cells = matrix.nonzero()
    if len(lines) == 0:
        return
    height = matrix.shape[0]
    many = height + matrix.shape[1]
    graph = sparse.csr_array((np.ones(len(lines)), (lines, height + cells)), shape=(many, many))
    _, label = connected_components(graph, directed=False)
    active = np.concatenate([np.unique(lines), height + np.unique(cells)])
    order = active[np.argsort(label[active], kind="stable")]
    for group in np.split(order, np.flatnonzero(np.diff(label[order])) + 1):
        yield group[group >= height] - height, group[group < height]


def _single(sums: Sums, shut: Flags, lines: Ints, target: float) -> bool:
    """Tell whether one sum alone ties the group and leaves room for the target."""
    if len(lines) != 1:
        return False
    parts = _parts(sums, int(lines[0]))
    inside = parts[shut[parts]]
    above = shut[sums.total[lines[0]]]
    return len(inside) > 0 if above else bool(len(inside) > 1 and sums.size[inside].sum() >= target)


def _unreached(matrix: sparse.csr_array, value: Floats, goal: Floats) -> list[int]:
    left = set(np.flatnonzero(goal > 0).tolist())
    # Together first, as long as that gets some of them there: what is hidden seldom suffices for all at once.
    while left and (got := _reached(matrix, value, goal, sorted(left), left)):
        left -= got
    weak: list[int] = []
    for place in sorted(left):
        if place in left:
            got = _reached(matrix, value, goal, [place], left)
            weak += [] if place in got else [place]
            left -= got | {place}
    return weak


def _reached(matrix: sparse.csr_array, value: Floats, goal: Floats, asked: list[int], left: set[int]) -> set[int]:
    """Maximise the asked cells together, each up to its goal, and tell which of ``left`` got there."""
    width, number = matrix.shape[1], len(asked)
    pick = sparse.csr_array((np.ones(number), (np.arange(number), asked)), shape=(number, width))
    found = linprog(
        c=np.concatenate([np.zeros(width), -np.ones(number)]),
        A_eq=sparse.hstack([matrix, sparse.csr_array((matrix.shape[0], number))]),
        b_eq=value,
        A_ub=sparse.hstack([-pick, sparse.eye_array(number)]),
        b_ub=np.zeros(number),
        bounds=[(0, None)] * width + [(0, float(goal[place])) for place in asked],
        method="highs",
    )
    if found.x is None:
        return set()
    return {place for place in left if found.x[place] >= goal[place] - TOLERANCE}
