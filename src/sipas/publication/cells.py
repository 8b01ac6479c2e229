"""Cells of the results and the sums that tie them: domains add up to coarser domains, children to parents.

A cell is one column (an answer column or a node of the index tree) in one domain. Whoever knows all cells of
a sum but one knows the last; that is all the suppression works on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from sipas.errors import Place, SipasError

CROSS = " × "
WHOLE = "all"
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Key = tuple[str, str]  # domain kind, domain


@dataclass(frozen=True, slots=True)
class Sums:
    """A set of sums ``total = parts + rest`` over numbered cells.

    Parameters
    ----------
    size : array of float, shape (cells,)
        Answers behind each cell, at least 0. The cells of rests stand at the end.
    exists : array of bool, shape (cells,)
        Whether the cell is a row of the results; false for rests.
    tied : array of int, shape (cells,)
        Cell that is shown or hidden together with this one; itself where there is none.
    total : array of int, shape (sums,)
        Cell that is the total of each sum.
    parts : sparse array, shape (sums, cells)
        1 where a cell is a part of the sum, the rest included.
    """

    size: Floats
    exists: NDArray[np.bool_]
    tied: Ints
    total: Ints
    parts: sparse.csr_array


def read_domain(kind: str, domain: str) -> dict[str, str]:
    """Read a domain into its factors.

    Parameters
    ----------
    kind : str
        As ``agency × field``; ``all`` has no factor.
    domain : str
        As ``UBND xã A × Đất đai``; empty for all.

    Returns
    -------
    dict of str to str
        Value of each factor.

    Raises
    ------
    SipasError
        ``publication.domain_unreadable`` where kind and domain differ in their number of parts.
    """
    if kind == WHOLE:
        return {}
    names, values = kind.split(CROSS), domain.split(CROSS)
    if len(names) != len(values):
        raise SipasError(
            "publication.domain_unreadable",
            "domain",
            expected=len(names),
            got=domain,
            place=Place(column=kind),
        )
    return dict(zip(names, values, strict=True))


def nesting(keys: Sequence[Key], domains: pl.DataFrame | None) -> dict[tuple[str, str], dict[str, str]]:
    """Find which factor lies wholly inside another, as an agency in its level.

    Parameters
    ----------
    keys : sequence of (kind, domain)
        Domains of the results; crossed kinds show pairs.
    domains : polars.DataFrame, optional
        Columns named as factors, one row per case or per combination; nulls are left out.

    Returns
    -------
    dict of (fine, coarse) to dict of value to value
        The coarse value in which each fine value lies.
    """
    pairs: dict[tuple[str, str], dict[str, set[str]]] = {}
    for kind, domain in keys:
        _note_pairs(pairs, read_domain(kind, domain))
    factors = {factor for kind, _ in keys if kind != WHOLE for factor in kind.split(CROSS)}
    if domains is not None:
        known = [name for name in domains.columns if name in factors]
        for row in domains.select(pl.col(known).cast(pl.String)).unique(maintain_order=True).iter_rows(named=True):
            _note_pairs(pairs, {name: value for name, value in row.items() if value is not None})
    return {
        names: {fine: next(iter(coarse)) for fine, coarse in values.items()}
        for names, values in pairs.items()
        if all(len(coarse) == 1 for coarse in values.values())
    }


def _note_pairs(pairs: dict[tuple[str, str], dict[str, set[str]]], values: Mapping[str, str]) -> None:
    for fine in values:
        for coarse in values:
            if fine != coarse:
                pairs.setdefault((fine, coarse), {}).setdefault(values[fine], set()).add(values[coarse])


def domain_sums(keys: Sequence[Key], domains: pl.DataFrame | None) -> list[tuple[int, list[int]]]:
    """List the sums over domains: every domain that is the union of domains of a finer kind.

    Parameters
    ----------
    keys : sequence of (kind, domain)
        Every domain of the results.
    domains : polars.DataFrame, optional
        As in `nesting`.

    Returns
    -------
    list of (int, list of int)
        Place of the total and of its parts in ``keys``.
    """
    inside = nesting(keys, domains)
    place = {key: number for number, key in enumerate(keys)}
    kinds = list(dict.fromkeys(kind for kind, _ in keys))
    sums: dict[tuple[int, str], list[int]] = {}
    for number, (kind, domain) in enumerate(keys):
        values = read_domain(kind, domain)
        for coarser in kinds:
            if coarser != kind:
                above = _lift(values, coarser, inside)
                if above is not None and (coarser, above) in place:
                    sums.setdefault((place[coarser, above], kind), []).append(number)
    return [(total, parts) for (total, _), parts in sums.items()]


def _lift(values: Mapping[str, str], kind: str, inside: Mapping[tuple[str, str], Mapping[str, str]]) -> str | None:
    lifted: list[str] = []
    for factor in [] if kind == WHOLE else kind.split(CROSS):
        found = values.get(factor)
        for fine, value in values.items():
            if found is None:
                found = inside.get((fine, factor), {}).get(value)
        if found is None:
            return None
        lifted.append(found)
    return CROSS.join(lifted)


def tie(
    counts: Floats,
    domains: Sequence[tuple[int, list[int]]],
    tree: Sequence[tuple[int, list[int]]],
    partners: Mapping[int, int],
) -> Sums:
    """Count off the cells of a table domains × columns and write down every sum between them.

    Parameters
    ----------
    counts : array of float, shape (domains, columns)
        Answers behind each cell; NaN where there is no such row.
    domains : sequence of (int, list of int)
        Sums over domains, as from `domain_sums`; they hold in each column.
    tree : sequence of (int, list of int)
        Sums over columns (parent, children); they hold in each domain.
    partners : mapping of int to int
        Columns that are shown or hidden together.

    Returns
    -------
    Sums
        Cell of domain d and column c is number ``c · domains + d``. A sum whose parts exceed its total is no
        sum (domains that overlap) and is left out.
    """
    height, width = counts.shape
    cell = np.arange(height * width).reshape(width, height)
    lines = [(cell[c, t], cell[c, parts]) for c in range(width) for t, parts in domains]
    lines += [(cell[t, d], cell[parts, d]) for d in range(height) for t, parts in tree]
    flat = counts.T.reshape(-1)
    exists = ~np.isnan(flat)
    size = np.nan_to_num(flat)
    kept = [
        (int(t), parts[exists[parts]], size[t] - size[parts].sum())
        for t, parts in lines
        if exists[t] and size[parts].sum() <= size[t] and exists[parts].any()
    ]
    return _number(size, exists, kept, {c: cell[p] for c, p in partners.items()}, height)


def _number(
    size: Floats,
    exists: NDArray[np.bool_],
    kept: Sequence[tuple[int, Ints, float]],
    partners: Mapping[int, Ints],
    height: int,
) -> Sums:
    rests = [(row, rest) for row, (_, _, rest) in enumerate(kept) if rest > 0]
    rows = [np.full(len(parts), row) for row, (_, parts, _) in enumerate(kept)]
    columns = [parts for _, parts, _ in kept]
    rows.append(np.array([row for row, _ in rests], dtype=np.int64))
    columns.append(len(size) + np.arange(len(rests)))
    where = (np.concatenate(rows).astype(np.int64), np.concatenate(columns).astype(np.int64))
    cells = len(size) + len(rests)
    tied = np.arange(cells)
    for column, partner in partners.items():
        tied[column * height : (column + 1) * height] = partner
    return Sums(
        size=np.concatenate([size, np.array([rest for _, rest in rests])]),
        exists=np.concatenate([exists, np.zeros(len(rests), dtype=bool)]),
        tied=tied,
        total=np.array([total for total, _, _ in kept], dtype=np.int64),
        parts=sparse.csr_array((np.ones(len(where[0])), where), shape=(len(kept), cells)),
    )
