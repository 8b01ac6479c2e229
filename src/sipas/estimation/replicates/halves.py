"""Balanced half-samples: BRR and Fay's method."""

from __future__ import annotations

import numpy as np

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Ints, Reals
from sipas.estimation.replicates.hadamard import hadamard
from sipas.estimation.replicates.layout import Layout


def halves(layout: Layout, rho: float, small: str, large: str) -> tuple[Reals, int]:
    """Keep one half of every pair of units, as the rows of a Hadamard matrix say.

    Parameters
    ----------
    layout : Layout
        Units and strata.
    rho : float
        Share of its weight that the other half keeps; 0 for BRR.
    small, large : {"fail", "split", "merge"}
        What becomes of strata with one unit, and with more than two (R survey ``brrweights``).

    Returns
    -------
    factors : array, shape (U, R)
        2 - rho in the half kept, rho in the other; R is the order of a Hadamard matrix above the number of pairs, so
        that estimates of totals are in full orthogonal balance.
    pairs : int
        Pairs with spread: degrees of freedom.

    Raises
    ------
    SipasError
        ``estimation.brr_needs_pairs``.

    Notes
    -----
    McCarthy 1969, doi:10.2307/1402116; Fay in Dippo, Fay & Morganstein 1984; Judkins 1990, J. Official Statistics 6(3).
    """
    pair, half = _pairs(layout, small, large)
    count = int(pair.max(initial=-1)) + 1
    signs = hadamard(count + 1)[1 : count + 1]
    kept = np.where(half[:, None] == 0, 0.0, half[:, None] * signs[pair] * (1.0 - rho))
    return layout.of_drawn(1.0 + kept), count


def _pairs(layout: Layout, small: str, large: str) -> tuple[Ints, Ints]:
    """Pair of every unit drawn and its side there: 1 the first, -1 the second; 0: no spread."""
    pair, half = np.zeros(int(layout.drawn.sum()), np.int64), np.zeros(int(layout.drawn.sum()), np.int64)
    first, count = np.cumsum(layout.drawn) - layout.drawn, 0
    ones = np.flatnonzero(layout.drawn == 1)
    _refuse(layout, ones, small, too_few=True)
    if small == "merge" and ones.size:
        if ones.size == 1:
            _refuse(layout, ones, "fail", too_few=True)
        # An odd one joins the first pair.
        number = np.minimum(np.arange(ones.size) // 2, ones.size // 2 - 1)
        pair[first[ones]], half[first[ones]] = number, np.where(np.arange(ones.size) % 2, -1, 1)
        count = ones.size // 2
    many = np.flatnonzero(layout.drawn > 2)
    odd = many if large == "fail" else many[(layout.drawn[many] % 2 == 1) & (large == "split")]
    _refuse(layout, odd, "fail", too_few=False)
    for h in np.flatnonzero(layout.drawn > 1):
        n, here = int(layout.drawn[h]), slice(first[h], first[h] + layout.drawn[h])
        if large == "merge":
            pair[here], half[here] = count, np.where(np.arange(n) < n // 2, 1, -1)
            count += 1
        else:
            pair[here], half[here] = count + np.arange(n) // 2, np.where(np.arange(n) % 2, -1, 1)
            count += n // 2
    return pair, half


def _refuse(layout: Layout, wrong: Ints, rule: str, *, too_few: bool) -> None:
    if rule == "fail" and wrong.size:
        h = int(wrong[0])
        parameter = "small" if too_few else "large"
        raise SipasError("estimation.brr_needs_pairs", parameter, layout.names[h], int(layout.drawn[h]), wrong.size)
